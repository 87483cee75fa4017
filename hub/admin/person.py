"""The page of one person: what they chose, tags, notes, and what happened from the first day."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import replies, timeline, words
from hub.admin.forms import Errors, Messages
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import approval, invitations, membership, notes, rules, store, tagging
from hub.audience.model import Details, Subscriber
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.web.state import hub

MOMENTS = 60
ALL_MOMENTS = 5_000
_ONE = "/admin/subscribers/{id:int}"


def person(request: Request) -> Response:
    return _page(request, Messages(), Errors(hub(request).site().language, main="text"))


def note(request: Request) -> Response:
    """Write down something about a person, or that they replied."""
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="text")
    kind: notes.Kind = "replied" if form.text("kind") == "replied" else "note"
    with errors.caught(), parts.db.write() as tx:
        found = _found(tx, request)
        text = notes.checked(
            form.text("text"), notes.LONGEST_NOTE, field="text", needed=kind == "note"
        )
        by = request.state.user.email
        notes.add(tx, found.id, kind, text, by=by, at=parts.now())
        if kind == "replied":
            store.acted(tx, found.id, now=parts.now())
        return done(_path(found), "noted")
    return _page(request, Messages(text=form.text("text")), errors)


def remove_note(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = _found(tx, request)
        notes.remove(tx, found.id, request.path_params["note"])
    return done(_path(found), "deleted")


def tag(request: Request) -> Response:
    """Add the tags that were typed."""
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="tags")
    with errors.caught(), parts.db.write() as tx:
        found = _found(tx, request)
        tagging.add(tx, [found.id], tagging.needed(form.text("tags")))
        return done(_path(found), "tagged")
    return _page(request, Messages(tags=form.text("tags")), errors)


def untag(request: Request) -> Response:
    with hub(request).db.write() as tx:
        found = _found(tx, request)
        tagging.remove(tx, [found.id], rules.tags(request.state.form.text("tag")))
    return done(_path(found), "tagged")


def correct(request: Request) -> Response:
    """Set right the name, the language or the cadence."""
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="name")
    with errors.caught(), parts.db.write() as tx:
        found = _found(tx, request)
        details = Details(
            name=rules.clean_name(form.text("name")),
            cadence=rules.cadence(form.text("cadence")),
            language=rules.language(form.text("language"), found.language),
        )
        by = request.state.user.email
        membership.correct(tx, found.id, details, by=by, now=parts.now())
        return done(_path(found), "saved")
    typed = Messages({name: form.text(name) for name in words.DETAILS})
    return _page(request, typed, errors)


def _page(request: Request, typed: Messages, errors: Errors) -> Response:
    parts = hub(request)
    site = parts.site()
    everything = "all" in request.query_params
    with parts.db.read() as tx:
        found = _found(tx, request)
        topics = store.topics_of(tx, found.id)
        tags = tagging.of_subscriber(tx, found.id)
        known_tags = tagging.names(tx)
        waiting = approval.of_subscriber(tx, found.id)
        limit = ALL_MOMENTS if everything else MOMENTS
        invited = invitations.names_of(tx, {found.source})
        moments, more = timeline.of_person(tx, found.id, language=site.language, limit=limit)
    return desk_page(
        request,
        "admin/subscriber.html",
        section="subscribers",
        status=400 if errors else 200,
        person=found,
        topics=topics,
        tags=tags,
        known_tags=known_tags,
        waiting=waiting,
        moments=moments,
        more=more,
        typed=typed,
        errors=errors.by_field,
        can_lift=rules.lifted_to(found.status) is not None,
        can_leave=rules.can_leave(found.status),
        words=words,
        cadences=[
            (name, i18n.translate(site.language, shown)) for name, shown in words.CADENCE.items()
        ],
        languages=LANGUAGES,
        origin=partial(replies.origin, invitations=invited),
    )


def _path(found: Subscriber) -> str:
    return f"/admin/subscribers/{found.id}"


def _found(tx: Transaction, request: Request) -> Subscriber:
    found = store.get(tx, request.path_params["id"])
    if found is None:
        raise NotFound(N_("There is no such subscriber."))
    return found


ROUTES = [
    DeskRoute(_ONE, person, needs=Needs.OWNER),
    DeskRoute(f"{_ONE}/details", correct, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/notes", note, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(
        f"{_ONE}/notes/{{note:int}}/remove", remove_note, needs=Needs.OWNER, methods=["POST"]
    ),
    DeskRoute(f"{_ONE}/tags", tag, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_ONE}/tags/remove", untag, needs=Needs.OWNER, methods=["POST"]),
]
