"""Segments at the desk: readers that letters are written to, kept by name."""

from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import replies, words
from hub.admin.confirming import ask
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import segments, tagging
from hub.audience.segments import Segment, Typed
from hub.content import shelf
from hub.i18n import LANGUAGES, N_
from hub.web.pages import message
from hub.web.state import hub

_PATH = "/admin/newsletter/segments"


def overview(request: Request) -> Response:
    """Every segment, and how many readers are in it now."""
    parts = hub(request)
    with parts.db.read() as tx:
        kept = segments.kept(tx)
        counted = [
            (one, _rule(request, one.segment), segments.count(tx, one.segment, parts.now()))
            for one in kept
        ]
    return desk_page(
        request,
        "admin/segments.html",
        section="newsletter",
        counted=counted,
    )


def new(request: Request) -> Response:
    return _form_page(request, Typed(), Errors(hub(request).site().language))


def create(request: Request) -> Response:
    return _save(request, None)


def edit(request: Request) -> Response:
    parts = hub(request)
    site = parts.site()
    with parts.db.read() as tx:
        kept = segments.get(tx, request.path_params["id"])
    typed = segments.typed(kept, timezone=site.timezone)
    return _form_page(request, typed, Errors(site.language), segment_id=kept.id)


def save(request: Request) -> Response:
    return _save(request, request.path_params["id"])


def ask_delete(request: Request) -> Response:
    with hub(request).db.read() as tx:
        kept = segments.get(tx, request.path_params["id"])
    return ask(
        request,
        section="newsletter",
        title=N_("Delete the segment “%(name)s”?"),
        text=N_("Its readers stay on the list; what was sent to them stays as it is."),
        button=N_("Delete"),
        back=f"{_PATH}/{kept.id}",
        values={"name": kept.name},
    )


def delete(request: Request) -> Response:
    with hub(request).db.write() as tx:
        segments.delete(tx, request.path_params["id"])
    return done(_PATH, "deleted")


def _rule(request: Request, segment: Segment) -> str:
    """What is true of its readers, in one line."""
    site = hub(request).site()
    said = [message(request, words.CADENCE[segment.cadence])] if segment.cadence else []
    if segment.topics:
        said.append(", ".join(segment.topics))
    if segment.joined_since:
        day = i18n.long_date(segment.joined_since, site.language, site.timezone)
        said.append(message(request, N_("since %(when)s"), when=day))
    if segment.language:
        said.append(LANGUAGES.get(segment.language, segment.language))
    if segment.source:
        said.append(replies.origin(segment.source, site.language))
    if segment.tags:
        said.append(message(request, N_("tagged %(tags)s"), tags=", ".join(segment.tags)))
    return " · ".join(said)


def _save(request: Request, segment_id: int | None) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    typed = Typed(**{name: form.text(name) for name in asdict(Typed())})
    errors = Errors(site.language, main="name")
    if form.text("action") == "count":
        return _count(request, typed, errors, segment_id)
    with errors.caught(), parts.db.write() as tx:
        name, segment = segments.checked(typed, timezone=site.timezone)
        if segment_id is None:
            segments.add(tx, name, segment, now=parts.now())
        else:
            segments.change(tx, segment_id, name, segment)
        return done(_PATH, "saved")
    return _form_page(request, typed, errors, segment_id=segment_id)


def _count(request: Request, typed: Typed, errors: Errors, segment_id: int | None) -> Response:
    """How many readers what was typed would hold; nothing is kept, and it needs no name yet."""
    parts = hub(request)
    readers = None
    with errors.caught(), parts.db.read() as tx:
        named = replace(typed, name=typed.name or "-")
        _, segment = segments.checked(named, timezone=parts.site().timezone)
        readers = segments.count(tx, segment, parts.now())
    return _form_page(request, typed, errors, segment_id=segment_id, readers=readers)


def _form_page(
    request: Request,
    typed: Typed,
    errors: Errors,
    *,
    segment_id: int | None = None,
    readers: int | None = None,
) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        if segment_id is not None and readers is None and not errors:
            readers = segments.count(tx, segments.get(tx, segment_id).segment, parts.now())
        sources, topics = segments.sources(tx), shelf.topic_names(tx)
        tags = tagging.names(tx)
    return desk_page(
        request,
        "admin/segment.html",
        section="newsletter",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        segment_id=segment_id,
        readers=readers,
        sources=sources,
        topics=topics,
        tags=tags,
        languages=list(LANGUAGES.items()),
        words=words,
    )


ROUTES = [
    DeskRoute(_PATH, overview, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/new", new, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/new", create, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/{{id:int}}", edit, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/{{id:int}}", save, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/{{id:int}}/delete", ask_delete, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/{{id:int}}/delete", delete, needs=Needs.OWNER, methods=["POST"]),
]
