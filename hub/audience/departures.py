"""Why readers left, for who cares to say so: the month, a reason, some words, and nobody's name.

Nobody is asked twice, so it is remembered for two days that a reader answered; not what.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub import limits
from hub.audience import store
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.site.model import Site

REASONS = ("much", "little", "topics", "never", "other")
LONGEST_WORDS = 500
_ANSWERED = 2 * 86_400


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many gave a reason; `unsaid` for words alone."""

    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote; `month` like 2026-11."""

    month: str
    reason: str
    words: str


def checked(reason: str, words: str) -> tuple[str, str]:
    """A reason and words as they are kept. Raises Refused for a reason that was not offered."""
    if reason and reason not in REASONS:
        raise Refused(N_("Choose one of the reasons."), field="reason")
    kept = "".join(c if c.isprintable() else " " for c in words)
    return reason or "unsaid", " ".join(kept.split())[:LONGEST_WORDS]


def answer(
    tx: Transaction, subscriber_id: int, reason: str, words: str, *, site: Site, now: datetime
) -> bool:
    """Keep why somebody left; False for who did not leave, answered already, or said nothing.

    `reason` and `words` as `checked` gives them.
    """
    subscriber = store.get(tx, subscriber_id)
    if subscriber is None or subscriber.status != "unsubscribed":
        return False
    if reason == "unsaid" and not words:
        return False
    bucket = f"why {subscriber_id}"
    if not limits.take(tx, bucket, capacity=1, per_seconds=_ANSWERED, now=now):
        return False
    tx.execute(
        "INSERT INTO departures (month, reason, words) VALUES (:month, :reason, :words)",
        month=_month(site, now),
        reason=reason,
        words=words,
    )
    return True


def counts(tx: Transaction, *, site: Site, now: datetime) -> list[ReasonCount]:
    """How often each reason was given in this month and the twelve before, most often first."""
    year, month = _month(site, now).split("-")
    return tx.all(
        ReasonCount,
        "SELECT reason, count(*) AS people FROM departures WHERE month >= :since"
        " GROUP BY reason ORDER BY people DESC, reason",
        since=f"{int(year) - 1:04}-{month}",
    )


def words(tx: Transaction, *, limit: int) -> list[Words]:
    """What readers wrote last."""
    return tx.all(
        Words,
        "SELECT month, reason, words FROM departures WHERE words <> '' ORDER BY id DESC"
        " LIMIT :limit",
        limit=limit,
    )


def _month(site: Site, now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo(site.timezone)):%Y-%m}"
