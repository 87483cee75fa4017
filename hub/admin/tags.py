"""Tags of many people at once: of those who are ticked on the list, or of all who fit a filter."""

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.admin import filtering
from hub.admin.filtering import LIST
from hub.admin.forms import Errors, Messages, number
from hub.admin.pages import desk_page, done
from hub.admin.people import people_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import people_store, segment_counts, segments, tagging
from hub.audience.people_store import Filter
from hub.db import Database
from hub.errors import Refused
from hub.i18n import N_
from hub.web.state import hub

_ALL = f"{LIST}/tagging"
_SEGMENT = "/admin/newsletter/segments/{id:int}/tags"


def tag_ticked(request: Request) -> Response:
    """Add tags to people of the list, or take them away."""
    parts, form = hub(request), request.state.form
    field = "shown" if form.flag("everybody") else "who"
    chosen = {found for text in form.all(field) if (found := number(text)) is not None}
    change = tagging.remove if form.text("action") == "remove" else tagging.add
    back = form.text("back")
    errors = Errors(parts.site().language, main="tags")
    tags: tuple[str, ...] = ()
    with errors.caught():
        tags = tagging.needed(form.text("tags"))
    if not chosen:
        errors.add(Refused(N_("Nobody is ticked: tick those above who are meant.")), "who")
    if not errors:
        with parts.db.write() as tx:
            change(tx, chosen, tags)
        return done(back if back == LIST or back.startswith(f"{LIST}?") else LIST, "tagged")
    query = dict(parse_qsl(urlsplit(back).query))
    typed = Messages(tags=form.text("tags"))
    return people_page(request, query, typed, errors, chosen)


def all_form(request: Request) -> Response:
    """What is to happen with all who fit; how many they are is said before it does."""
    query = request.query_params
    typed = Messages(tags=query.get("tags", ""), action=query.get("action", ""))
    errors = Errors(hub(request).site().language, main="tags")
    return _all_page(request, _wanted(request, errors), typed, errors)


def tag_all(request: Request) -> Response:
    """Say how many they are; and when that was answered, do it: in pieces, so that nobody who signs
    up meanwhile waits. What was done twice is as if done once."""
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="tags")
    wanted = _wanted(request, errors)
    action = "remove" if form.text("action") == "remove" else "add"
    typed = Messages(tags=form.text("tags"), action=action)
    with errors.caught():
        tags = tagging.needed(typed["tags"])
        if errors or form.text("step") != "do":
            with parts.db.read() as tx:
                people = people_store.count(tx, wanted)
            return _all_page(request, wanted, typed, errors, people=None if errors else people)
        people = _change(parts.db, wanted, tags, away=action == "remove")
        asked = filtering.fields(wanted, timezone=parts.site().timezone)
        said = {"tagged": action, "with": ", ".join(tags), "people": str(people)}
        return done(filtering.address(LIST, asked | said))
    return _all_page(request, wanted, typed, errors)


def segment_form(request: Request) -> Response:
    """The readers of a segment are tagged as those of any filter."""
    parts = hub(request)
    with parts.db.read() as tx:
        segment = segments.get(tx, request.path_params["id"]).segment
    wanted = segment_counts.of_segment(segment)
    asked = filtering.fields(wanted, timezone=parts.site().timezone)
    return RedirectResponse(filtering.address(_ALL, asked), status_code=303)


def _change(db: Database, wanted: Filter, tags: tuple[str, ...], *, away: bool) -> int:
    """How many people it was about."""
    with db.read() as tx:
        people = people_store.count(tx, wanted)
    after: int | None = 0
    while after is not None:
        with db.write() as tx:
            after = tagging.change_batch(tx, wanted, tags, away=away, after=after).after
            if after is None:
                tagging.note_all(tx, tags, away=away, people=people)
    return people


def _wanted(request: Request, errors: Errors) -> Filter:
    """The filter that the address names, on the page and where it posts to."""
    return filtering.read(request.query_params, errors, timezone=hub(request).site().timezone)


def _all_page(
    request: Request,
    wanted: Filter,
    typed: Messages,
    errors: Errors,
    *,
    people: int | None = None,
) -> Response:
    """With `people` it asks once more."""
    parts = hub(request)
    asked = filtering.fields(wanted, timezone=parts.site().timezone)
    with parts.db.read() as tx:
        names = tagging.names(tx)
    return desk_page(
        request,
        "admin/people_tags.html",
        section="subscribers",
        status=400 if errors else 200,
        traits=filtering.traits(request, wanted),
        names=names,
        people=people,
        back=filtering.address(LIST, asked),
        here=filtering.address(_ALL, asked),
        typed=typed,
        errors=errors.by_field,
    )


ROUTES = [
    DeskRoute(f"{LIST}/tags", tag_ticked, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_ALL, all_form, needs=Needs.OWNER),
    DeskRoute(_ALL, tag_all, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_SEGMENT, segment_form, needs=Needs.OWNER),
]
