"""The newsletter: what goes out next, when and to how many, and what became of the past."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import progress, refusals, replies, words
from hub.admin.coming import STREAMS
from hub.admin.confirming import Choice, ask
from hub.admin.mail_view import html_part, message_page
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_
from hub.mail import reading
from hub.mail.reading import Message
from hub.newsletter import (
    copies,
    deliveries,
    editions,
    figures,
    intros,
    ledger,
    letter_store,
    outstanding,
    pacing,
    planning,
    presses,
    samples,
    steering,
    undoing,
)
from hub.newsletter import progress as sending_progress
from hub.newsletter.model import Edition
from hub.newsletter.returns import store as returns
from hub.newsletter.returns.model import KINDS
from hub.times import from_text, to_text
from hub.web.pages import message
from hub.web.state import hub

SHOWN = 30
LATEST = 12


def overview(request: Request) -> Response:
    """The next edition of each stream as things stand, and the past ones."""
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        coming = [planning.next_edition(tx, site, stream, parts.now()) for stream in STREAMS]
        past = editions.newest(tx, LATEST + 1)
        prepared = {stream: intros.coming(tx, stream) for stream in STREAMS}
        paused = editions.with_status(tx, "paused")
        obstacles = progress.obstacles(tx, parts.settings, parts.now())
        letters = letter_store.unsent(tx, limit=SHOWN)
        held_back = pacing.waiting(tx, site, parts.now())
    return desk_page(
        request,
        "admin/newsletter.html",
        section="newsletter",
        coming=coming,
        past=past[:LATEST],
        older=len(past) > LATEST,
        prepared=prepared,
        paused=paused,
        obstacles=obstacles,
        relay_said=replies.of_relay,
        held_back=_said(request, held_back),
        words=words,
        said=replies.said,
        letters=letters,
        can_undo=undoing.can_undo,
    )


def undo(request: Request) -> Response:
    """Take back an edition that has not started, as if it had never been made."""
    parts, user = hub(request), request.state.user
    with parts.db.write() as tx:
        letter = letter_store.of_edition(tx, request.path_params["id"])
        undoing.undo(tx, request.path_params["id"], by=user.name or user.email, now=parts.now())
    return done(
        f"/admin/newsletter/letters/{letter.id}" if letter else "/admin/newsletter", "undone"
    )


def edition(request: Request) -> Response:
    """One edition: what is in it, how its deliveries stand and how fast it goes."""
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        found = _edition(tx, request)
        moving = found.status in ("planned", "sending")
        held_back = pacing.waiting(tx, site, parts.now()) if moving else None
        slowed = pacing.slowed(tx, parts.now()) if moving else []
        limited = pacing.limited(tx, site, parts.now()) if moving else []
        counts = editions.counts(tx, found.id)
        how = samples.of_edition(tx, found, counts, parts.now())
        how = sending_progress.held_back(how) if held_back else how
        posts = ledger.posts(tx, found.id)
        # Only when there are some: looking for none reads every delivery of the edition.
        missed = counts.failed + counts.unknown
        failed = deliveries.undelivered(tx, found.id, limit=SHOWN) if missed else []
        deferred = (
            outstanding.page(tx, found.id, "deferred", after=0, limit=SHOWN)
            if counts.deferred
            else []
        )
        refusing = outstanding.refusing(tx, found.id) if found.status == "paused" else []
        letter = letter_store.of_edition(tx, found.id)
        came_back = returns.counts(tx, found.id)
        links = presses.of_edition(tx, found.id)
        intro = intros.of_edition(tx, found.id)
        left = figures.left_after(tx, found) if counts.accepted else 0
    return desk_page(
        request,
        "admin/edition.html",
        section="newsletter",
        edition=found,
        stage=words.edition_status(found.status, counts),
        counts=how.counts,
        posts=posts,
        letter=letter,
        failed=failed,
        deferred=deferred,
        refusing=refusing,
        can_undo=undoing.can_undo(found),
        seconds_left=_seconds_left(found, parts.now()),
        came_back=[(kind, came_back[kind]) for kind in KINDS if kind in came_back],
        how=how,
        links=links,
        intro=intro,
        left=left,
        seconds_taken=figures.seconds_taken(found),
        meaning=refusals.words,
        refresh=progress.refresh_seconds(found, how),
        moving=moving,
        held_back=_said(request, held_back),
        slowed=slowed,
        limited=limited,
        words=words,
        said=replies.said,
    )


def edition_message(request: Request) -> Response:
    """The mail of an edition as it was made."""
    found, content = _made_message(request)
    return message_page(
        request,
        content,
        section="newsletter",
        back=f"/admin/newsletter/{found.id}",
        title=found.subject,
        frame=f"/admin/newsletter/{found.id}/message/html",
    )


def edition_html(request: Request) -> Response:
    return html_part(request, _made_message(request)[1])


def pause(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = steering.pause(tx, _edition(tx, request).id)
    return done(f"/admin/newsletter/{found.id}", "paused")


def resume(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = steering.resume(tx, _edition(tx, request).id, now=hub(request).now())
    return done(f"/admin/newsletter/{found.id}", "resumed")


def ask_cancel(request: Request) -> Response:
    with hub(request).db.read() as tx:
        found = _edition(tx, request)
    return ask(
        request,
        section="newsletter",
        title=N_("Cancel “%(subject)s”?"),
        text=N_(
            "Whoever has not got it yet gets it never. If nothing has left, its articles go into "
            "the next edition."
        )
        if found.stream in ("weekly", "monthly")
        else N_("Whoever has not got it yet gets it never."),
        button=N_("Cancel this edition"),
        back=f"/admin/newsletter/{found.id}",
        values={"subject": found.subject},
    )


def cancel(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        found = steering.cancel(tx, _edition(tx, request).id, now=parts.now())
    return done(f"/admin/newsletter/{found.id}", "cancelled")


def ask_retry(request: Request) -> Response:
    with hub(request).db.read() as tx:
        found = _edition(tx, request)
        again = steering.retriable(tx, found.id)
    left_out = tuple(
        message(
            request,
            N_("left out: %(number)s (%(status)s)"),
            number=_shown(request, number),
            status=message(request, words.LEFT_OUT.get(status, status)),
        )
        for status, number in again.left_out
    )
    title = N_("Send it again to %(number)s readers?")
    if again.failed <= 1:
        title = N_("Send it again to one reader?") if again.failed else N_("Send it again?")
    return ask(
        request,
        section="newsletter",
        title=title,
        text=N_("To those whose mail failed, as far as they are still active.")
        if again.failed
        else N_("No mail failed to a reader who is still active."),
        button=N_("Send it again"),
        back=f"/admin/newsletter/{found.id}",
        values={"number": _shown(request, again.failed)},
        danger=False,
        lines=left_out,
        hidden={"asked": to_text(hub(request).now())},
        choice=_unknown_too(request, again.unknown) if again.unknown else None,
    )


def _unknown_too(request: Request, number: int) -> Choice:
    return Choice(
        "unknown",
        message(
            request,
            N_("Those whose end is unknown too: %(number)s"),
            number=_shown(request, number),
        ),
        message(
            request,
            N_(
                "Their mail server had the whole mail and did not answer: it may have arrived, and"
                " then they get it twice."
            ),
        ),
    )


def retry(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        found = _edition(tx, request)
        steering.retry(
            tx,
            found.id,
            now=parts.now(),
            asked=_asked(request),
            with_unknown=request.state.form.flag("unknown"),
        )
    return done(f"/admin/newsletter/{found.id}", "sending")


def _asked(request: Request) -> datetime | None:
    """When the page that asks was opened."""
    try:
        return from_text(request.state.form.text("asked"))
    except (ValueError, OverflowError):
        return None


def _said(request: Request, held_back: pacing.Waiting | None) -> str:
    parts = hub(request)
    site = parts.site()
    return held_back.said(site.language, site.timezone, parts.now()) if held_back else ""


def _shown(request: Request, count: int) -> str:
    return i18n.number(count, hub(request).site().language)


def _edition(tx: Transaction, request: Request) -> Edition:
    found = editions.get(tx, request.path_params["id"])
    if found is None:
        raise NotFound(N_("There is no edition %(id)s."), id=request.path_params["id"])
    return found


def _seconds_left(edition: Edition, now: datetime) -> int:
    """Until it starts; 0 when it does not wait for that."""
    if edition.starts_at is None or not undoing.is_held(edition, now):
        return 0
    return max(1, round((edition.starts_at - now).total_seconds()))


def _made_message(request: Request) -> tuple[Edition, Message]:
    parts, user = hub(request), request.state.user
    language = parts.site().language
    with parts.db.read() as tx:
        found = _edition(tx, request)
        content = copies.copy(
            tx, found, email=user.email, name=user.name, language=language, signer=parts.signer
        )
    if content is None:
        raise NotFound(N_("This edition was skipped: there is no mail of it."))
    return found, reading.parse(content)


_ONE = "/admin/newsletter/{id:int}"
ROUTES = [
    DeskRoute("/admin/newsletter", overview, needs=Needs.OWNER),
    DeskRoute(_ONE, edition, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/message", edition_message, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/message/html", edition_html, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/undo", undo, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/pause", pause, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/resume", resume, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/cancel", ask_cancel, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/cancel", cancel, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/retry", ask_retry, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/retry", retry, needs=Needs.OWNER, methods=["POST"]),
]
