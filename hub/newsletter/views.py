"""Past editions on the site: the same for everybody, without anyone's own links."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.errors import NotFound
from hub.i18n import N_
from hub.newsletter import editions, intros, ledger, letter_store, presses
from hub.web.pages import message, page
from hub.web.state import hub
from hub.web.structured_data import Crumb


def past_editions(request: Request) -> Response:
    """Every edition that went out, newest first."""
    with hub(request).db.read() as tx:
        found = editions.public(tx)
    trail = [_newsletter(request)]
    return page(request, "newsletter.html", shared=True, trail=trail, editions=found)


def edition(request: Request) -> Response:
    """One edition: what a reader's mail calls "read in the browser"."""
    with hub(request).db.read() as tx:
        found = editions.public_by_id(tx, request.path_params["edition"])
        if found is None:
            raise NotFound(N_("There is no such page."))
        posts = ledger.posts(tx, found.id)
        letter = letter_store.of_edition(tx, found.id) if found.stream == "letter" else None
        intro = intros.of_edition(tx, found.id)
    trail = [_newsletter(request), Crumb(found.subject, f"/newsletter/{found.id}")]
    return page(
        request,
        "edition.html",
        shared=True,
        trail=trail,
        edition=found,
        posts=posts,
        letter=letter,
        opening=intro if intro and intro.html else None,
    )


def go(request: Request) -> Response:
    """A link of an edition that is counted: on to where it led. Nobody is remembered.

    It leads only where a link of that edition led when it was made: no address is taken from the
    request.
    """
    edition_id, number = request.path_params["edition"], request.path_params["number"]
    with hub(request).db.read() as tx:
        url = presses.leads_to(tx, edition_id, number)
    if url is None:
        raise NotFound(N_("There is no such page."))
    # Programs that only look whether it is there, or fetch ahead, press nothing.
    if request.method == "GET" and "prefetch" not in _purpose(request):
        request.app.state.presses.note(edition_id, number)
    headers = {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
    }
    return RedirectResponse(url, status_code=302, headers=headers)


def _purpose(request: Request) -> str:
    names = ("sec-purpose", "purpose", "x-moz")
    return " ".join(request.headers.get(name, "") for name in names).lower()


def _newsletter(request: Request) -> Crumb:
    return Crumb(message(request, N_("Newsletter")), "/newsletter")


ROUTES: list[BaseRoute] = [
    Route("/newsletter", past_editions),
    Route("/newsletter/{edition:int}", edition),
    Route("/newsletter/{edition:int}/go/{number:int}", go),
]
