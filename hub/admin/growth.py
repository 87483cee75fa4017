"""How the list grows and how far it reaches: counts without persons, as charts with tables."""

from starlette.requests import Request
from starlette.responses import Response

from hub import i18n
from hub.admin import charts, replies
from hub.admin.charts import Chart
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import growth, store
from hub.audience.growth import MEASURES, SPANS, Growth, Measure, Piece, Span
from hub.feeds import reach
from hub.i18n import N_
from hub.newsletter import editions
from hub.web.state import hub

_PATH = "/admin/subscribers/growth"
SOURCES_SHOWN = 40
EDITIONS_SHOWN = 12
SERVICES_SHOWN = 100
_TITLES: dict[Measure, str] = {
    "asked": N_("Asked to subscribe"),
    "confirmed": N_("Confirmed"),
    "brought": N_("Added or imported by you"),
    "left": N_("Left"),
    "bounced": N_("Bounced"),
}
# The same in a table that has little room.
_NAMES: dict[Measure, str] = {
    "asked": N_("asked"),
    "confirmed": N_("confirmed"),
    "brought": N_("by you"),
    "left": N_("left"),
    "bounced": N_("bounced"),
}
_SPANS: dict[Span, str] = {
    "month": N_("30 days"),
    "quarter": N_("13 weeks"),
    "year": N_("12 months"),
}


def overview(request: Request) -> Response:
    """By day, week or month; of one source, when it is asked for."""
    parts, query = hub(request), request.query_params
    language = parts.site().language
    span = next((known for known in SPANS if known == query.get("span")), SPANS[0])
    source = query.get("source", "")[:300].replace("\0", "")
    with parts.db.read() as tx:
        found = growth.read(tx, span, now=parts.now(), source=source)
        counts = store.count_by_status(tx)
        services = reach.lately(tx, parts.now(), limit=SERVICES_SHOWN)
        by_feed = reach.total(tx, parts.now())
        sent = [one for one in editions.newest(tx, EDITIONS_SHOWN) if one.counts.accepted]
    accepted = [
        (i18n.short_day(one.edition.created_at, language), one.counts.accepted)
        for one in reversed(sent)
    ]
    return desk_page(
        request,
        "admin/growth.html",
        section="subscribers",
        spans=_SPANS,
        span=span,
        source=source,
        origin=replies.origin,
        active=counts["active"],
        drawn=_drawn(found, span, language),
        titles=_TITLES,
        names=_NAMES,
        listed=[m for m in MEASURES if m != "brought" or any(s.people[m] for s in found.sources)],
        sources=found.sources[:SOURCES_SHOWN],
        more_sources=max(0, len(found.sources) - SOURCES_SHOWN),
        services=services,
        by_feed=by_feed,
        accepted=charts.bars(accepted) if accepted else None,
    )


def _drawn(found: Growth, span: Span, language: str) -> dict[Measure, Chart]:
    """A chart for each measure; what the owner brings by hand only where there was any."""
    names = [_name(piece, span, language) for piece in found.pieces]
    return {
        measure: charts.bars(list(zip(names, found.people[measure], strict=True)))
        for measure in MEASURES
        if measure != "brought" or found.total(measure)
    }


def _name(piece: Piece, span: Span, language: str) -> str:
    if span == "year":
        return i18n.short_month(piece.first, language)
    return i18n.short_day(piece.first, language)


ROUTES = [DeskRoute(_PATH, overview, needs=Needs.OWNER)]
