"""`hub subscribers held`: sign-ups that something speaks against, and what becomes of them."""

import click

from hub.audience import rules
from hub.audience.gates import reviewing, store
from hub.audience.gates.model import HeldSignUp
from hub.cli.context import CommandContext, pass_hub, report
from hub.times import to_text


@click.command("held")
@click.option("--let-through", "through", multiple=True, metavar="ADDRESS", help="Ask to confirm.")
@click.option("--drop", "dropped", multiple=True, metavar="ADDRESS", help="Forget.")
@click.option("--drop-all", is_flag=True, help="Forget every one of them.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def command(
    context: CommandContext,
    through: tuple[str, ...],
    dropped: tuple[str, ...],
    drop_all: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Sign-ups that are held, newest first: list them, let them through, drop them."""
    with context.ready() as (hub, _):
        if through or dropped or drop_all:
            with hub.db.write() as tx:
                passed = [reviewing.by_address(tx, address).id for address in through]
                forgotten = [reviewing.by_address(tx, address).id for address in dropped]
                result = reviewing.let_through(tx, passed, now=hub.now())
                gone = store.drop(tx, forgotten)
                gone += store.drop_all(tx) if drop_all else 0
            click.echo(f"{result.taken} let through ({result.mailed} mailed), {gone} dropped.")
            return
        with hub.db.read() as tx:
            found = store.held(tx, limit=limit)
    if as_json:
        report([_document(one) for one in found])
        return
    for one in found:
        # What a stranger typed may hold what a terminal would obey.
        name = rules.clean_name(one.name)
        reasons = one.reasons.replace(" ", ", ")
        click.echo(f"{one.email}\t{name or '-'}\t{one.created_at:%Y-%m-%d %H:%M}\t{reasons}")


def _document(one: HeldSignUp) -> dict[str, object]:
    return {
        "email": one.email,
        "name": one.name,
        "cadence": one.cadence,
        "topics": one.topics.split(),
        "language": one.language,
        "form_url": one.form_url,
        "reasons": one.reasons.split(),
        "created_at": to_text(one.created_at),
    }
