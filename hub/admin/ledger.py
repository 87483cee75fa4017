"""The ledger at the desk: each article, in which edition it went out, or why not."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import words
from hub.admin.forms import number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import NotFound
from hub.i18n import N_
from hub.newsletter import fates, planning
from hub.newsletter.fates import Line, Mark
from hub.times import from_text, to_text
from hub.web.state import hub

PER_PAGE = 50
_PATH = "/admin/newsletter/ledger"


def ledger(request: Request) -> Response:
    """The articles of the site, newest first, as a stream sees them."""
    parts = hub(request)
    site, now, stream = parts.site(), parts.now(), _stream(request.query_params.get("stream", ""))
    with parts.db.read() as tx:
        lines = fates.page(tx, stream, after=_mark(request), limit=PER_PAGE + 1)
        period = planning.next_edition(tx, site, stream, now).period
    shown = lines[:PER_PAGE]
    return desk_page(
        request,
        "admin/ledger.html",
        section="newsletter",
        stream=stream,
        streams=fates.STREAMS,
        lines=[(line, fates.fate(line, stream, now)) for line in shown],
        period=period,
        more=_following(stream, shown[-1]) if len(lines) > PER_PAGE else "",
        first="after" not in request.query_params,
        first_path=f"{_PATH}?stream={stream}",
        after=request.query_params.get("after", ""),
        words=words,
    )


def hold(request: Request) -> Response:
    """Keep an article out of the editions of a stream."""
    parts, user = hub(request), request.state.user
    with parts.db.write() as tx:
        fates.hold_back(tx, *_named(request), by=user.name or user.email, now=parts.now())
    return done(_back(request), "held")


def release(request: Request) -> Response:
    with hub(request).db.write() as tx:
        fates.let_go(tx, *_named(request))
    return done(_back(request), "released")


def _named(request: Request) -> tuple[str, int]:
    return _stream(request.path_params["stream"]), request.path_params["id"]


def _stream(name: str) -> str:
    if name not in ("", *fates.STREAMS):
        raise NotFound(N_("There is no such newsletter."))
    return name or fates.STREAMS[0]


def _mark(request: Request) -> Mark | None:
    """Where the page before ended: `after=2026-11-28T07:00:00.000Z,12`."""
    at, _, post_id = request.query_params.get("after", "").partition(",")
    known = number(post_id)
    try:
        return Mark(from_text(at), known) if known is not None else None
    except (ValueError, OverflowError):
        return None


def _following(stream: str, last: Line) -> str:
    after = f"{to_text(last.published_at)},{last.post_id}"
    return f"{_PATH}?" + urlencode({"stream": stream, "after": after})


def _back(request: Request) -> str:
    """The page of the ledger on which the button was."""
    after = request.state.form.text("after")
    values = {"stream": request.path_params["stream"]} | ({"after": after} if after else {})
    return f"{_PATH}?" + urlencode(values)


ROUTES = [
    DeskRoute(_PATH, ledger, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/{{stream}}/{{id:int}}/hold", hold, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(
        f"{_PATH}/{{stream}}/{{id:int}}/release", release, needs=Needs.OWNER, methods=["POST"]
    ),
]
