"""Token buckets in the database, shared by every process: log-ins, sign-ups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction

# No bucket takes longer than this to fill again, so an older one says nothing.
_FORGOTTEN_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Bucket:
    tokens: float
    updated_at: datetime


def take(tx: Transaction, name: str, *, capacity: int, per_seconds: float, now: datetime) -> bool:
    """Take one token out of the bucket `name`; False when it is empty.

    A new bucket holds `capacity` tokens, and an empty one is full again after
    `per_seconds` (at most two days). What was taken is undone with the transaction: commit
    it when the attempt counts whether it succeeds or not.
    """
    # The idle update locks the row, so that two processes on PostgreSQL take turns.
    bucket = tx.one(
        _Bucket,
        "INSERT INTO limits (name, tokens, updated_at) VALUES (:name, :capacity, :now)"
        " ON CONFLICT (name) DO UPDATE SET tokens = limits.tokens"
        " RETURNING tokens, updated_at",
        name=name,
        capacity=float(capacity),
        now=now,
    )
    assert bucket is not None
    tokens = _refilled(bucket, capacity, per_seconds, now)
    allowed = tokens >= 1.0
    tx.execute(
        "UPDATE limits SET tokens = :tokens, updated_at = :now WHERE name = :name",
        tokens=tokens - 1.0 if allowed else tokens,
        now=now,
        name=name,
    )
    return allowed


def is_spent(
    tx: Transaction, name: str, *, capacity: int, per_seconds: float, now: datetime
) -> bool:
    """Whether `take` would say no; a look that takes nothing."""
    bucket = tx.one(_Bucket, "SELECT tokens, updated_at FROM limits WHERE name = :name", name=name)
    return bucket is not None and _refilled(bucket, capacity, per_seconds, now) < 1.0


def forget(tx: Transaction, name: str) -> None:
    """The bucket `name` is full again."""
    tx.execute("DELETE FROM limits WHERE name = :name", name=name)


def forget_old(tx: Transaction, now: datetime) -> int:
    """Delete the buckets that nobody used for two days; how many there were."""
    return tx.execute("DELETE FROM limits WHERE updated_at < :then", then=now - _FORGOTTEN_AFTER)


def forget_idle(tx: Transaction, prefix: str, *, before: datetime) -> int:
    """Delete the buckets whose names begin with `prefix` and that nobody used since a time; how
    many there were."""
    return tx.execute(
        "DELETE FROM limits WHERE updated_at < :before AND name >= :prefix AND name < :end",
        before=before,
        prefix=prefix,
        end=prefix + "\U0010ffff",
    )


def _refilled(bucket: _Bucket, capacity: int, per_seconds: float, now: datetime) -> float:
    """What a bucket holds by now."""
    # A clock that was set back gives nothing and takes nothing.
    elapsed = max(0.0, (now - bucket.updated_at).total_seconds())
    return min(float(capacity), bucket.tokens + elapsed * capacity / per_seconds)
