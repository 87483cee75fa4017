"""The lists of articles and of pages at the desk."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import words
from hub.admin import working_copies as copies
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.content import shelf
from hub.content.model import Kind
from hub.errors import NotFound
from hub.i18n import N_
from hub.web import paging
from hub.web.paging import Paging
from hub.web.state import hub

PER_PAGE = 30
_FOLDERS: dict[str, Kind] = {"posts": "post", "pages": "page"}


def article_list(request: Request) -> Response:
    return _list(request, "posts")


def page_list(request: Request) -> Response:
    return _list(request, "pages")


def _list(request: Request, folder: str) -> Response:
    parts, kind = hub(request), _FOLDERS[folder]
    status = request.query_params.get("status", "")
    number = paging.asked(request.scope["query_string"]) or 1
    window = {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    with parts.db.read() as tx:
        counts = shelf.counts(tx, kind)
        new = copies.unsaved(tx, request.state.user.id, None) if number == 1 else []
        if status == "draft":
            found, total = shelf.drafts(tx, kind, **window), counts.drafts
        elif status == "published":
            found, total = shelf.published(tx, kind, **window), counts.published
        else:
            found = shelf.everything(tx, kind, drafts_first=counts.drafts, **window)
            total = counts.all
    if number > 1 and not found:
        raise NotFound(N_("There is no such page."))
    return desk_page(
        request,
        "admin/posts.html",
        section=folder,
        folder=folder,
        status=200,
        shown=status,
        found=found,
        unsaved=[(copy, copy.typed) for copy in new if copy.typed.get("kind", "post") == kind],
        counts=counts,
        newsletter_words=words.NEWSLETTER,
        paging=Paging(f"/admin/{folder}", number, paging.pages_of(total, PER_PAGE)),
    )


ROUTES = [
    DeskRoute("/admin/posts", article_list, needs=Needs.EDITOR),
    DeskRoute("/admin/pages", page_list, needs=Needs.EDITOR),
]
