"""`hub subscribers`: the people on the list, one by one."""

from datetime import datetime

import click

from hub.audience import membership, notes, receipts, rules, store, tagging
from hub.audience.model import CADENCES, STATUSES, ConsentEvent, Subscriber, Wish
from hub.audience.notes import PersonEvent
from hub.cli import approval, held, notes_and_tags
from hub.cli.context import CommandContext, pass_hub, report
from hub.i18n import LANGUAGES
from hub.mail import outbox
from hub.newsletter import history
from hub.newsletter.history import Delivered
from hub.newsletter.returns import lifting
from hub.newsletter.returns import store as returns
from hub.newsletter.returns.model import BounceEvent
from hub.times import to_text

LAST_DELIVERIES = 20


@click.group()
def command() -> None:
    """The people on the list."""


command.add_command(held.command)


@command.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those.")
@click.option("--tag", default="", help="Only those whom you gave this tag.")
@click.option("--search", default="", help="Part of an address, a name or a note; or a tag.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def list_(
    context: CommandContext,
    status: str | None,
    tag: str,
    search: str,
    limit: int,
    as_json: bool,
) -> None:
    """Who is on the list, newest first."""
    with context.ready() as (hub, _), hub.db.read() as tx:
        people = store.page(
            tx,
            limit=limit,
            status=status or "",
            tag=rules.clean_name(tag).casefold(),
            search=search,
        )
    if as_json:
        report([_document(person) for person in people])
        return
    for person in people:
        click.echo(
            f"{person.email}\t{person.status}\t{person.cadence}\t{person.created_at:%Y-%m-%d}"
        )


@command.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_hub
def show(context: CommandContext, address: str, as_json: bool) -> None:
    """One person, with topics, tags, notes, consent log, the last newsletters and what came
    back."""
    with context.ready() as (hub, _), hub.db.read() as tx:
        person = membership.by_address(tx, address)
        topics = store.topics_of(tx, person.id)
        tags = tagging.of_subscriber(tx, person.id)
        known = notes.of_subscriber(tx, person.id)
        log = store.consent_log(tx, person.id)
        last = history.of_subscriber(tx, person.id, limit=LAST_DELIVERIES)
        came_back = returns.of_subscriber(tx, person.id, limit=LAST_DELIVERIES)
    document = {
        **_document(person),
        "topics": topics,
        "tags": tags,
        "notes": [_note(one) for one in known],
        "consent": [_line(line) for line in log],
        "deliveries": [_delivery(one) for one in last],
        "bounces": [_bounce(one) for one in came_back],
    }
    if as_json:
        report(document)
        return
    for name, value in document.items():
        if not isinstance(value, list | tuple):
            # A name that came with an import may hold what a terminal would obey.
            shown = rules.clean_name(str(value)) if name == "name" else value
            click.echo(f"{name}: {shown or '-'}")
    click.echo(f"topics: {', '.join(topics) or '-'}")
    click.echo(f"tags: {', '.join(tags) or '-'}")
    if known:
        click.echo("notes:")
    for one in known:
        # What a reader answered may hold what a terminal would obey.
        words = "".join(c if c.isprintable() else " " for c in one.text)
        click.echo(f"  {to_text(one.at)} {one.kind}: {words}".rstrip(": "))
    click.echo("consent log:")
    for line in log:
        where = line.form_url or line.source
        words = f" “{line.text}” ({line.text_version}, {line.language})" if line.text else ""
        click.echo(f"  {to_text(line.at)} {line.kind} via {where}{words}")
    if last:
        click.echo("newsletters:")
    for delivered in last:
        click.echo(f"  {_shown(delivered)}")
    if came_back:
        click.echo("what came back:")
    for event in came_back:
        edition = f" edition {event.edition_id}" if event.edition_id else ""
        click.echo(f"  {to_text(event.at)} {event.kind} via {event.source}{edition}: {event.said}")


@command.command()
@click.argument("address")
@click.option("--consent", required=True, help="How this person agreed; kept in the log.")
@click.option("--name", default="")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Default: the site's.")
@click.option("--cadence", type=click.Choice(CADENCES), default="weekly", show_default=True)
@pass_hub
def add(
    context: CommandContext,
    address: str,
    consent: str,
    name: str,
    language: str | None,
    cadence: str,
) -> None:
    """Add somebody who agreed elsewhere: active at once, mailed nothing now."""
    with context.ready() as (hub, site), hub.db.write() as tx:
        wish = Wish(
            email=rules.address(address),
            name=rules.clean_name(name),
            cadence=rules.cadence(cadence),
            topics=(),
            language=language or site.language,
        )
        person = membership.add(tx, wish, statement=consent, now=hub.now())
    click.echo(f"{person.email} is active.")


@command.command()
@click.argument("address")
@pass_hub
def confirm(context: CommandContext, address: str) -> None:
    """Vouch for somebody who asked and has not confirmed."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        person = membership.confirm(tx, membership.by_address(tx, address), now=hub.now())
    click.echo(f"{person.email} is active.")


@command.command()
@click.argument("address")
@click.option("--reason", required=True, help="Why mail may go there again; kept with the person.")
@pass_hub
def lift(context: CommandContext, address: str, reason: str) -> None:
    """Let somebody in again who bounced or complained."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        person = membership.by_address(tx, address)
        person = lifting.lift(tx, person, reason=reason, now=hub.now())
    click.echo(f"{person.email} is {person.status}.")


@command.command()
@click.argument("address")
@pass_hub
def erase(context: CommandContext, address: str) -> None:
    """Erase a person; a keyed hash keeps imports from bringing them back."""
    with context.ready() as (hub, _):
        with hub.db.write() as tx:
            person = membership.by_address(tx, address)
            mailed = membership.erase(tx, person, now=hub.now())
        outbox.forget(hub.settings.outbox, mailed)
    click.echo(f"{person.email} is erased.")


@command.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Default: the site's.")
@pass_hub
def receipt(context: CommandContext, address: str, as_json: bool, language: str | None) -> None:
    """What a person agreed to: which words, when, where, confirmed when."""
    with context.ready() as (hub, site), hub.db.read() as tx:
        person = membership.by_address(tx, address)
        found = receipts.of(tx, person.id, site=site, now=hub.now())
    assert found is not None
    if as_json:
        report(receipts.as_document(found))
    else:
        click.echo(receipts.as_text(found, language or site.language), nl=False)


def _document(person: Subscriber) -> dict[str, object]:
    return {
        "email": person.email,
        "name": person.name,
        "status": person.status,
        "cadence": person.cadence,
        "paused_until": _time(person.paused_until),
        "language": person.language,
        "source": person.source,
        "created_at": _time(person.created_at),
        "confirmed_at": _time(person.confirmed_at),
        "unsubscribed_at": _time(person.unsubscribed_at),
    }


def _line(line: ConsentEvent) -> dict[str, str]:
    return {
        "kind": line.kind,
        "at": to_text(line.at),
        "text": line.text,
        "text_version": line.text_version,
        "language": line.language,
        "form_url": line.form_url,
        "source": line.source,
    }


def _note(one: PersonEvent) -> dict[str, str]:
    return {
        "kind": one.kind,
        "at": to_text(one.at),
        "text": one.text,
        "about": one.about,
        "by": one.by_whom,
    }


def _delivery(one: Delivered) -> dict[str, object]:
    return {
        "edition": one.edition_id,
        "stream": one.stream,
        "period": one.period,
        "subject": one.subject,
        "state": one.state,
        "at": to_text(one.at),
        "relay": one.relay,
        "code": one.code,
        "reply": one.reply,
    }


def _bounce(event: BounceEvent) -> dict[str, object]:
    return {
        "edition": event.edition_id,
        "kind": event.kind,
        "code": event.code,
        "text": event.text,
        "source": event.source,
        "at": to_text(event.at),
    }


def _shown(one: Delivered) -> str:
    where = f" by {one.relay}" if one.relay else ""
    # A server may say what a terminal would obey.
    reply = "".join(c if c.isprintable() else " " for c in one.reply)
    answer = f"{one.code or ''} {reply}".strip()
    said = f": {answer}" if answer else ""
    issue = f"edition {one.edition_id} ({one.stream} {one.period})"
    waits = one.state in ("queued", "claimed", "deferred")
    when = f"next try {to_text(one.at)}" if waits else to_text(one.at)
    return f"{when} {issue} {one.state}{where}{said}"


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None


for _more in (*approval.COMMANDS, *notes_and_tags.COMMANDS):
    command.add_command(_more)
