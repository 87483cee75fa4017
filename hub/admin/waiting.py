"""Those who wait for the owner: what each answered, accepted or declined with a word."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import replies, words
from hub.admin.forms import Errors, Messages, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import approval, notes, store
from hub.errors import Refused
from hub.i18n import LANGUAGES, N_
from hub.web.state import hub

PER_PAGE = 50
_PATH = "/admin/subscribers/waiting"
_DECISIONS: dict[str, Literal["accepted", "declined"]] = {
    "accepted": "accepted",
    "declined": "declined",
}


def queue(request: Request) -> Response:
    return _page(request, Messages(), Errors(hub(request).site().language, main="word"), set())


def decide(request: Request) -> Response:
    """Accept or decline those who are ticked."""
    parts, form = hub(request), request.state.form
    site = parts.site()
    chosen = {found for text in form.all("who") if (found := number(text)) is not None}
    decision = _DECISIONS.get(form.text("decision"))
    errors = Errors(site.language, main="word")
    with errors.caught(), parts.db.write() as tx:
        if not chosen:
            raise Refused(N_("Tick at least one of them."))
        if decision is None:
            raise Refused(N_("Choose whether to accept or to decline."))
        approval.decide(
            tx,
            chosen,
            decision,
            word=form.text("word"),
            by=request.state.user.email,
            site=site,
            now=parts.now(),
        )
        return done(form.text("back") if _is_own(form.text("back")) else _PATH, decision)
    return _page(request, Messages(word=form.text("word")), errors, chosen)


def _is_own(path: str) -> bool:
    """Whether this is a person's page at the desk, from where the form may come too."""
    return path.startswith("/admin/subscribers/") and path.rpartition("/")[2].isdecimal()


def _page(request: Request, typed: Messages, errors: Errors, chosen: set[int]) -> Response:
    after = number(request.query_params.get("after", "")) or 0
    with hub(request).db.read() as tx:
        total = store.count_waiting(tx)
        found = approval.page(tx, after=after, limit=PER_PAGE + 1)
    more = f"{_PATH}?after={found[PER_PAGE - 1].person.id}" if len(found) > PER_PAGE else ""
    return desk_page(
        request,
        "admin/waiting.html",
        section="subscribers",
        status=400 if errors else 200,
        found=found[:PER_PAGE],
        total=total,
        more=more,
        first=after == 0,
        typed=typed,
        errors=errors.by_field,
        chosen=chosen,
        longest=notes.LONGEST_WORD,
        words=words,
        languages=LANGUAGES,
        origin=replies.origin,
    )


ROUTES = [
    DeskRoute(_PATH, queue, needs=Needs.OWNER),
    DeskRoute(_PATH, decide, needs=Needs.OWNER, methods=["POST"]),
]
