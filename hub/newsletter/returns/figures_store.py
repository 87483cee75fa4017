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
_PREFIX = "returned "


@dataclass(frozen=True, slots=True)
class Returned:
    """So many mails came back on a day (UTC, `2026-11-28`)."""

    day: str
    kind: str
    mails: int


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
    addresses = tx.all(
        str,
        "SELECT s.email FROM (SELECT subscriber_id FROM bounce_events WHERE kind <> 'lifted'"
        " ORDER BY id DESC LIMIT :limit) AS b JOIN subscribers AS s ON s.id = b.subscriber_id",
        limit=LOOKED_AT,
    )
    counted = Counter(address.rpartition("@")[2].lower() for address in addresses)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
