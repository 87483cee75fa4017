"""How large the list was at the end of each day, as it was counted then.

It cannot be told from who came and left: an import brings confirmations of earlier years.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from hub.audience import counts_store
from hub.db import Transaction


@dataclass(frozen=True, slots=True)
class Size:
    """Active readers at the end of a day (UTC, `2026-11-28`)."""

    day: str
    active: int


def is_new(tx: Transaction) -> bool:
    """Whether the list has another size than when it was last written down."""
    last = tx.scalar("SELECT active FROM list_sizes WHERE day = (SELECT max(day) FROM list_sizes)")
    return bool(last != counts_store.number(tx, status="active"))


def note(tx: Transaction, now: datetime) -> None:
    """Write down how large it is on this day; the last of the day counts."""
    tx.execute(
        "INSERT INTO list_sizes (day, active) VALUES (:day, :active)"
        " ON CONFLICT (day) DO UPDATE SET active = excluded.active",
        day=now.astimezone(UTC).date().isoformat(),
        active=counts_store.number(tx, status="active"),
    )


def between(tx: Transaction, since: str, until: str) -> list[Size]:
    """What was written down from one day to another, both included, in order; before them the last
    of earlier, which was still true then."""
    before = tx.all(
        Size,
        "SELECT day, active FROM list_sizes WHERE day < :since ORDER BY day DESC LIMIT 1",
        since=since,
    )
    return before + tx.all(
        Size,
        "SELECT day, active FROM list_sizes WHERE day >= :since AND day <= :until ORDER BY day",
        since=since,
        until=until,
    )
