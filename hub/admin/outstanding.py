"""The readers of an edition who have not got it, one by one; and leaving some of them out."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import refusals, replies, words
from hub.admin.forms import number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_
from hub.newsletter import editions, outstanding, steering
from hub.newsletter.model import Edition
from hub.web.state import hub

PER_PAGE = 50


def readers(request: Request) -> Response:
    """Those whose mail is in one state, with what was said and when it is tried again."""
    state = request.path_params["state"]
    if state not in outstanding.STATES:
        raise NotFound(N_("There is no such page."))
    after = number(request.query_params.get("after", "")) or 0
    with hub(request).db.read() as tx:
        edition = _edition(tx, request)
        found = outstanding.page(tx, edition.id, state, after=after, limit=PER_PAGE + 1)
        counts = editions.counts(tx, edition.id)
    path = f"/admin/newsletter/{edition.id}/readers/{state}"
    shown = found[:PER_PAGE]
    return desk_page(
        request,
        "admin/outstanding.html",
        section="newsletter",
        edition=edition,
        state=state,
        states=outstanding.STATES,
        counts=counts,
        found=shown,
        first=not after,
        first_path=path,
        more=f"{path}?after={shown[-1].subscriber_id}" if len(found) > PER_PAGE else "",
        words=words,
        said=replies.said,
        meaning=refusals.words,
    )


def leave_out(request: Request) -> Response:
    """These readers do not get the edition; it goes on to the others."""
    parts = hub(request)
    chosen = [known for text in request.state.form.all("reader") if (known := number(text))]
    with parts.db.write() as tx:
        edition = _edition(tx, request)
        outstanding.leave_out(tx, edition.id, chosen, now=parts.now())
        if edition.status == "paused":
            steering.resume(tx, edition.id, now=parts.now())
    return done(f"/admin/newsletter/{edition.id}", "left-out")


def _edition(tx: Transaction, request: Request) -> Edition:
    found = editions.get(tx, request.path_params["id"])
    if found is None:
        raise NotFound(N_("There is no edition %(id)s."), id=request.path_params["id"])
    return found


_ONE = "/admin/newsletter/{id:int}"
ROUTES = [
    DeskRoute(f"{_ONE}/readers/{{state}}", readers, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/leave-out", leave_out, needs=Needs.OWNER, methods=["POST"]),
]
