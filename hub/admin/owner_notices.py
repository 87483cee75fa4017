"""The notices: what happened, newest first, until they are marked as read."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import notice_words
from hub.admin.forms import number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.errors import NotFound
from hub.i18n import N_
from hub.notices import store
from hub.web.state import hub

PER_PAGE = 50


def notices(request: Request) -> Response:
    parts = hub(request)
    after = number(request.query_params.get("after", ""))
    with parts.db.read() as tx:
        found = store.page(tx, after=after, limit=PER_PAGE + 1)
        any_unread = bool(store.unread(tx, limit=1))
    shown = found[:PER_PAGE]
    return desk_page(
        request,
        "admin/notices.html",
        section="notices",
        notices=shown,
        said=notice_words.said,
        any_unread=any_unread,
        first=after is None,
        more=f"/admin/notices?after={shown[-1].id}" if len(found) > PER_PAGE else "",
    )


def mark_read(request: Request) -> Response:
    """One that was read."""
    parts = hub(request)
    with parts.db.write() as tx:
        if not store.mark_read(tx, request.path_params["id"], parts.now()):
            raise NotFound(N_("There is no such notice."))
    return done(_back(request))


def mark_all_read(request: Request) -> Response:
    """All that had happened when the page was made: what came since stays unread."""
    parts = hub(request)
    newest = number(request.state.form.text("newest"))
    with parts.db.write() as tx:
        last = store.get(tx, newest) if newest is not None else None
        store.mark_all_read(tx, up_to=last.at if last else parts.now(), now=parts.now())
    return done(_back(request))


def _back(request: Request) -> str:
    return "/admin" if request.state.form.text("back") == "home" else "/admin/notices"


ROUTES = [
    DeskRoute("/admin/notices", notices, needs=Needs.OWNER),
    DeskRoute("/admin/notices/read", mark_all_read, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute("/admin/notices/{id:int}/read", mark_read, needs=Needs.OWNER, methods=["POST"]),
]
