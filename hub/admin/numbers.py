"""The numbers of the hub in one place: growth, sources, editions, what came back, feed readers.

Counts without persons, as charts with the tables behind them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub import i18n
from hub.admin import charts, replies, words
from hub.admin.charts import Chart, Ranked, Row
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.audience import growth, invitations, store
from hub.audience.growth import MEASURES, SPANS, Growth, Measure, Piece, Span
from hub.feeds import reach
from hub.feeds.reach import Fetched
from hub.i18n import N_
from hub.mail.lines import cut
from hub.newsletter import editions
from hub.newsletter.model import EditionReport
from hub.newsletter.returns import figures_store as returns
from hub.newsletter.returns.figures_store import Returned
from hub.web.state import hub

_PATH = "/admin/numbers"
SOURCES_SHOWN = 40
EDITIONS_SHOWN = 20
DOMAINS_SHOWN = 30
BARS = 8
# Of an edition's subject, under its bar: two of them fit beside each other.
_LONGEST_LABEL = 26
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
    language, now = parts.site().language, parts.now()
    span = next((known for known in SPANS if known == query.get("span")), SPANS[0])
    source = query.get("source", "")[:300].replace("\0", "")
    with parts.db.read() as tx:
        found = growth.read(tx, span, now=now, source=source)
        counts = store.count_by_status(tx)
        services = reach.lately(tx, now, limit=SERVICES_SHOWN)
        by_feed = reach.total(tx, now)
        sent = [one for one in editions.newest(tx, EDITIONS_SHOWN) if one.counts.accepted]
        shown = found.pieces
        sizes = growth.sizes(tx, shown, active=counts["active"])
        returned = returns.by_day(tx, since=str(shown[0].first), until=str(shown[-1].last))
        domains = returns.domains(tx)
        invited = invitations.names_of(tx, {source, *(one.source for one in found.sources)})
    return desk_page(
        request,
        "admin/numbers.html",
        section="numbers",
        path=_PATH,
        spans=_SPANS,
        span=span,
        source=source,
        origin=partial(replies.origin, invitations=invited),
        active=counts["active"],
        size=_size(sizes, span, language) if not source else None,
        drawn=_drawn(found, span, language),
        titles=_TITLES,
        names=_NAMES,
        listed=[m for m in MEASURES if m != "brought" or any(s.people[m] for s in found.sources)],
        sources=found.sources[:SOURCES_SHOWN],
        more_sources=max(0, len(found.sources) - SOURCES_SHOWN),
        by_source=_by_source(found, language, invited),
        services=services,
        by_feed=by_feed,
        by_service=_by_service(services),
        editions=_of_editions(sent, language) if sent else None,
        returned=charts.bars(
            _named(found, span, language, [(one.day, one.mails) for one in returned])
        ),
        by_kind=_by_kind(returned, language),
        domains=charts.ranked(domains[:DOMAINS_SHOWN], most=BARS),
        looked_at=returns.LOOKED_AT,
    )


def growth_page(request: Request) -> Response:
    """Where the growth of the list stood before."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{_PATH}{query}", status_code=308)


def _by_source(found: Growth, language: str, invited: Mapping[str, str]) -> Ranked:
    """Whoever asked, confirmed or was brought, by where they came from; the fullest first."""
    rows = [
        (
            replies.origin(one.source, language, invited) or "–",
            max(one.people["asked"], one.people["confirmed"]) + one.people["brought"],
        )
        for one in found.sources
    ]
    return charts.ranked(_fullest_first(rows), most=BARS)


def _by_service(services: Sequence[Fetched]) -> Ranked:
    """Over all feeds of a service."""
    sums = Counter[str]()
    for one in services:
        sums[one.service] += one.subscribers
    return charts.ranked(_fullest_first(sums.items()), most=BARS)


def _by_kind(returned: Sequence[Returned], language: str) -> Ranked:
    sums = Counter[str]()
    for one in returned:
        sums[one.kind] += one.mails
    rows = [
        (i18n.translate(language, words.RETURN[kind]).capitalize(), number)
        for kind, number in sums.items()
    ]
    return charts.ranked(_fullest_first(rows), most=BARS)


def _of_editions(sent: Sequence[EditionReport], language: str) -> Chart:
    """What was accepted of each, and what failed on top; the oldest first."""
    rows = []
    for one in reversed(sent):
        day = i18n.short_day(one.edition.created_at, language)
        failed = one.counts.failed + one.counts.unknown
        rows.append(
            (
                cut(one.edition.subject, _LONGEST_LABEL),
                Row(f"{day} · {one.edition.subject}", one.counts.accepted, failed),
            )
        )
    return charts.stacked(rows)


def _size(sizes: Sequence[tuple[Piece, int]], span: Span, language: str) -> Chart:
    """How large the list was; in place of a sum, how large it is."""
    drawing = charts.bars([(_name(piece, span, language), active) for piece, active in sizes])
    return replace(drawing, total=sizes[-1][1])


def _named(
    found: Growth, span: Span, language: str, counted: Iterable[tuple[str, int]]
) -> list[tuple[str, int]]:
    names = [_name(piece, span, language) for piece in found.pieces]
    return list(zip(names, growth.spread(found.pieces, counted), strict=True))


def _fullest_first(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted((row for row in rows if row[1]), key=lambda row: (-row[1], row[0]))


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


ROUTES = [
    DeskRoute(_PATH, overview, needs=Needs.OWNER),
    DeskRoute("/admin/subscribers/growth", growth_page, needs=Needs.OWNER),
]
