"""hub setup: the site and its owner, in one command."""

import click

from hub.cli.context import CommandContext, pass_hub, typed_password
from hub.users import one_time_links, passwords, setup


@click.command("setup")
@click.option("--title", required=True, help="The name of the site.")
@click.option("--base-url", required=True, help="The public address, https://example.org.")
@click.option("--email", required=True, help="Your address: you log in with it, replies go there.")
@click.option("--name", default="", help="Your name.")
@click.option("--description", default="", help="One sentence that says what readers find here.")
@click.option("--language", default="en", show_default=True, help="en or fr.")
@click.option("--timezone", default="UTC", show_default=True, help="Such as Europe/Paris.")
@click.option("--password-stdin", is_flag=True, help="Read your password from standard input.")
@pass_hub
def command(
    context: CommandContext,
    title: str,
    base_url: str,
    email: str,
    name: str,
    description: str,
    language: str,
    timezone: str,
    password_stdin: bool,
) -> None:
    """Name the site, its language, its time zone and its owner. Done once."""
    answers = setup.Answers(title, description, language, timezone, base_url, name, email)
    for error in setup.problems(answers):
        raise click.ClickException(f"--{error.field.replace('_', '-')}: {error}")
    password_hash = None
    if password_stdin:
        password_hash = passwords.hashed(passwords.checked(typed_password(), email=email))
    with context.open() as hub:
        now = hub.now()
        with hub.db.write() as tx:
            owner = setup.set_up(tx, answers, password_hash=password_hash, now=now)
            token = None if password_hash else one_time_links.make(tx, "password", owner.id, now)
        site = hub.site()
    click.echo(f"{site.title} is set up at {site.base_url}")
    if token:
        click.echo("Choose your password with this link; it works once, for 24 hours:")
        click.echo(f"  {site.url(f'/admin/password/{token}')}")
