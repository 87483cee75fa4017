"""Taking work so that no two workers hold the same delivery, and giving it back.

SQLite's one writer makes select-then-update safe. On PostgreSQL claims run side by side: each
locks the rows that it looks at and passes over those that another has locked. The lease
condition is repeated in the update all the same.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.newsletter import deliveries
from hub.newsletter.model import ClaimedDelivery

_DUE = "edition_id = :edition_id AND state IN ('queued', 'deferred') AND due_at <= :now"
# Readers who were put off until the turn of their domain; all of them are queued.
_TURN = "edition_id = :edition_id AND parked = 1 AND due_at <= :now"
# All that differs between the engines.
_LOCKED = {"sqlite": "", "postgres": " FOR UPDATE SKIP LOCKED"}


@dataclass(frozen=True, slots=True)
class _Waiting:
    subscriber_id: int
    state: str


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether a delivery waits that is due: a look that takes no lock."""
    found = tx.scalar(
        "SELECT e.id FROM editions AS e WHERE e.status = 'sending' AND EXISTS (SELECT 1"
        " FROM deliveries AS d WHERE d.edition_id = e.id AND d.state IN ('queued', 'deferred')"
        " AND d.due_at <= :now) LIMIT 1",
        now=now,
    )
    return found is not None


def has_turn(tx: Transaction, now: datetime) -> bool:
    """Whether a reader waits who was put off and whose turn has come: a look without a lock."""
    found = tx.scalar(
        "SELECT e.id FROM editions AS e WHERE e.status = 'sending' AND EXISTS (SELECT 1"
        " FROM deliveries AS d WHERE d.edition_id = e.id AND d.parked = 1"
        " AND d.due_at <= :now) LIMIT 1",
        now=now,
    )
    return found is not None


def claim(
    tx: Transaction, worker_id: int, *, now: datetime, limit: int, turns: bool = False
) -> list[ClaimedDelivery]:
    """Up to `limit` deliveries that are due, of the oldest edition that has some.

    With `turns`, only of readers who were put off until about now (see pacing.admit).
    """
    due = _TURN if turns else _DUE
    for edition_id in tx.all(int, "SELECT id FROM editions WHERE status = 'sending' ORDER BY id"):
        waiting = tx.all(
            _Waiting,
            f"SELECT subscriber_id, state FROM deliveries WHERE {due}"
            f" ORDER BY due_at, subscriber_id LIMIT :limit{_LOCKED[tx.engine]}",
            edition_id=edition_id,
            now=now,
            limit=limit,
        )
        if not waiting:
            continue
        names, ids = in_list("id", [row.subscriber_id for row in waiting])
        taken = set(
            tx.all(
                int,
                "UPDATE deliveries SET state = 'claimed', worker_id = :worker_id,"
                f" attempts = attempts + 1, parked = 0 WHERE {_DUE} AND subscriber_id IN {names}"
                " RETURNING subscriber_id",
                worker_id=worker_id,
                edition_id=edition_id,
                now=now,
                **ids,
            )
        )
        moves = Counter({"claimed": len(taken)})
        moves.subtract(row.state for row in waiting if row.subscriber_id in taken)
        deliveries.move_counts(tx, edition_id, moves)
        if taken:
            return _held(tx, edition_id, taken)
    return []


def renewed(tx: Transaction, held: list[ClaimedDelivery]) -> list[ClaimedDelivery]:
    """The same deliveries, all of one edition, with the readers as they are now."""
    if not held:
        return []
    return _held(tx, held[0].edition_id, {delivery.subscriber_id for delivery in held})


def give_back_all(tx: Transaction, worker_id: int, *, now: datetime) -> int:
    """Queue every delivery again that `worker_id` holds; how many."""
    returned = 0
    for edition_id in tx.all(
        int,
        "SELECT DISTINCT edition_id FROM deliveries"
        " WHERE worker_id = :worker_id AND state = 'claimed'",
        worker_id=worker_id,
    ):
        number = tx.execute(
            "UPDATE deliveries SET state = 'queued', due_at = :now, worker_id = NULL"
            " WHERE worker_id = :worker_id AND edition_id = :edition_id AND state = 'claimed'",
            worker_id=worker_id,
            edition_id=edition_id,
            now=now,
        )
        deliveries.move_counts(tx, edition_id, Counter({"queued": number, "claimed": -number}))
        returned += number
    return returned


def held_by_others(tx: Transaction, worker_id: int) -> bool:
    """Whether another worker, alive or not, holds a delivery."""
    return (
        tx.scalar(
            "SELECT 1 FROM workers AS w WHERE w.id <> :worker_id AND EXISTS (SELECT 1"
            " FROM deliveries AS d WHERE d.worker_id = w.id AND d.state = 'claimed')",
            worker_id=worker_id,
        )
        is not None
    )


def _held(tx: Transaction, edition_id: int, subscriber_ids: set[int]) -> list[ClaimedDelivery]:
    names, ids = in_list("id", sorted(subscriber_ids))
    return tx.all(
        ClaimedDelivery,
        "SELECT d.edition_id, d.subscriber_id, d.attempts, s.email, s.email_key, s.name,"
        " s.language, s.status FROM deliveries AS d LEFT JOIN subscribers AS s"
        " ON s.id = d.subscriber_id WHERE d.edition_id = :edition_id"
        f" AND d.subscriber_id IN {names}"
        " ORDER BY d.due_at, d.subscriber_id",
        edition_id=edition_id,
        **ids,
    )
