"""Ramp-up of a new domain: a daily ceiling that grows, and stops itself when mail is unwelcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction
from hub.newsletter import editions, steering
from hub.site.model import Site

DAYS = 30
GROWTH = 1.5
# Fewer than these prove nothing.
_JUDGED_AFTER, _FAILURES = 100, 3
_COMPLAINTS_JUDGED_AFTER, _COMPLAINTS = 500, 2
_FAILED_SHARE, _COMPLAINED_SHARE = 0.01, 0.001


@dataclass(frozen=True, slots=True)
class Ramp:
    """`sent` and `failed` (for good) are counted since `judged_from`."""

    began_at: datetime
    judged_from: datetime
    sent: int
    failed: int


def ceiling(first_day: int, began_at: datetime | None, now: datetime) -> int | None:
    """How many may leave in 24 hours; None when the 30 days are over.

    Half as many again each day: 300 on the first are 1,518 on the fifth, 11,533 on the tenth.
    """
    day = day_of(began_at, now)
    # The float grows beyond any list long before the 30 days are over.
    return int(first_day * GROWTH ** (day - 1)) if day <= DAYS else None


def day_of(began_at: datetime | None, now: datetime) -> int:
    """1 on the first day, and before anything was sent."""
    return max(0, (now - began_at) // timedelta(days=1)) + 1 if began_at else 1


def grows_at(began_at: datetime | None, now: datetime) -> datetime:
    """When the next day of the ramp begins."""
    return (began_at or now) + timedelta(days=day_of(began_at, now))


def verdict(sent: int, failed: int, complained: int) -> str:
    """Why the ramp must stop: over 1 % failed for good, or over 0.1 % complained; else empty."""
    if sent >= _JUDGED_AFTER and failed >= _FAILURES and failed > sent * _FAILED_SHARE:
        return f"the ramp-up stopped: {failed} of {sent} mails failed for good"
    if (
        sent >= _COMPLAINTS_JUDGED_AFTER
        and complained >= _COMPLAINTS
        and complained > sent * _COMPLAINED_SHARE
    ):
        return f"the ramp-up stopped: {complained} of {sent} readers complained"
    return ""


def get(tx: Transaction) -> Ramp | None:
    """The ramp as it stands; None before its first message."""
    return tx.one(Ramp, "SELECT began_at, judged_from, sent, failed FROM ramps WHERE id = 1")


def begin(tx: Transaction, now: datetime) -> None:
    """The first message of a ramp leaves; nothing when it has begun already."""
    tx.execute(
        "INSERT INTO ramps (id, began_at, judged_from, sent, failed) VALUES (1, :now, :now, 0, 0)"
        " ON CONFLICT (id) DO NOTHING",
        now=now,
    )


def end(tx: Transaction) -> None:
    """The owner turned it off: the next one begins at its first day."""
    tx.execute("DELETE FROM ramps WHERE id = 1")


def tally(tx: Transaction, *, sent: int, failed: int) -> None:
    """Add what became of messages; `sent` counts the failed too."""
    tx.execute(
        "UPDATE ramps SET sent = sent + :sent, failed = failed + :failed WHERE id = 1",
        sent=sent,
        failed=failed,
    )


def judge(tx: Transaction, now: datetime) -> str:
    """Why the ramp must stop by what became of its mail so far; empty when it goes on."""
    ramp = get(tx)
    if ramp is None or ramp.sent < _JUDGED_AFTER or day_of(ramp.began_at, now) > DAYS:
        return ""
    return verdict(
        ramp.sent,
        ramp.failed + _lost(tx, "bounced", ramp.judged_from),
        _lost(tx, "complained", ramp.judged_from),
    )


def stop(tx: Transaction, reason: str, site: Site, now: datetime) -> None:
    """Pause what is being sent and tell the owner; what they resume is judged anew."""
    tx.execute("UPDATE ramps SET judged_from = :now, sent = 0, failed = 0 WHERE id = 1", now=now)
    for edition in editions.with_status(tx, "planned", "sending"):
        steering.stop(tx, edition.id, reason=reason, site=site, now=now)


def _lost(tx: Transaction, status: str, since: datetime) -> int:
    """How many readers have this status now, whose mail was accepted after `since`."""
    return int(
        tx.scalar(
            "SELECT count(*) FROM subscribers AS s WHERE s.status = :status AND EXISTS (SELECT 1"
            " FROM deliveries AS d WHERE d.subscriber_id = s.id AND d.state = 'accepted'"
            " AND d.finished_at >= :since)",
            status=status,
            since=since,
        )
    )
