"""hub newsletter: what goes out, when, and what became of it."""

import asyncio
import sys
import time
from dataclasses import asdict, replace
from datetime import datetime

import click

from hub import addresses, i18n
from hub.cli import intro, letter, sending, watching
from hub.cli.context import CommandContext, pass_hub, progress, report
from hub.db import Transaction
from hub.mail import in_force, mailers, relays
from hub.mail.signing import SigningMailer
from hub.newsletter import (
    editions,
    letter_store,
    pacing,
    planning,
    previewing,
    samples,
    steering,
    troubles,
)
from hub.newsletter.model import Edition, EditionReport
from hub.newsletter.progress import held_back as held
from hub.site.model import Site
from hub.web.state import Hub

_STREAM = click.Choice(["weekly", "monthly", "each"])
_stream_option = click.option(
    "--stream", type=_STREAM, default="weekly", show_default=True, help="Which newsletter."
)
_language_option = click.option(
    "--language", type=click.Choice(list(i18n.LANGUAGES)), help="[default: the site's]"
)
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_edition_argument = click.argument("edition_id", metavar="[EDITION]", type=int, required=False)


@click.group("newsletter")
def command() -> None:
    """The newsletter: look at it, test it, send it, stop it."""


command.add_command(letter.command)
command.add_command(intro.command)


@command.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--watch", is_flag=True, help="Show the progress until nothing is sent any more.")
@_json_option
@pass_hub
def status(context: CommandContext, limit: int, watch: bool, as_json: bool) -> None:
    """Editions, newest first, and how their deliveries stand."""
    with context.ready() as (hub, site):
        if watch:
            _watch(hub)
        with hub.db.read() as tx:
            found = editions.newest(tx, limit)
            if as_json:
                report([_document(one) for one in found])
                return
            _echo_editions(tx, found, site, hub.now())
            _echo_letters(tx, site)
            _echo_next(tx, hub, site)
            _echo_troubles(tx, hub, site)


@command.command()
@_stream_option
@_language_option
@click.option("--html/--text", "as_html", default=False, help="Which part.  [default: text]")
@pass_hub
def preview(context: CommandContext, stream: str, language: str | None, as_html: bool) -> None:
    """Print the next edition as it stands."""
    with context.ready() as (hub, site), hub.db.read() as tx:
        digest = previewing.preview(
            tx, sending.press(hub, site), stream, language=language or site.language, now=hub.now()
        )
    progress(f"Subject: {digest.subject}")
    progress(f"{digest.size:,} bytes of HTML (mail programs cut at 102,400)")
    for said in digest.said("en"):
        progress(said)
    click.echo(digest.html if as_html else digest.text)


@command.command()
@click.argument("address")
@_stream_option
@_language_option
@pass_hub
def test(context: CommandContext, address: str, stream: str, language: str | None) -> None:
    """Send the next edition as it stands to one address, at once."""
    address = addresses.checked(address)
    with context.ready() as (hub, site):
        with hub.db.read() as tx:
            envelope = previewing.sample(
                tx,
                sending.press(hub, site),
                stream,
                address=address,
                language=language or site.language,
                now=hub.now(),
            )
        way = mailers.current(hub.db, hub.settings, site.base_url)
        mailer = SigningMailer(way, hub.db, lambda _tx: site)
        outcome = asyncio.run(previewing.send(envelope, mailer))
    click.echo(f"Sent to {address}: {outcome.reply}")


@command.command()
@click.option("--now", "at_once", is_flag=True, help="Out of turn: an edition of its own.")
@_stream_option
@_json_option
@pass_hub
def send(context: CommandContext, at_once: bool, stream: str, as_json: bool) -> None:
    """Make the edition that is due (or, with --now, one of its own); the worker sends it."""
    with context.ready() as (hub, site):
        make = planning.send_now if at_once else planning.send_due
        with hub.db.write() as tx:
            made = make(tx, sending.press(hub, site), stream, hub.now())
            tx.site_changed()
        for edition in made:
            sending.queue(hub, edition)
        with hub.db.read() as tx:
            ids = {edition.id for edition in made}
            found = [one for one in editions.newest(tx, len(made) + 50) if one.edition.id in ids]
    if as_json:
        report([_document(one) for one in found])
        return
    for one in found:
        click.echo(_line(one, site))


@command.command()
@_edition_argument
@pass_hub
def pause(context: CommandContext, edition_id: int | None) -> None:
    """Stop sending an edition (the newest on its way) until `resume`."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        chosen = steering.chosen(tx, edition_id, "planned", "sending")
        edition = steering.pause(tx, chosen)
    click.echo(f"Edition {edition.id} is paused.")


@command.command()
@_edition_argument
@pass_hub
def resume(context: CommandContext, edition_id: int | None) -> None:
    """Go on sending an edition (the newest that is paused)."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        edition = steering.resume(tx, steering.chosen(tx, edition_id, "paused"), now=hub.now())
    click.echo(f"Edition {edition.id} goes on.")


@command.command()
@_edition_argument
@pass_hub
def cancel(context: CommandContext, edition_id: int | None) -> None:
    """Stop an edition (the newest that is not over) for good."""
    with context.ready() as (hub, _):
        with hub.db.write() as tx:
            chosen = steering.chosen(tx, edition_id, "planned", "sending", "paused")
            edition = steering.cancel(tx, chosen, now=hub.now())
        _sweep(hub, edition)
    click.echo(f"Edition {edition.id}: {edition.reason}.")


@command.command()
@_edition_argument
@pass_hub
def retry(context: CommandContext, edition_id: int | None) -> None:
    """Send again to those whose mail failed or is unknown (of the newest edition)."""
    with context.ready() as (hub, _), hub.db.write() as tx:
        chosen = steering.chosen(tx, edition_id, "sending", "paused", "sent")
        found = steering.retry(tx, chosen, now=hub.now())
    click.echo(f"Edition {chosen}: {sending.count(found.queued, 'mail')} queued again.")
    if found.left_out:
        who = ", ".join(f"{number:,} {status}" for status, number in found.left_out)
        number = sum(number for _, number in found.left_out)
        click.echo(f"{sending.count(number, 'reader')} left out, not active any more: {who}.")


def _watch(hub: Hub) -> None:
    try:
        watching.watch(hub, sys.stderr, terminal=sys.stderr.isatty(), sleep=time.sleep)
    except KeyboardInterrupt:
        # Not 0: who waits for the end of the sending must not go on.
        raise click.exceptions.Exit(130) from None


def _echo_editions(tx: Transaction, found: list[EditionReport], site: Site, now: datetime) -> None:
    moving = any(one.edition.status == "sending" for one in found)
    held_back = pacing.waiting(tx, site, now) if moving else None
    for one in found:
        how = samples.of_edition(tx, one.edition, one.counts, now)
        if held_back and one.edition.status == "sending":
            how = held(how)
        fast = watching.pace(how)
        click.echo(_line(replace(one, counts=how.counts), site, f" · {fast}" if fast else ""))
        if held_back and one.edition.status == "sending":
            click.echo(f"    {held_back.said('en', site.timezone, now)}")
        elif how.next_try:
            click.echo(f"    the next try is on {sending.when(how.next_try, site)}")
    for slot in pacing.limited(tx, site, now) if moving else ():
        click.echo(f"readers at {slot.domain} wait for their turn: {slot.per_hour:,.0f} an hour")
    for slow in pacing.slowed(tx, now) if moving else ():
        click.echo(f"{slow.domain} refuses so much at once: {slow.rate:.3g} a second for now")


def _echo_letters(tx: Transaction, site: Site) -> None:
    for one in letter_store.unsent(tx, limit=20):
        state = f"goes out on {sending.when(one.send_at, site)}" if one.send_at else one.status
        problem = f" (did not go out: {one.problem})" if one.problem else ""
        click.echo(f"letter {one.id}: {state}{problem}\n    {one.subject}")


def _echo_next(tx: Transaction, hub: Hub, site: Site) -> None:
    for stream in ("weekly", "monthly", "each"):
        coming = planning.next_edition(tx, site, stream, hub.now())
        when = sending.when(coming.period.begins_at, site) if coming.period else "at once"
        click.echo(
            f"next {stream}: {when}, {sending.count(len(coming.posts), 'article')}, "
            f"{sending.count(coming.readers, 'reader')}"
        )


def _echo_troubles(tx: Transaction, hub: Hub, site: Site) -> None:
    for relay in relays.stopped(tx, in_force.names(tx, hub.settings, hub.now())):
        since = sending.when(relay.since, site)
        click.echo(f"relay {relay.name}: {relay.state} since {since}: {relay.reason}")
    for trouble in troubles.current(tx):
        click.echo(
            f"{trouble.part} fails since {sending.when(trouble.since, site)}: {trouble.reason}"
        )


def _sweep(hub: Hub, edition: Edition) -> None:
    """Clear what waits in a cancelled edition, a short transaction a batch."""
    swept = True
    while swept:
        with hub.db.write() as tx:
            swept = bool(steering.sweep(tx, edition.id, now=hub.now()))


def _document(one: EditionReport) -> dict[str, object]:
    edition = one.edition
    return {
        "id": edition.id,
        "stream": edition.stream,
        "period": edition.period,
        "status": edition.status,
        "subject": edition.subject,
        "posts": one.posts,
        "deliveries": asdict(one.counts),
    }


def _line(one: EditionReport, site: Site, pace: str = "") -> str:
    edition = one.edition
    states = ", ".join(
        f"{number:,} {state}" for state, number in asdict(one.counts).items() if number
    )
    status = f"{edition.status} ({edition.reason})" if edition.reason else edition.status
    parts = [
        f"edition {edition.id}",
        f"{edition.stream} {edition.period}",
        sending.when(edition.created_at, site),
        status,
        *([] if edition.stream == "letter" else [sending.count(one.posts, "article")]),
        states or "no deliveries",
    ]
    return " · ".join(parts) + pace + (f"\n    {edition.subject}" if edition.subject else "")
