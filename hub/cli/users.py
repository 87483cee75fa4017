"""hub users: who may come to the desk."""

import click

from hub.cli.context import CommandContext, pass_hub, report, typed_password
from hub.times import to_text
from hub.users import accounts, one_time_links, passwords, store
from hub.users.model import ROLES, Role, User
from hub.web.state import Hub


@click.group("users")
def command() -> None:
    """Accounts for the desk."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def list_users(context: CommandContext, as_json: bool) -> None:
    """Show every account."""
    with context.ready() as (hub, _), hub.db.read() as tx:
        users = store.everybody(tx)
    if as_json:
        report([_document(user) for user in users])
        return
    for user in users:
        waiting = "" if user.password_hash else "  (no password yet)"
        click.echo(f"{user.email}  {user.role}  {user.name}".rstrip() + waiting)


@command.command("add")
@click.argument("email")
@click.option("--name", default="", help="The name shown at the desk.")
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_hub
def add(context: CommandContext, email: str, name: str, role: Role, password_stdin: bool) -> None:
    """Make an account; without --password-stdin, print a link to choose the password."""
    password_hash = None
    if password_stdin:
        password_hash = passwords.hashed(passwords.checked(typed_password(), email=email))
    with context.ready() as (hub, _):
        with hub.db.write() as tx:
            user = accounts.create(
                tx,
                email=email,
                name=name,
                role=role,
                password_hash=password_hash,
                now=hub.now(),
            )
        click.echo(f"{user.email} is {'an owner' if user.is_owner else 'an editor'} now.")
        if password_hash is None:
            _print_link(hub, user)


@command.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the new password from standard input.")
@pass_hub
def password(context: CommandContext, email: str, password_stdin: bool) -> None:
    """Give an account a new password, or print a link to choose one."""
    with context.ready() as (hub, _):
        with hub.db.read() as tx:
            user = accounts.by_email(tx, email)
        if not password_stdin:
            _print_link(hub, user)
            return
        password_hash = passwords.hashed(passwords.checked(typed_password(), email=email))
        with hub.db.write() as tx:
            accounts.change_password(tx, user, password_hash)
        click.echo(f"{user.email} has a new password and is logged in nowhere.")


@command.command("remove")
@click.argument("email")
@pass_hub
def remove(context: CommandContext, email: str) -> None:
    """Remove an account. The last owner stays."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        user = accounts.by_email(tx, email)
        accounts.remove(tx, user)
    click.echo(f"{user.email} is removed.")


def _print_link(hub: Hub, user: User) -> None:
    with hub.db.write() as tx:
        token = one_time_links.make(tx, "password", user.id, hub.now())
    click.echo("The password is chosen with this link; it works once, for 24 hours:")
    click.echo(f"  {hub.site().url(f'/admin/password/{token}')}")


def _document(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "password": user.password_hash is not None,
        "created_at": to_text(user.created_at),
    }
