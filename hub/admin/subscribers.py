"""People of the list: adding somebody, and what is done with one of them."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import words
from hub.admin.confirming import ask
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import membership, rules, store
from hub.audience.model import Subscriber, Wish
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.mail import outbox
from hub.newsletter.returns import lifting
from hub.web.state import hub

_LIST = "/admin/subscribers"
_FIELDS = ("email", "name", "cadence", "language", "consent")


def add_form(request: Request) -> Response:
    site = hub(request).site()
    typed = Messages(cadence="weekly", language=site.language)
    return _add_page(request, typed, Errors(site.language, main="email"))


def add(request: Request) -> Response:
    """Add somebody who agreed elsewhere."""
    parts, form = hub(request), request.state.form
    typed = Messages({name: form.text(name) for name in _FIELDS})
    site = parts.site()
    errors = Errors(site.language, main="email")
    with errors.caught(), parts.db.write() as tx:
        wish = Wish(
            email=rules.address(typed["email"]),
            name=rules.clean_name(typed["name"]),
            cadence=rules.cadence(typed["cadence"]),
            topics=(),
            language=rules.language(typed["language"], site.language),
        )
        subscriber = membership.add(tx, wish, statement=typed["consent"], now=parts.now())
        return done(f"/admin/subscribers/{subscriber.id}", "added")
    return _add_page(request, typed, errors)


def confirm(request: Request) -> Response:
    """The owner vouches for somebody who asked."""
    parts = hub(request)
    with parts.db.write() as tx:
        subscriber = membership.confirm(tx, _found(tx, request), now=parts.now())
    return done(f"/admin/subscribers/{subscriber.id}", "confirmed")


def ask_unsubscribe(request: Request) -> Response:
    subscriber = _read(request)
    return ask(
        request,
        section="subscribers",
        title=N_("Unsubscribe %(email)s?"),
        text=N_("No newsletter goes there any more. Only a sign-up of their own undoes it."),
        button=N_("Unsubscribe"),
        back=f"/admin/subscribers/{subscriber.id}",
        values={"email": subscriber.email},
    )


def unsubscribe(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        subscriber = _found(tx, request)
        membership.unsubscribe(tx, subscriber.id, source="owner", now=parts.now())
    return done(f"/admin/subscribers/{subscriber.id}", "unsubscribed")


def ask_erase(request: Request) -> Response:
    subscriber = _read(request)
    return ask(
        request,
        section="subscribers",
        title=N_("Erase %(email)s?"),
        text=N_(
            "The address, the name and the log of consent are deleted for good. What stays is a "
            "keyed hash, so that no import brings the person back."
        ),
        button=N_("Erase this person"),
        back=f"/admin/subscribers/{subscriber.id}",
        values={"email": subscriber.email},
    )


def erase(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        subscriber = _found(tx, request)
        mailed = membership.erase(tx, subscriber, now=parts.now())
    outbox.forget(parts.settings.outbox, mailed)
    return done("/admin/subscribers", "erased")


def ask_lift(request: Request) -> Response:
    errors = Errors(hub(request).site().language, main="reason")
    return _lift_page(request, _read(request), Messages(), errors)


def lift(request: Request) -> Response:
    """Let mail go again to somebody who bounced or complained."""
    parts = hub(request)
    typed = Messages(reason=request.state.form.text("reason"))
    errors = Errors(parts.site().language, main="reason")
    with errors.caught(), parts.db.write() as tx:
        subscriber = _found(tx, request)
        lifting.lift(tx, subscriber, reason=typed["reason"], now=parts.now())
        return done(f"/admin/subscribers/{subscriber.id}", "lifted")
    return _lift_page(request, _read(request), typed, errors)


def _lift_page(
    request: Request, subscriber: Subscriber, typed: Messages, errors: Errors
) -> Response:
    return desk_page(
        request,
        "admin/subscriber_lift.html",
        section="subscribers",
        status=400 if errors else 200,
        person=subscriber,
        typed=typed,
        errors=errors.by_field,
        longest=lifting.LONGEST_REASON,
    )


def _add_page(request: Request, typed: Messages, errors: Errors) -> Response:
    return desk_page(
        request,
        "admin/subscriber_new.html",
        section="subscribers",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        languages=list(LANGUAGES.items()),
        words=words,
    )


def _read(request: Request) -> Subscriber:
    with hub(request).db.read() as tx:
        return _found(tx, request)


def _found(tx: Transaction, request: Request) -> Subscriber:
    subscriber = store.get(tx, request.path_params["id"])
    if subscriber is None:
        raise NotFound(N_("There is no such subscriber."))
    return subscriber


_ONE = f"{_LIST}/{{id:int}}"
ROUTES = [
    DeskRoute("/admin/subscribers/new", add_form, needs=Needs.OWNER),
    DeskRoute("/admin/subscribers/new", add, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/confirm", confirm, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/unsubscribe", ask_unsubscribe, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/unsubscribe", unsubscribe, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/lift", ask_lift, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/lift", lift, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/erase", ask_erase, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/erase", erase, needs=Needs.OWNER, methods=["POST"]),
]
