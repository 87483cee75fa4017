"""How many messages left, minute by minute: the hour and the day are counted over these."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction

MINUTE = timedelta(minutes=1)
# Two days, so that a clock that is wrong by hours still finds its day.
_KEPT = timedelta(days=2)
# As much as the clocks of two machines may differ.
_SKEW = 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Minute:
    """What left in the minute that began at `at`."""

    at: datetime
    number: int


def count(tx: Transaction, number: int, now: datetime) -> None:
    """Add messages to this minute; fewer than none takes back what was counted too early."""
    if number:
        tx.execute(
            "INSERT INTO sent_minutes (at, number) VALUES (:at, :number)"
            " ON CONFLICT (at) DO UPDATE SET number = sent_minutes.number + excluded.number",
            at=now.replace(second=0, microsecond=0),
            number=number,
        )


def minutes(tx: Transaction, since: datetime) -> list[Minute]:
    """The minutes that were not over at `since`, oldest first."""
    return tx.all(
        Minute,
        "SELECT at, number FROM sent_minutes WHERE at > :since ORDER BY at",
        since=since - MINUTE,
    )


def has_future(tx: Transaction, now: datetime) -> bool:
    """Whether messages seem to have left later than now: the clock was set back."""
    late = now + _SKEW
    return tx.scalar("SELECT 1 FROM sent_minutes WHERE at > :late LIMIT 1", late=late) is not None


def mend_future(tx: Transaction, now: datetime) -> None:
    """What seems to have left later than now left just now.

    Else it would fill the windows for as long as the clock was set back.
    """
    moved = tx.all(
        int, "DELETE FROM sent_minutes WHERE at > :late RETURNING number", late=now + _SKEW
    )
    count(tx, sum(moved), now)


def forget_old(tx: Transaction, now: datetime) -> int:
    """Delete the minutes that no window reaches; how many."""
    return tx.execute("DELETE FROM sent_minutes WHERE at < :then", then=now - _KEPT)
