"""Who came and who left, by day and source, without persons.

A row is written beside what happened, in its transaction, and folded into the day's count every
minute; the sum of both is always what is true. What is erased stays counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.db import Transaction

_FOLDED_AT_ONCE = 20_000
# 13 weeks are shown by the week; before them months.
_BY_DAY = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Move:
    """So many people on a day (UTC, `2026-11-28`). `kind` is that of the log of consent, or
    `bounced`; `source` is where they came from."""

    day: str
    kind: str
    source: str
    people: int


def count(tx: Transaction, subscriber_id: int, kind: str, *, at: datetime) -> None:
    """Something happened to one person. Safe beside itself (`write(concurrent=True)`)."""
    tx.execute(
        "INSERT INTO growth_moves (day, kind, source, people)"
        " SELECT substr(CAST(:at AS text), 1, 10), :kind, source, 1 FROM subscribers"
        " WHERE id = :id",
        at=at,
        kind=kind,
        id=subscriber_id,
    )


def count_event(tx: Transaction, kind: str, *, at: datetime) -> None:
    """Something happened that has no source. Safe beside itself too."""
    tx.execute(
        "INSERT INTO growth_moves (day, kind, source, people)"
        " VALUES (substr(CAST(:at AS text), 1, 10), :kind, '', 1)",
        at=at,
        kind=kind,
    )


def count_many(tx: Transaction, moves: Iterable[Move]) -> None:
    """What an import brought."""
    tx.load(
        "growth_moves",
        ("day", "kind", "source", "people"),
        ((move.day, move.kind, move.source, move.people) for move in moves),
    )


def by_day_since(now: datetime) -> str:
    """The beginning of the time of which each day is counted by itself, as a stored text."""
    return (now - _BY_DAY).astimezone(UTC).date().isoformat()


def fold(tx: Transaction) -> bool:
    """Put what happened lately into the counts of the days; whether there is more.

    For an ordinary writer: nobody adds a row meanwhile.
    """
    last = tx.scalar(
        "SELECT max(id) FROM (SELECT id FROM growth_moves ORDER BY id LIMIT :limit) AS first_ones",
        limit=_FOLDED_AT_ONCE,
    )
    if last is None:
        return False
    tx.execute(
        "INSERT INTO growth_days (day, kind, source, people)"
        " SELECT day, kind, source, sum(people) FROM growth_moves WHERE id <= :last"
        " GROUP BY day, kind, source ON CONFLICT (day, kind, source)"
        " DO UPDATE SET people = growth_days.people + excluded.people",
        last=last,
    )
    return tx.execute("DELETE FROM growth_moves WHERE id <= :last", last=last) == _FOLDED_AT_ONCE


def is_waiting(tx: Transaction) -> bool:
    """Whether there is something to fold: a look that takes no lock."""
    return tx.scalar("SELECT 1 FROM growth_moves LIMIT 1") is not None


@dataclass(frozen=True, slots=True)
class Count:
    """So many people; `name` is a day or a source."""

    name: str
    kind: str
    people: int


def by_day(tx: Transaction, *, since: str, until: str, source: str = "") -> list[Count]:
    """From one day to another, both included, by day and kind; of one source, or of all. What
    happened lately comes by itself."""
    where, of_source = "day >= :since AND day <= :until", dict[str, object]()
    if source:
        where, of_source = f"{where} AND source = :source", {"source": source}
    return _sums(tx, "day", where, since=since, until=until, **of_source)


def by_source(tx: Transaction, *, since: str, until: str) -> list[Count]:
    """From one day to another, both included, by source and kind; what is new by itself."""
    where = "day >= :since AND day <= :until"
    return _sums(tx, "source", where, since=since, until=until)


def _sums(tx: Transaction, name: str, where: str, **values: object) -> list[Count]:
    """Of both tables by themselves: in the order of an index, which takes a third of the time that
    both of them together would."""
    return [
        count
        for table in ("growth_days", "growth_moves")
        for count in tx.all(
            Count,
            f"SELECT {name} AS name, kind, CAST(sum(people) AS bigint) AS people FROM {table}"
            f" WHERE {where} GROUP BY {name}, kind",
            **values,
        )
    ]
