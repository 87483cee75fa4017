"""The next edition of a stream: written, arranged, looked at, tried, sent out of turn."""

from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import testing, words
from hub.admin.confirming import ask
from hub.admin.forms import Errors, number
from hub.admin.mail_view import Trial, asked_language, asked_view, html_part, with_frame
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.content.conversion import plain_text
from hub.content.rendering import Rendered, render
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.mail.lines import cut
from hub.mail.reading import Message
from hub.newsletter import fates, holds, intros, places, planning, previewing, undoing
from hub.newsletter.composing import Digest
from hub.newsletter.intros import Intro, NextIntro
from hub.newsletter.model import NextEdition
from hub.times import from_text, to_text
from hub.web.pages import message
from hub.web.state import hub

STREAMS = ("weekly", "monthly", "each")
# An archive that was announced may hold thousands; the ledger has all of them.
MOST_SHOWN = 100
MOST_HELD = 50
_WORDS = 80


def overview(request: Request) -> Response:
    """The next edition as its readers would get it now, and what its owner may change."""
    return _page(request, Errors(hub(request).site().language))


def preview_html(request: Request) -> Response:
    digest = _next_digest(request, _stream(request))
    return html_part(request, Message(digest.subject, (), digest.text, digest.html))


def write(request: Request) -> Response:
    """Keep what stands above the articles, and the subject."""
    errors, missing = _keep(request)
    if errors:
        return _page(request, errors, typed=_typed(request))
    return done(_path(_stream(request)), "pictures-left" if missing else "intro")


def _keep(request: Request) -> tuple[Errors, bool]:
    """Keep what was typed, whichever button was pressed; what is refused of it, and whether
    pictures are missing."""
    parts, stream, form = hub(request), _stream(request), request.state.form
    site = parts.site()
    typed = _typed(request)
    errors = Errors(site.language, main="markdown")
    errors.extend(intros.check(typed.subject, typed.markdown, typed.language))
    rendered: Rendered | None = None
    if not errors:
        with errors.caught("markdown"):
            rendered = render(typed.markdown, language=typed.language or site.language)
    if rendered is not None:
        with errors.caught(), parts.db.write() as tx:
            intros.write(
                tx,
                stream,
                subject=typed.subject,
                markdown=typed.markdown,
                language=typed.language,
                rendered=rendered,
                seen=_time(form.text("seen")),
                now=parts.now(),
            )
            return errors, bool(rendered.missing_images or rendered.remote_images)
    return errors, False


def _kept_along(request: Request) -> Response | None:
    """What was typed is kept before anything else is done; the page with what is wrong in it."""
    if "markdown" not in request.state.form.values:
        return None
    typed = _typed(request)
    with hub(request).db.read() as tx:
        kept = intros.coming(tx, _stream(request))
    before = kept.intro if kept else Intro("", typed.language, "", "")
    if replace(typed, html=before.html) == before:
        return None
    errors, _ = _keep(request)
    return _page(request, errors, typed=typed) if errors else None


def arrange(request: Request) -> Response:
    """Move an article, hold it back or let it go out again; or the newest first, as without."""
    parts, stream = hub(request), _stream(request)
    to, _, which = request.state.form.text("move").partition(" ")
    post_id, user = number(which) or 0, request.state.user
    if (refused := _kept_along(request)) is not None:
        return refused
    with parts.db.write() as tx:
        move = next((known for known in places.MOVES if known == to), None)
        if to == "hold":
            fates.hold_back(tx, stream, post_id, by=user.name or user.email, now=parts.now())
        elif to == "release":
            fates.let_go(tx, stream, post_id)
        elif to == "newest":
            places.newest_first(tx, stream)
        elif move is not None and stream != "each":
            places.move(tx, stream, planning.waiting(tx, stream, parts.now()), post_id, move)
        else:
            raise Refused(N_("This cannot be done with an article."))
    notice = {"hold": "held", "release": "released", "newest": "newest-first"}.get(to, "")
    return done(f"{_path(stream)}?{'done=' + notice if notice else ''}#articles")


def send_test(request: Request) -> Response:
    """The next edition as it stands, at once, to one address; the ledger knows nothing of it."""
    parts, stream, press = hub(request), _stream(request), testing.press(request)
    language = asked_language(request, press.site.language)
    if (refused := _kept_along(request)) is not None:
        return refused
    try:
        address = testing.address(request)
        with parts.db.read() as tx:
            envelope = previewing.sample(
                tx, press, stream, address=address, language=language, now=parts.now()
            )
        notice = testing.send(request, envelope, press)
    except Refused as error:
        errors = Errors(press.site.language, main="address")
        errors.add(error, "address")
        return _page(request, errors)
    return done(f"{_path(stream)}?language={language}", notice)


def ask_send(request: Request) -> Response:
    """What would go out, to how many; once more before it does."""
    parts, stream = hub(request), _stream(request)
    with parts.db.read() as tx:
        coming = planning.next_edition(tx, parts.site(), stream, parts.now())
        intro = intros.coming(tx, stream)
    if not coming.posts:
        raise Refused(N_("There is nothing to send: no article waits for this newsletter."))
    subject = _next_digest(request, stream, coming).subject
    return ask(
        request,
        section="newsletter",
        title=N_("Send it now to one reader?")
        if coming.readers == 1
        else N_("Send it now to %(readers)s readers?"),
        text=N_(
            "These articles go out in a minute, and until then you can undo it; the edition of the"
            " usual day still comes:"
        ),
        button=N_("Send it now"),
        back=_path(stream),
        values={"readers": i18n.number(coming.readers, parts.site().language)},
        danger=False,
        lines=(
            message(request, N_("Subject: %(subject)s"), subject=subject),
            *(
                (message(request, N_("Intro: %(words)s"), words=_first_words(intro)),)
                if intro and intro.html
                else ()
            ),
            *(post.title for post in coming.posts),
        ),
    )


def _first_words(intro: NextIntro) -> str:
    """As readers see them, without the signs of Markdown."""
    return cut(plain_text(intro.html), _WORDS)


def send(request: Request) -> Response:
    """Make it; it starts in a minute, and until then it can be undone."""
    parts, stream = hub(request), _stream(request)
    press, now = testing.press(request), parts.now()
    with parts.db.write() as tx:
        made = planning.send_now(tx, press, stream, now, starts_at=now + undoing.UNDO)
    where = f"/admin/newsletter/{made[0].id}" if len(made) == 1 else "/admin/newsletter"
    return done(where, "soon")


def _page(request: Request, errors: Errors, *, typed: Intro | None = None) -> Response:
    """`typed` is what was refused."""
    parts, stream = hub(request), _stream(request)
    site, path = parts.site(), _path(stream)
    with parts.db.read() as tx:
        coming = planning.next_edition(tx, site, stream, parts.now())
        kept = intros.coming(tx, stream)
        held = holds.held(tx, stream, limit=MOST_HELD)
        is_arranged = places.is_arranged(tx, stream)
    digest, nothing = None, ""
    try:
        digest = _next_digest(request, stream, coming)
    except Refused as error:
        nothing = message(request, error.message, **error.values)
    return with_frame(
        desk_page(
            request,
            "admin/next.html",
            section="newsletter",
            status=400 if errors else 200,
            streams=STREAMS,
            stream=stream,
            path=path,
            coming=coming,
            seconds_left=_seconds_until(coming, parts.now()),
            shown=coming.posts[:MOST_SHOWN],
            held=held,
            is_arranged=is_arranged,
            intro=typed or (kept.intro if kept else Intro("", "", "", "")),
            theirs=_theirs(request, kept) if typed else None,
            seen=to_text(kept.written_at) if kept else "",
            languages=list(i18n.LANGUAGES.items()),
            errors=errors.by_field,
            digest=digest,
            nothing=nothing,
            message=Message(digest.subject, (), digest.text, digest.html) if digest else None,
            view=asked_view(request, path, f"{path}/html", digest.language if digest else ""),
            trial=_trial(request, path, digest, errors) if digest else None,
            test=f"{path}/test",
            words=words,
        )
    )


def _theirs(request: Request, kept: NextIntro | None) -> Intro | None:
    """What somebody else saved since the form was filled."""
    seen = _time(request.state.form.text("seen"))
    return kept.intro if kept and kept.written_at != seen else None


def _trial(request: Request, path: str, digest: Digest, errors: Errors) -> Trial:
    refused = errors.by_field["address"]
    return Trial(
        path,
        digest.language,
        digest.size,
        digest.said(hub(request).site().language),
        testing.typed(request) if refused else "",
        refused,
    )


def _typed(request: Request) -> Intro:
    form = request.state.form
    # The beginning of a text may be an indented line of code.
    markdown = form.secret("markdown").replace("\r\n", "\n").rstrip()
    return Intro(form.text("subject"), form.text("language"), markdown, "")


def _time(text: str) -> datetime | None:
    """The version that the form was filled with; None where there was none."""
    try:
        return from_text(text)
    except (ValueError, OverflowError):
        return None


def _seconds_until(coming: NextEdition, now: datetime) -> float:
    """Until it goes out by itself; 0 for what follows its articles, or is due."""
    return max(0.0, (coming.period.begins_at - now).total_seconds()) if coming.period else 0.0


def _path(stream: str) -> str:
    return f"/admin/newsletter/next/{stream}"


def _stream(request: Request) -> str:
    stream: str = request.path_params["stream"]
    if stream not in STREAMS:
        raise NotFound(N_("There is no such newsletter."))
    return stream


def _next_digest(request: Request, stream: str, coming: NextEdition | None = None) -> Digest:
    parts = hub(request)
    press = testing.press(request)
    language = asked_language(request, press.site.language)
    with parts.db.read() as tx:
        return previewing.preview(
            tx,
            press,
            stream,
            language=language,
            now=parts.now(),
            waiting=coming.posts if coming else None,
        )


_NEXT = "/admin/newsletter/next/{stream}"
ROUTES = [
    DeskRoute(_NEXT, overview, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/intro", write, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_NEXT}/articles", arrange, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_NEXT}/html", preview_html, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/test", send_test, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_NEXT}/send", ask_send, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/send", send, needs=Needs.OWNER, methods=["POST"]),
]
