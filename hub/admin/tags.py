"""Tags of many people at once: of those who are ticked on the list, or of a whole segment."""

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.forms import Errors, Messages, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.subscribers import people_page
from hub.audience import segments, tagging
from hub.errors import Refused
from hub.i18n import N_
from hub.web.state import hub

_LIST = "/admin/subscribers"
_SEGMENT = "/admin/newsletter/segments/{id:int}/tags"


def tag_ticked(request: Request) -> Response:
    """Add tags to people of the list, or take them away."""
    parts, form = hub(request), request.state.form
    field = "shown" if form.flag("everybody") else "who"
    chosen = {found for text in form.all(field) if (found := number(text)) is not None}
    change = tagging.remove if form.text("action") == "remove" else tagging.add
    back = form.text("back")
    errors = Errors(parts.site().language, main="tags")
    with errors.caught(), parts.db.write() as tx:
        tags = tagging.needed(form.text("tags"))
        if not chosen:
            raise Refused(N_("Tick at least one of them."))
        change(tx, chosen, tags)
        return done(back if back == _LIST or back.startswith(f"{_LIST}?") else _LIST, "tagged")
    query = dict(parse_qsl(urlsplit(back).query))
    typed = Messages(tags=form.text("tags"))
    return people_page(request, query, typed, errors, chosen)


def segment_form(request: Request) -> Response:
    return _segment_page(request, Messages(), Errors(hub(request).site().language, main="tags"))


def tag_segment(request: Request) -> Response:
    """Add tags to every reader of a segment, or take them away: in pieces, so that nobody who
    signs up meanwhile waits; what was done twice is as if done once."""
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="tags")
    with errors.caught():
        tags = tagging.needed(form.text("tags"))
        with parts.db.read() as tx:
            segment = segments.get(tx, request.path_params["id"]).segment
        away = form.text("action") == "remove"
        after: int | None = 0
        while after is not None:
            with parts.db.write() as tx:
                after = tagging.change_batch(tx, segment, tags, away=away, after=after)
        return done("/admin/newsletter/segments", "tagged")
    return _segment_page(request, Messages(tags=form.text("tags")), errors)


def _segment_page(request: Request, typed: Messages, errors: Errors) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        kept = segments.get(tx, request.path_params["id"])
        everybody = segments.count_all(tx, kept.segment)
        names = tagging.names(tx)
    return desk_page(
        request,
        "admin/segment_tags.html",
        section="newsletter",
        status=400 if errors else 200,
        kept=kept,
        everybody=everybody,
        names=names,
        typed=typed,
        errors=errors.by_field,
    )


ROUTES = [
    DeskRoute(f"{_LIST}/tags", tag_ticked, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(_SEGMENT, segment_form, needs=Needs.OWNER),
    DeskRoute(_SEGMENT, tag_segment, needs=Needs.OWNER, methods=["POST"]),
]
