"""What follows for a reader from a mail that failed: a dead address gets no other.

Two ways lead there: the server says that the address takes no mail; or edition after edition
fails softly (full mailbox, a domain that answers nothing), three or more over 15 days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.audience import membership
from hub.db import Transaction
from hub.mail import verdicts
from hub.newsletter.deliveries import Result

SOFT_FAILURES = 3
SOFT_PERIOD = timedelta(days=15)
# How many deliveries of a reader are looked at: several a day over more than two weeks.
_LOOK_BACK = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """How an earlier delivery of a reader ended, and when."""

    state: str
    code: int | None
    reply: str
    finished_at: datetime


def follow(tx: Transaction, results: Iterable[Result], *, now: datetime) -> int:
    """Bounce the readers whose addresses these results show to be dead; how many.

    Before the results are recorded, in the same transaction, which may be a concurrent one.
    """
    dead = []
    for result in results:
        if result.state != "failed" or result.code is None:
            continue
        verdict = verdicts.verdict(result.code, result.reply)
        if verdict == "address" or (verdict == "soft" and _is_worn_out(tx, result, now)):
            dead.append(result.subscriber_id)
    return membership.bounce(tx, dead, now=now)


def worn_out(endings: Sequence[Ending]) -> bool:
    """Whether the newest of `endings` (newest first) make an unbroken row of soft failures that
    is long enough. What arrived breaks it; what says nothing of the reader is passed over."""
    row: list[datetime] = []
    for ending in endings:
        if ending.state == "accepted":
            break
        if ending.state == "failed" and _is_soft(ending):
            row.append(ending.finished_at)
    return len(row) >= SOFT_FAILURES and row[0] - row[-1] >= SOFT_PERIOD


def _is_soft(ending: Ending) -> bool:
    # Without a code the relay was away, or the reader had left: neither says anything of them.
    return ending.code is not None and verdicts.verdict(ending.code, ending.reply) == "soft"


def _is_worn_out(tx: Transaction, result: Result, now: datetime) -> bool:
    others = tx.all(
        Ending,
        "SELECT state, code, reply, finished_at FROM deliveries"
        " WHERE subscriber_id = :subscriber_id AND edition_id <> :edition_id"
        " AND finished_at IS NOT NULL ORDER BY edition_id DESC LIMIT :limit",
        subscriber_id=result.subscriber_id,
        edition_id=result.edition_id,
        limit=_LOOK_BACK,
    )
    others.sort(key=lambda ending: ending.finished_at, reverse=True)
    return worn_out([Ending(result.state, result.code, result.reply, now), *others])
