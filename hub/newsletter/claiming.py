"""Taking work so that no two workers hold the same delivery, and giving it back.

SQLite's one writer makes select-then-update safe. On PostgreSQL claims run side by side: each
locks the rows that it looks at and passes over those that another has locked. The lease
condition is repeated in the update all the same.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.mail import retrying
from hub.newsletter import deliveries
from hub.newsletter.model import ClaimedDelivery

# The conditions of the partial indexes are repeated word for word, or SQLite passes them by.
_WAITS = "d.edition_id = :edition_id AND d.state IN ('queued', 'deferred')"
# The second is for what a clock put off that has been set back since. Two looks into the index:
# with OR between them, the engines would read all that waits.
_DUE = (f"{_WAITS} AND d.due_at <= :now", f"{_WAITS} AND d.due_at > :too_far")
# Readers who were put off until the turn of their domain; all of them are queued.
_TURN = ("d.edition_id = :edition_id AND d.parked = 1 AND d.due_at <= :now",)
# The same as expressions, for rows that are known by their key: else SQLite walks the index.
_STILL_DUE = (
    "coalesce(state, '') IN ('queued', 'deferred')"
    " AND (coalesce(due_at, '') <= :now OR coalesce(due_at, '') > :too_far)"
)
_BEHIND = "(d.due_at, d.subscriber_id) > (:due_at, :subscriber_id)"
# What differs between the engines, with the bookmark.
_LOCKED = {"sqlite": "", "postgres": " FOR UPDATE OF d SKIP LOCKED"}
_READER = "s.email, s.email_key, s.name, s.language, s.status"


@dataclass(slots=True)
class Bookmark:
    """Where the last claim of a worker ended, in the order of the index.

    PostgreSQL leaves in the index what has been claimed, until the server cleans up: without a
    bookmark each claim would pass all of it, 35 ms after half a million. Whatever comes to wait
    behind a bookmark is found when nothing is left before it.
    """

    edition_id: int = 0
    due_at: str = ""
    subscriber_id: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting(ClaimedDelivery):
    due_at: str


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether a delivery waits that is due: a look that takes no lock."""
    # The ends of the index, where EXISTS let PostgreSQL make a hash of all deliveries.
    of_edition = (
        "FROM deliveries AS d WHERE d.edition_id = e.id AND d.state IN ('queued', 'deferred')"
    )
    found = tx.scalar(
        "SELECT e.id FROM editions AS e WHERE e.status = 'sending'"
        " AND e.status IN ('planned', 'sending', 'paused')"
        f" AND ((SELECT min(d.due_at) {of_edition}) <= :now"
        f" OR (SELECT max(d.due_at) {of_edition}) > :too_far) LIMIT 1",
        now=now,
        too_far=retrying.too_far(now),
    )
    return found is not None


def has_turn(tx: Transaction, now: datetime) -> bool:
    """Whether a reader waits who was put off and whose turn has come: a look without a lock."""
    found = tx.scalar(
        "SELECT e.id FROM editions AS e WHERE e.status = 'sending'"
        " AND e.status IN ('planned', 'sending', 'paused') AND EXISTS (SELECT 1"
        " FROM deliveries AS d WHERE d.edition_id = e.id AND d.parked = 1"
        " AND d.due_at <= :now) LIMIT 1",
        now=now,
    )
    return found is not None


def claim(
    tx: Transaction,
    worker_id: int,
    *,
    now: datetime,
    limit: int,
    turns: bool = False,
    bookmark: Bookmark | None = None,
) -> list[ClaimedDelivery]:
    """Up to `limit` deliveries that are due, of the oldest edition that has some.

    With `turns`, only of readers who were put off until about now (see pacing.admit). A worker
    keeps one `bookmark` for its other claims.
    """
    for edition_id in tx.all(
        int,
        "SELECT id FROM editions WHERE status = 'sending'"
        " AND status IN ('planned', 'sending', 'paused') ORDER BY id",
    ):
        for due in _TURN if turns else _DUE:
            taken = _take(tx, worker_id, edition_id, due, bookmark, now=now, limit=limit)
            if taken:
                return taken
    return []


def _take(
    tx: Transaction,
    worker_id: int,
    edition_id: int,
    due: str,
    bookmark: Bookmark | None,
    *,
    now: datetime,
    limit: int,
) -> list[ClaimedDelivery]:
    """The deliveries, due by the condition `due`, that this worker holds from now on."""
    times = {"now": now, "too_far": retrying.too_far(now)}
    waiting: list[_Waiting] = []
    marked = bookmark if tx.engine == "postgres" and due == _DUE[0] else None
    if marked is not None and marked.edition_id == edition_id:
        behind = {"due_at": marked.due_at, "subscriber_id": marked.subscriber_id}
        waiting = _waiting(tx, f"{due} AND {_BEHIND}", edition_id, limit, **times, **behind)
    if len(waiting) < limit:
        waiting = _waiting(tx, due, edition_id, limit, **times)
    if not waiting:
        return []
    if marked is not None:
        last = waiting[-1]
        marked.edition_id, marked.due_at = edition_id, last.due_at
        marked.subscriber_id = last.subscriber_id
    names, ids = in_list("id", [row.subscriber_id for row in waiting])
    taken = set(
        tx.all(
            int,
            "UPDATE deliveries SET state = 'claimed', worker_id = :worker_id,"
            " attempts = attempts + 1, parked = 0 WHERE edition_id = :edition_id"
            f" AND subscriber_id IN {names} AND {_STILL_DUE} RETURNING subscriber_id",
            worker_id=worker_id,
            edition_id=edition_id,
            **times,
            **ids,
        )
    )
    mine: list[ClaimedDelivery] = [row for row in waiting if row.subscriber_id in taken]
    moves = Counter({"claimed": len(mine)})
    moves.subtract(row.was for row in mine)
    deliveries.move_counts(tx, edition_id, moves)
    return mine


def _waiting(
    tx: Transaction, due: str, edition_id: int, limit: int, **values: object
) -> list[_Waiting]:
    return tx.all(
        _Waiting,
        "SELECT d.state AS was, d.edition_id, d.subscriber_id, d.attempts + 1 AS attempts,"
        f" d.due_at, {_READER} FROM deliveries AS d"
        f" LEFT JOIN subscribers AS s ON s.id = d.subscriber_id WHERE {due}"
        f" ORDER BY d.due_at, d.subscriber_id LIMIT :limit{_LOCKED[tx.engine]}",
        edition_id=edition_id,
        limit=limit,
        **values,
    )


def renewed(tx: Transaction, worker_id: int, held: list[ClaimedDelivery]) -> list[ClaimedDelivery]:
    """Those of `held`, all of one edition, that this worker still holds, with their readers as
    they are now."""
    if not held:
        return []
    names, ids = in_list("id", sorted(delivery.subscriber_id for delivery in held))
    return tx.all(
        ClaimedDelivery,
        f"SELECT d.state AS was, d.edition_id, d.subscriber_id, d.attempts, {_READER}"
        " FROM deliveries AS d"
        " LEFT JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.edition_id = :edition_id"
        f" AND d.subscriber_id IN {names}"
        # As expressions, or SQLite takes the index of claims and walks through all of them.
        " AND coalesce(d.state, '') = 'claimed' AND coalesce(d.worker_id, 0) = :worker_id"
        " ORDER BY d.due_at, d.subscriber_id",
        edition_id=held[0].edition_id,
        worker_id=worker_id,
        **ids,
    )


def give_back_all(tx: Transaction, worker_id: int, *, now: datetime) -> int:
    """Queue every delivery again that `worker_id` holds; how many. None has used up a try."""
    returned = 0
    for edition_id in tx.all(
        int,
        "SELECT DISTINCT edition_id FROM deliveries"
        " WHERE worker_id = :worker_id AND state = 'claimed'",
        worker_id=worker_id,
    ):
        number = tx.execute(
            "UPDATE deliveries SET state = 'queued', due_at = :now, worker_id = NULL,"
            " attempts = attempts - 1"
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
