"""Sign-ups that are held: why each, and what the owner makes of them."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import words
from hub.admin.confirming import ask
from hub.admin.forms import number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience.gates import braking, reviewing, rules, store
from hub.errors import Refused
from hub.i18n import N_
from hub.web.state import hub

PER_PAGE = 50
_PATH = "/admin/subscribers/held"


def queue(request: Request) -> Response:
    """Those that wait, newest first, and whether every new one does now."""
    parts = hub(request)
    after = number(request.query_params.get("after", ""))
    with parts.db.read() as tx:
        found = store.held(tx, after=after, limit=PER_PAGE + 1)
        brake = store.last_brake(tx)
    shown = found[:PER_PAGE]
    return desk_page(
        request,
        "admin/held.html",
        section="subscribers",
        found=shown,
        kept_days=rules.HELD_KEPT.days,
        brake=brake if rules.is_braking(brake, parts.now()) else None,
        first=after is None,
        first_path=_PATH,
        more=f"{_PATH}?after={shown[-1].id}" if len(found) > PER_PAGE else "",
        words=words,
    )


def review(request: Request) -> Response:
    """Let the chosen ones through, or all of the page; or drop them."""
    parts, form = hub(request), request.state.form
    meant = form.all("shown" if form.text("do") == "let-page" else "held")
    chosen = [known for text in meant if (known := number(text)) is not None]
    if not chosen:
        raise Refused(N_("Tick those that you mean."))
    with parts.db.write() as tx:
        if form.text("do") == "drop":
            store.drop(tx, chosen)
            return done(_PATH, "dropped")
        result = reviewing.let_through(tx, chosen, now=parts.now())
    return done(_PATH, "let-through" if result.mailed else "let-nobody")


def ask_drop_all(request: Request) -> Response:
    return ask(
        request,
        section="subscribers",
        title=N_("Drop every held sign-up?"),
        text=N_("Nothing of them is kept. Who meant it can sign up again."),
        button=N_("Drop all"),
        back=_PATH,
        values={},
    )


def drop_all(request: Request) -> Response:
    """Forget all that wait."""
    parts = hub(request)
    with parts.db.write() as tx:
        store.drop_all(tx)
    return done(_PATH, "dropped")


def end_brake(request: Request) -> Response:
    """Let new sign-ups in again."""
    parts = hub(request)
    with parts.db.write() as tx:
        braking.release(tx, now=parts.now())
    return done(_PATH, "brake-ended")


ROUTES = [
    DeskRoute(_PATH, queue, needs=Needs.OWNER),
    DeskRoute(_PATH, review, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/drop-all", ask_drop_all, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/drop-all", drop_all, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/end-brake", end_brake, needs=Needs.OWNER, methods=["POST"]),
]
