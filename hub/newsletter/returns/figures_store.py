"""How much came back, by day and kind, and of which mail domains lately: numbers without persons.

The days are counted beside those of the list (hub/audience/growth_store.py), so that they are kept
when a reader is erased; domains are looked up among the newest returns, and kept nowhere.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from hub.audience import growth_store
from hub.db import Transaction, in_list
from hub.newsletter.returns.model import KINDS

LOOKED_AT = 1_000
_AT_ONCE = 100
_PREFIX = "returned "


@dataclass(frozen=True, slots=True)
class Returned:
    """So many mails came back on a day (UTC, `2026-11-28`)."""

    day: str
    kind: str
    mails: int


@dataclass(frozen=True, slots=True)
class _Event:
    subscriber_id: int
    edition_id: int


@dataclass(frozen=True, slots=True)
class _Address:
    id: int
    email: str


def count(tx: Transaction, kind: str, *, at: datetime) -> None:
    """One mail came back. Safe beside itself (`write(concurrent=True)`)."""
    growth_store.count_event(tx, _PREFIX + kind, at=at)


def by_day(tx: Transaction, *, since: str, until: str) -> list[Returned]:
    """From one day to another, both included."""
    names, kinds = in_list("kind", [_PREFIX + kind for kind in KINDS])
    where = f"source = '' AND kind IN {names} AND day >= :since AND day <= :until"
    found = tx.all(
        Returned,
        "SELECT day, kind, CAST(sum(people) AS bigint) AS mails FROM ("
        f"SELECT day, kind, people FROM growth_days WHERE {where}"
        f" UNION ALL SELECT day, kind, people FROM growth_moves WHERE {where})"
        " AS both_of_them GROUP BY day, kind",
        since=since,
        until=until,
        **kinds,
    )
    return [Returned(one.day, one.kind.removeprefix(_PREFIX), int(one.mails)) for one in found]


def domains(tx: Transaction) -> list[tuple[str, int]]:
    """The mail domains of the newest thousand returns to people who are still on the list, those
    with most first."""
    events = tx.all(
        _Event,
        "SELECT subscriber_id, coalesce(edition_id, -id) AS edition_id FROM bounce_events"
        " WHERE kind <> 'lifted' ORDER BY id DESC LIMIT :limit",
        limit=LOOKED_AT,
    )
    # Each reader once for each edition, however often it was sent again.
    people = [event.subscriber_id for event in dict.fromkeys(events)]
    domain_of: dict[int, str] = {}
    wanted = sorted(set(people))
    for start in range(0, len(wanted), _AT_ONCE):
        names, ids = in_list("id", wanted[start : start + _AT_ONCE])
        for one in tx.all(
            _Address, f"SELECT id, email FROM subscribers WHERE id IN {names}", **ids
        ):
            domain_of[one.id] = one.email.rpartition("@")[2].lower()
    counted = Counter(domain_of[number] for number in people if number in domain_of)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
