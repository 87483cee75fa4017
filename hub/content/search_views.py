"""The page of search: a form that works without script, and what was found."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.content import listing, search
from hub.errors import NotFound
from hub.i18n import N_
from hub.web import paging
from hub.web.pages import page
from hub.web.paging import Paging
from hub.web.state import hub

PATH = "/search"
_LATEST = 5


def results(request: Request) -> Response:
    """What the words of `q` find. Every address differs, so no answer is kept for others."""
    number = paging.asked(request.scope["query_string"])
    if number is None:
        raise NotFound(N_("There is no such page."))
    asked = " ".join(request.query_params.get("q", "").replace("\0", " ").split())
    query = asked[: search.LONGEST_QUERY].strip()
    with hub(request).db.read() as tx:
        found = search.find(tx, query, page=number)
        here = Paging(
            PATH, number, paging.pages_of(found.shown, search.PER_PAGE), urlencode({"q": query})
        )
        if number > here.pages:
            raise NotFound(N_("There is no such page."))
        latest = [] if found.total else listing.latest(tx, limit=_LATEST)
    return page(
        request,
        "search.html",
        query=query,
        shortened=len(asked) > len(query),
        found=found,
        paging=here,
        latest=latest,
    )


ROUTES: list[BaseRoute] = [Route(PATH, results)]
