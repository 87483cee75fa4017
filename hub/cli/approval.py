"""`hub subscribers waiting|accept|decline`: those who wait for the owner."""

from typing import Literal

import click

from hub.audience import approval, membership, rules
from hub.audience.approval import Waiting
from hub.cli.context import CommandContext, pass_hub, report
from hub.times import to_text

_BY = "hub subscribers"


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def waiting(context: CommandContext, limit: int, as_json: bool) -> None:
    """Who confirmed and waits for you, with what they answered; who came first first."""
    with context.ready() as (hub, _), hub.db.read() as tx:
        found = approval.page(tx, after=0, limit=limit)
    if as_json:
        report([_document(one) for one in found])
        return
    for one in found:
        # What a reader typed may hold what a terminal would obey.
        said = rules.clean_name(one.answer.replace("\n", " ")[:200])
        click.echo(f"{one.person.email}\t{rules.clean_name(one.person.name)}\t{said}")


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option("--word", default="", help="What you add to the mail that tells them.")
@pass_hub
def accept(context: CommandContext, addresses: tuple[str, ...], word: str) -> None:
    """Let people in who wait; each is told by mail."""
    _decide(context, addresses, "accepted", word)


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.option("--word", default="", help="What you add to the mail that tells them.")
@pass_hub
def decline(context: CommandContext, addresses: tuple[str, ...], word: str) -> None:
    """Decline people who wait; each is told by mail, kindly."""
    _decide(context, addresses, "declined", word)


def _decide(
    context: CommandContext,
    addresses: tuple[str, ...],
    decision: Literal["accepted", "declined"],
    word: str,
) -> None:
    """All of them, or none where one does not wait."""
    with context.ready() as (hub, site), hub.db.write() as tx:
        people = [membership.by_address(tx, address) for address in dict.fromkeys(addresses)]
        for person in people:
            approval.decide_one(tx, person, decision, word=word, by=_BY, site=site, now=hub.now())
    for person in people:
        click.echo(f"{person.email} is {decision}.")


def _document(one: Waiting) -> dict[str, object]:
    confirmed = one.person.confirmed_at
    return {
        "email": one.person.email,
        "name": one.person.name,
        "language": one.person.language,
        "source": one.person.source,
        "confirmed_at": to_text(confirmed) if confirmed else None,
        "question": one.question,
        "answer": one.answer,
    }


COMMANDS = (waiting, accept, decline)
