"""How many people there are of each kind: kept by triggers, so that no page counts a million.

The triggers of migration 0024 write in the transaction of the change. On PostgreSQL, where several
write at once, a change is a row of people_moves that is folded every minute; the sum of both tables
is always what is true.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.audience.model import STATUSES, Status
from hub.db import Transaction, in_list

_KEPT = (
    "(SELECT status, cadence, language, source, people FROM people_counts"
    " UNION ALL SELECT status, cadence, language, source, people FROM people_moves) AS kept"
)
_SHOWN = 200
_FOLDED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class _Count:
    name: str
    people: int


def by_status(tx: Transaction) -> dict[Status, int]:
    """How many people have each status; every status is there."""
    found = _sums(tx, "status", "1 = 1")
    return {status: found.get(status, 0) for status in STATUSES}


def number(
    tx: Transaction, *, status: str = "", cadence: str = "", language: str = "", source: str = ""
) -> int:
    """How many people have all of these; what is empty is true of everybody."""
    wanted = {"status": status, "cadence": cadence, "language": language, "source": source}
    named = {column: value for column, value in wanted.items() if value}
    where = " AND ".join(f"{column} = :{column}" for column in named) or "1 = 1"
    return int(tx.scalar(f"SELECT coalesce(sum(people), 0) FROM {_KEPT} WHERE {where}", **named))


def active_of_sources(tx: Transaction, sources: Iterable[str]) -> dict[str, int]:
    """How many active readers came from each of these sources; those without any are missing."""
    names, values = in_list("source", sources)
    return _sums(tx, "source", f"status = 'active' AND source IN {names}", **values)


def sources(tx: Transaction) -> list[str]:
    """Where the people on the list came from, each once, the first 200."""
    return sorted(_sums(tx, "source", "1 = 1"))[:_SHOWN]


def is_waiting(tx: Transaction) -> bool:
    """Whether there is something to fold: a look that takes no lock."""
    return tx.scalar("SELECT 1 FROM people_moves LIMIT 1") is not None


def fold(tx: Transaction) -> bool:
    """Put the changes of the last minute into the counts; whether there are more.

    For an ordinary writer: nobody adds a row meanwhile.
    """
    last = tx.scalar(
        "SELECT max(id) FROM (SELECT id FROM people_moves ORDER BY id LIMIT :limit) AS first_ones",
        limit=_FOLDED_AT_ONCE,
    )
    if last is None:
        return False
    tx.execute(
        "INSERT INTO people_counts (status, cadence, language, source, people)"
        " SELECT status, cadence, language, source, sum(people) FROM people_moves"
        " WHERE id <= :last GROUP BY status, cadence, language, source"
        " ON CONFLICT (status, cadence, language, source)"
        " DO UPDATE SET people = people_counts.people + excluded.people",
        last=last,
    )
    return tx.execute("DELETE FROM people_moves WHERE id <= :last", last=last) == _FOLDED_AT_ONCE


def _sums(tx: Transaction, column: str, where: str, **values: object) -> dict[str, int]:
    """By the value of a column, those that somebody has."""
    rows = tx.all(
        _Count,
        f"SELECT {column} AS name, CAST(sum(people) AS bigint) AS people FROM {_KEPT}"
        f" WHERE {where} GROUP BY {column} HAVING sum(people) <> 0",
        **values,
    )
    return {row.name: int(row.people) for row in rows}
