"""How the list grows: by day, week or month, and by where people came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from hub.audience import counts_store, growth_store, sizes_store
from hub.audience.growth_store import Count
from hub.db import Database, Transaction

Span = Literal["month", "quarter", "year"]
Measure = Literal["asked", "confirmed", "brought", "left", "bounced"]
SPANS: tuple[Span, ...] = ("month", "quarter", "year")
MEASURES: tuple[Measure, ...] = ("asked", "confirmed", "brought", "left", "bounced")
# What is counted as what. The rest (who took a request back, who was declined) never was a reader.
_KINDS: dict[str, Measure] = {
    "requested": "asked",
    "confirmed": "confirmed",
    "added": "brought",
    "imported": "brought",
    "unsubscribed": "left",
    "erased": "left",
    "bounced": "bounced",
}
_DAYS, _WEEKS, _MONTHS = 30, 13, 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A day, a week from Monday, or a month: from `first` to `last`, both included (UTC)."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class OfSource:
    """What came of one source, by measure."""

    source: str
    people: dict[Measure, int]


@dataclass(frozen=True, slots=True)
class Growth:
    """`people` has a number for each of `pieces`, by measure; `sources` has the fullest first."""

    pieces: tuple[Piece, ...]
    people: dict[Measure, tuple[int, ...]]
    sources: tuple[OfSource, ...]

    def total(self, measure: Measure) -> int:
        return sum(self.people[measure])


def pieces(span: Span, today: date) -> tuple[Piece, ...]:
    """30 days, 13 weeks or 12 months, the last of which holds today."""
    if span == "month":
        days = (today - timedelta(days=n) for n in reversed(range(_DAYS)))
        return tuple(Piece(day, day) for day in days)
    if span == "quarter":
        monday = today - timedelta(days=today.weekday())
        begins = [monday - timedelta(weeks=n) for n in reversed(range(_WEEKS))]
        return tuple(Piece(day, day + timedelta(days=6)) for day in begins)
    months = [divmod(today.year * 12 + today.month - 1 - n, 12) for n in reversed(range(_MONTHS))]
    return tuple(
        Piece(date(year, month + 1, 1), _next_month(year, month + 1) - timedelta(days=1))
        for year, month in months
    )


def read(tx: Transaction, span: Span, *, now: datetime, source: str = "") -> Growth:
    """The growth up to today, of one source or of all of them."""
    shown = pieces(span, now.date())
    since, until = str(shown[0].first), str(shown[-1].last)
    counted = growth_store.by_day(tx, since=since, until=until, source=source)
    by_source = growth_store.by_source(tx, since=since, until=until)
    return Growth(shown, _people(shown, counted), _sources(by_source))


def spread(shown: Sequence[Piece], counted: Iterable[tuple[str, int]]) -> tuple[int, ...]:
    """Numbers of days (`2026-11-28`) put into the pieces they belong to."""
    numbers, places = [0] * len(shown), _places(shown)
    for day, number in counted:
        if (place := places.get(day)) is not None:
            numbers[place] += number
    return tuple(numbers)


def sizes(tx: Transaction, shown: Sequence[Piece], *, active: int) -> list[tuple[Piece, int]]:
    """How many active readers there were at the end of each piece, since that is written down;
    `active`: now, at the end of the last."""
    noted = sizes_store.between(tx, str(shown[0].first), str(shown[-1].last))
    found = []
    for piece in shown[:-1]:
        until = [size.active for size in noted if size.day <= str(piece.last)]
        if until:
            found.append((piece, until[-1]))
    return [*found, (shown[-1], active)]


def keep(db: Database, now: datetime) -> None:
    """Put what happened lately into the counts of its days, and who came and went into those of
    people, in pieces, and write down how large the list is; cheap when nothing happened."""
    for kept in (growth_store, counts_store):
        more = True
        while more:
            with db.read() as tx:
                more = kept.is_waiting(tx)
            if more:
                with db.write() as tx:
                    more = kept.fold(tx)
    with db.read() as tx:
        has_changed = sizes_store.is_new(tx)
    if has_changed:
        with db.write() as tx:
            sizes_store.note(tx, now)


def _people(shown: Sequence[Piece], counted: Iterable[Count]) -> dict[Measure, tuple[int, ...]]:
    numbers, places = {measure: [0] * len(shown) for measure in MEASURES}, _places(shown)
    for count in counted:
        measure, place = _KINDS.get(count.kind), places.get(count.name)
        if measure is not None and place is not None:
            numbers[measure][place] += int(count.people)
    return {measure: tuple(found) for measure, found in numbers.items()}


def _places(shown: Sequence[Piece]) -> dict[str, int]:
    return {
        str(piece.first + timedelta(days=n)): place
        for place, piece in enumerate(shown)
        for n in range((piece.last - piece.first).days + 1)
    }


def _sources(counted: Iterable[Count]) -> tuple[OfSource, ...]:
    found: dict[str, dict[Measure, int]] = {}
    for count in counted:
        if measure := _KINDS.get(count.kind):
            of_source = found.setdefault(count.name, dict.fromkeys(MEASURES, 0))
            of_source[measure] += int(count.people)
    listed = (OfSource(source, people) for source, people in found.items())
    return tuple(sorted(listed, key=_fullest_first))


def _fullest_first(one: OfSource) -> tuple[int, str]:
    return -(one.people["confirmed"] + one.people["brought"] + one.people["asked"]), one.source


def _next_month(year: int, month: int) -> date:
    return date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
