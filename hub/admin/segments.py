"""Segments at the desk: readers that letters are written to, kept by name."""

from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import filtering, words
from hub.admin.confirming import ask
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.audience import counts_store, segment_counts, segments, tagging
from hub.audience.segment_counts import Counted
from hub.audience.segments import Segment, Typed
from hub.content import shelf
from hub.db import Transaction
from hub.i18n import LANGUAGES, N_
from hub.site.model import Site
from hub.web.state import hub

_PATH = "/admin/newsletter/segments"


def overview(request: Request) -> Response:
    """Every segment, and how many readers are in it."""
    parts = hub(request)
    with parts.db.read() as tx:
        kept = segments.kept(tx)
        counts = segment_counts.shown(tx, kept, parts.now())
    return desk_page(
        request,
        "admin/segments.html",
        section="newsletter",
        listed=[
            (one, filtering.rule(request, one.segment), counted)
            for one, counted in zip(kept, counts, strict=True)
        ],
        stale=any(counted.readers is None or counted.at for counted in counts),
    )


def count_all(request: Request) -> Response:
    """Count the readers of every segment; each in a transaction of its own, so that others write
    in between."""
    parts = hub(request)
    with parts.db.read() as tx:
        kept = segments.kept(tx)
    for one in kept:
        with parts.db.read() as tx:
            readers = segment_counts.count(tx, one.segment, parts.now())
        with parts.db.write() as tx:
            segment_counts.keep(tx, one.id, readers, now=parts.now())
    return done(_PATH, "counted")


def new(request: Request) -> Response:
    """Empty, or with what the list was filtered by."""
    asked = request.query_params
    typed = Typed(**{name: asked.get(name, "").replace("\0", "") for name in asdict(Typed())})
    return _form_page(request, typed, Errors(hub(request).site().language))


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


def _save(request: Request, segment_id: int | None) -> Response:
    parts, form = hub(request), request.state.form
    site = parts.site()
    typed = Typed(**{name: form.text(name) for name in asdict(Typed())})
    errors = Errors(site.language, main="name")
    if form.text("action") == "count":
        return _count(request, typed, errors, segment_id)
    with errors.caught():
        name, segment = segments.checked(typed, timezone=site.timezone)
        with parts.db.read() as tx:
            _refuse_unknown_topics(tx, segment, site)
            readers = segment_counts.count(tx, segment, parts.now())
        with parts.db.write() as tx:
            if segment_id is None:
                segment_id = segments.add(tx, name, segment, now=parts.now())
            else:
                segments.change(tx, segment_id, name, segment)
            segment_counts.keep(tx, segment_id, readers, now=parts.now())
        return done(_PATH, "saved")
    return _form_page(request, typed, errors, segment_id=segment_id)


def _count(request: Request, typed: Typed, errors: Errors, segment_id: int | None) -> Response:
    """How many readers what was typed would hold; nothing is kept, and it needs no name yet."""
    parts = hub(request)
    counted = None
    with errors.caught(), parts.db.read() as tx:
        named = replace(typed, name=typed.name or "-")
        _, segment = segments.checked(named, timezone=parts.site().timezone)
        _refuse_unknown_topics(tx, segment, parts.site())
        counted = Counted(segment_counts.count(tx, segment, parts.now()))
    return _form_page(request, typed, errors, segment_id=segment_id, counted=counted)


def _refuse_unknown_topics(tx: Transaction, segment: Segment, site: Site) -> None:
    known = frozenset((*shelf.topic_slugs(tx), *site.topics_offered)) if segment.topics else ()
    segments.refuse_unknown_topics(tx, segment, known)


def _form_page(
    request: Request,
    typed: Typed,
    errors: Errors,
    *,
    segment_id: int | None = None,
    counted: Counted | None = None,
) -> Response:
    parts = hub(request)
    with parts.db.read() as tx:
        kept = None if segment_id is None else segments.get(tx, segment_id)
        if kept is not None and counted is None and not errors:
            (counted,) = segment_counts.shown(tx, [kept], parts.now())
        sources, topics = counts_store.sources(tx), shelf.topic_names(tx)
        tags = tagging.names(tx)
    return desk_page(
        request,
        "admin/segment.html",
        section="newsletter",
        status=400 if errors else 200,
        typed=typed,
        errors=errors.by_field,
        segment_id=segment_id,
        counted=counted,
        people=filtering.people_address(kept.segment, timezone=parts.site().timezone)
        if kept
        else "",
        sources=sources,
        topics=topics,
        tags=tags,
        languages=list(LANGUAGES.items()),
        words=words,
    )


ROUTES = [
    DeskRoute(_PATH, overview, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/count", count_all, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/new", new, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/new", create, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/{{id:int}}", edit, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/{{id:int}}", save, needs=Needs.OWNER, methods=["POST"]),
    DeskRoute(f"{_PATH}/{{id:int}}/delete", ask_delete, needs=Needs.OWNER),
    DeskRoute(f"{_PATH}/{{id:int}}/delete", delete, needs=Needs.OWNER, methods=["POST"]),
]
