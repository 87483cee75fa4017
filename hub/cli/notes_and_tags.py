"""`hub subscribers note|tag`: what the owner knows of people."""

import click

from hub.audience import membership, notes, rules, tagging
from hub.cli.context import CommandContext, pass_hub
from hub.errors import Refused
from hub.i18n import N_

_BY = "hub subscribers"


@click.command()
@click.argument("address")
@click.argument("text", default="")
@click.option("--replied", is_flag=True, help="They answered a letter; the text may be left out.")
@pass_hub
def note(context: CommandContext, address: str, text: str, replied: bool) -> None:
    """Write down something about a person; readers do not see it."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        person = membership.by_address(tx, address)
        checked = notes.checked(text, notes.LONGEST_NOTE, field="text", needed=not replied)
        kind: notes.Kind = "replied" if replied else "note"
        notes.add(tx, person.id, kind, checked, by=_BY, at=hub.now())
    click.echo(f"Noted about {person.email}.")


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option("--add", "added", multiple=True, help="A tag, or several with commas between.")
@click.option("--remove", "removed", multiple=True, help="A tag, or several with commas between.")
@pass_hub
def tag(
    context: CommandContext,
    addresses: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> None:
    """Give people tags, or take them away; readers do not see them."""
    to_add, to_remove = (rules.tags(",".join(texts)) for texts in (added, removed))
    if not to_add and not to_remove:
        raise Refused(N_("Write at least one tag."))
    with context.ready() as (hub, _), hub.db.write() as tx:
        people = [membership.by_address(tx, address) for address in dict.fromkeys(addresses)]
        ids = [person.id for person in people]
        tagging.add(tx, ids, to_add)
        tagging.remove(tx, ids, to_remove)
        found = {person.email: tagging.of_subscriber(tx, person.id) for person in people}
    for email, tags in found.items():
        click.echo(f"{email}: {', '.join(tags) or '-'}")


COMMANDS = (note, tag)
