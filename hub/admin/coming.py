"""The next edition of a stream: looked at, tried, sent out of turn."""

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import testing
from hub.admin.confirming import ask
from hub.admin.mail_view import Trial, asked_language, html_part, message_page
from hub.admin.pages import done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.mail.reading import Message
from hub.newsletter import planning, previewing, undoing
from hub.newsletter.composing import Digest
from hub.newsletter.model import NextEdition
from hub.web.pages import message
from hub.web.state import hub

STREAMS = ("weekly", "monthly", "each")


def preview(request: Request, *, typed: str = "", refused: str = "") -> Response:
    """The next edition as its readers would get it now."""
    stream = _stream(request)
    digest = _next_digest(request, stream)
    path, own = f"/admin/newsletter/next/{stream}", hub(request).site().language
    return message_page(
        request,
        Message(digest.subject, (), digest.text, digest.html),
        section="newsletter",
        back="/admin/newsletter",
        title=message(request, N_("Preview")),
        frame=f"{path}/html?language={digest.language}",
        test=f"{path}/test",
        trial=Trial(
            path,
            digest.language,
            digest.size,
            digest.said(own),
            typed,
            refused,
        ),
        status=400 if refused else 200,
    )


def preview_html(request: Request) -> Response:
    digest = _next_digest(request, _stream(request))
    return html_part(Message(digest.subject, (), digest.text, digest.html))


def send_test(request: Request) -> Response:
    """The next edition as it stands, at once, to one address; the ledger knows nothing of it."""
    parts, stream, press = hub(request), _stream(request), testing.press(request)
    language = asked_language(request, press.site.language)
    try:
        address = testing.address(request)
        with parts.db.read() as tx:
            envelope = previewing.sample(
                tx, press, stream, address=address, language=language, now=parts.now()
            )
        notice = testing.send(request, envelope, press)
    except Refused as error:
        return preview(
            request,
            typed=testing.typed(request),
            refused=message(request, error.message, **error.values),
        )
    return done(f"/admin/newsletter/next/{stream}?language={language}", notice)


def ask_send(request: Request) -> Response:
    """What would go out, to how many; once more before it does."""
    coming = _next(request, _stream(request))
    if not coming.posts:
        raise Refused(N_("There is nothing to send: no article waits for this newsletter."))
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
        back="/admin/newsletter",
        values={"readers": i18n.number(coming.readers, hub(request).site().language)},
        danger=False,
        lines=tuple(post.title for post in coming.posts),
    )


def send(request: Request) -> Response:
    """Make it; it starts in a minute, and until then it can be undone."""
    parts, stream = hub(request), _stream(request)
    press, now = testing.press(request), parts.now()
    with parts.db.write() as tx:
        made = planning.send_now(tx, press, stream, now, starts_at=now + undoing.UNDO)
    where = f"/admin/newsletter/{made[0].id}" if len(made) == 1 else "/admin/newsletter"
    return done(where, "soon")


def _stream(request: Request) -> str:
    stream: str = request.path_params["stream"]
    if stream not in STREAMS:
        raise NotFound(N_("There is no such newsletter."))
    return stream


def _next(request: Request, stream: str) -> NextEdition:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        return planning.next_edition(tx, site, stream, parts.now())


def _next_digest(request: Request, stream: str) -> Digest:
    parts = hub(request)
    press = testing.press(request)
    language = asked_language(request, press.site.language)
    with parts.db.read() as tx:
        return previewing.preview(tx, press, stream, language=language, now=parts.now())


_NEXT = "/admin/newsletter/next/{stream}"
ROUTES = [
    DeskRoute(_NEXT, preview, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/html", preview_html, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/test", send_test, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_NEXT}/send", ask_send, needs=Needs.OWNER),
    DeskRoute(f"{_NEXT}/send", send, needs=Needs.OWNER, methods=["POST"]),
]
