"""SQL of paces: buckets that workers share, and readers who are put off until their turn."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from hub.db import Transaction, in_list
from hub.newsletter import deliveries
from hub.newsletter.pace_rules import DAY, Pace

# The bucket of all mail; no domain has a space.
ALL = "all mail"
_COLUMNS = (
    "name, next_at, parked_until, parked_rate, refusals, refusals_from, refused_at, halved_at,"
    " slow_rate, full_rate"
)
RELEASED_AT_ONCE = 2_000


def locked(tx: Transaction, name: str) -> Pace:
    """A bucket, new or old, that nobody else touches before the commit.

    Whoever takes several takes them in the order of their names, and before deliveries.
    """
    # The idle update locks the row, so that two workers on PostgreSQL take turns.
    found = tx.one(
        Pace,
        "INSERT INTO paces (name) VALUES (:name)"
        f" ON CONFLICT (name) DO UPDATE SET next_at = paces.next_at RETURNING {_COLUMNS}",
        name=name,
    )
    assert found is not None
    return found


def get(tx: Transaction, name: str) -> Pace:
    found = tx.one(Pace, f"SELECT {_COLUMNS} FROM paces WHERE name = :name", name=name)
    return found or Pace(name)


def put(tx: Transaction, pace: Pace) -> None:
    """Write a bucket down that is locked."""
    tx.execute(
        "UPDATE paces SET next_at = :next_at, parked_until = :parked_until,"
        " parked_rate = :parked_rate, refusals = :refusals, refusals_from = :refusals_from,"
        " refused_at = :refused_at, halved_at = :halved_at, slow_rate = :slow_rate,"
        " full_rate = :full_rate WHERE name = :name",
        **asdict(pace),
    )


def with_parked(tx: Transaction, now: float) -> list[Pace]:
    """Buckets for which readers are put off."""
    return tx.all(Pace, f"SELECT {_COLUMNS} FROM paces WHERE parked_until > :now", now=now)


def with_slowdown(tx: Transaction) -> list[Pace]:
    """Buckets of domains that refused, over or not."""
    # Sorted here: SQLite would read all buckets by name for the few that are slow.
    found = tx.all(Pace, f"SELECT {_COLUMNS} FROM paces WHERE slow_rate > 0")
    return sorted(found, key=lambda pace: pace.name)


def park(tx: Transaction, worker_id: int, edition_id: int, due: Mapping[int, float]) -> int:
    """Put readers off whose deliveries this worker holds: subscriber → seconds; how many.

    It is no attempt: the claim is taken back from the count.
    """
    ids = sorted(due)
    names, values = in_list("id", ids)
    whens = "".join(f" WHEN :id{n} THEN CAST(:at{n} AS text)" for n in range(len(ids)))
    number = tx.execute(
        "UPDATE deliveries SET state = 'queued', worker_id = NULL, parked = 1,"
        f" attempts = attempts - 1, due_at = CASE subscriber_id{whens} ELSE due_at END"
        " WHERE edition_id = :edition_id"
        f" AND subscriber_id IN {names} AND state = 'claimed' AND worker_id = :worker_id",
        edition_id=edition_id,
        worker_id=worker_id,
        **values,
        **{f"at{n}": datetime.fromtimestamp(due[i], UTC) for n, i in enumerate(ids)},
    )
    deliveries.move_counts(tx, edition_id, Counter({"queued": number, "claimed": -number}))
    return number


def forget_plans(tx: Transaction) -> None:
    """No bucket has readers that are put off any more: they are about to be released."""
    tx.execute("UPDATE paces SET parked_until = 0 WHERE parked_until > 0")


def release(tx: Transaction, edition_id: int, now: datetime) -> int:
    """Let the next readers who were put off come at once; how many."""
    return tx.execute(
        "UPDATE deliveries SET due_at = :now, parked = 0 WHERE edition_id = :edition_id"
        " AND parked = 1 AND subscriber_id IN (SELECT subscriber_id FROM deliveries"
        " WHERE edition_id = :edition_id AND parked = 1 ORDER BY due_at, subscriber_id"
        " LIMIT :limit)",
        edition_id=edition_id,
        now=now,
        limit=RELEASED_AT_ONCE,
    )


def forget_idle(tx: Transaction, now: datetime) -> int:
    """Delete the buckets that nobody used for a day; how many."""
    return tx.execute(
        "DELETE FROM paces WHERE next_at < :then AND parked_until < :then AND refused_at < :then",
        then=now.timestamp() - DAY,
    )
