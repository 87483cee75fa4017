"""The editions of the past with their figures, a page at a time."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import replies, words
from hub.admin.forms import number
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.newsletter import editions, figures
from hub.web.state import hub

PER_PAGE = 50
_PATH = "/admin/newsletter/past"


def past(request: Request) -> Response:
    """Newest first; `before` is the number of the edition where the page before ended."""
    before = number(request.query_params.get("before", ""))
    with hub(request).db.read() as tx:
        found = editions.newest(tx, PER_PAGE + 1, before=before)
    shown = found[:PER_PAGE]
    return desk_page(
        request,
        "admin/past.html",
        section="newsletter",
        past=[(report, figures.seconds_taken(report.edition)) for report in shown],
        first_path=_PATH,
        first=before is None,
        more=f"{_PATH}?before={shown[-1].edition.id}" if len(found) > PER_PAGE else "",
        words=words,
        said=replies.said,
    )


ROUTES = [DeskRoute(_PATH, past, needs=Needs.OWNER)]
