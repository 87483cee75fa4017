"""SQL of deliveries: queued in batches, recorded with their counters in one transaction."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction
from hub.newsletter.model import Edition

BATCH = 20_000

# Who gets an edition: active when it was made. Imported readers have no time of confirmation.
_READERS = (
    "status = 'active' AND cadence = :cadence"
    " AND coalesce(confirmed_at, created_at) <= :made_at"
    " AND (paused_until IS NULL OR paused_until <= :made_at)"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a delivery that a worker held.

    `due_at` is when it comes next for `deferred` and `queued`, and now for the others.
    """

    edition_id: int
    subscriber_id: int
    state: str
    code: int | None
    reply: str
    due_at: datetime


def readers(tx: Transaction, cadence: str, made_at: datetime) -> int:
    """How many readers an edition made at `made_at` goes to."""
    return int(
        tx.scalar(
            f"SELECT count(*) FROM subscribers WHERE {_READERS}", cadence=cadence, made_at=made_at
        )
    )


def has_readers(tx: Transaction, cadence: str, made_at: datetime) -> bool:
    found = tx.scalar(
        f"SELECT id FROM subscribers WHERE {_READERS} LIMIT 1", cadence=cadence, made_at=made_at
    )
    return found is not None


def queue_batch(
    tx: Transaction, edition: Edition, cadence: str, *, now: datetime, limit: int = BATCH
) -> int | None:
    """Queue the next deliveries of a planned edition; how many, or None when all are queued."""
    values = {"cadence": cadence, "made_at": edition.created_at, "after": edition.queued_up_to}
    last = tx.scalar(
        "SELECT max(id) FROM (SELECT id FROM subscribers"
        f" WHERE id > :after AND {_READERS} ORDER BY id LIMIT :limit) AS batch",
        limit=limit,
        **values,
    )
    if last is None:
        return None
    queued = tx.execute(
        "INSERT INTO deliveries (edition_id, subscriber_id, state, due_at, attempts, reply)"
        " SELECT CAST(:edition_id AS bigint), id, 'queued', CAST(:now AS text), 0, ''"
        f" FROM subscribers WHERE id > :after AND id <= :last AND {_READERS}"
        " ON CONFLICT (edition_id, subscriber_id) DO NOTHING",
        edition_id=edition.id,
        now=now,
        last=last,
        **values,
    )
    tx.execute("UPDATE editions SET queued_up_to = :last WHERE id = :id", id=edition.id, last=last)
    move_counts(tx, edition.id, Counter({"queued": queued}))
    return queued


def record(tx: Transaction, worker_id: int, results: Iterable[Result]) -> int:
    """Write down results of deliveries that `worker_id` holds; how many it really held.

    A claim that was taken from this worker in between is left as its new holder has it.
    """
    moved: dict[int, Counter[str]] = {}
    for result in results:
        finished = result.state in ("accepted", "failed", "unknown")
        changed = tx.execute(
            "UPDATE deliveries SET state = :state, due_at = :due_at, worker_id = NULL,"
            # What was only given back was not tried.
            " attempts = attempts - CASE WHEN CAST(:state AS text) = 'queued' THEN 1 ELSE 0 END,"
            " code = :code, reply = :reply, finished_at = :finished_at"
            " WHERE edition_id = :edition_id AND subscriber_id = :subscriber_id"
            " AND state = 'claimed' AND worker_id = :worker_id",
            edition_id=result.edition_id,
            subscriber_id=result.subscriber_id,
            worker_id=worker_id,
            state=result.state,
            due_at=result.due_at,
            code=result.code,
            reply=result.reply,
            finished_at=result.due_at if finished else None,
        )
        if changed:
            moves = moved.setdefault(result.edition_id, Counter())
            moves[result.state] += 1
            moves["claimed"] -= 1
    # In order, so that two workers never wait for each other's counters.
    for edition_id, moves in sorted(moved.items(), key=lambda item: item[0]):
        move_counts(tx, edition_id, moves)
    return -sum(moves["claimed"] for moves in moved.values())


def move_counts(tx: Transaction, edition_id: int, moves: Counter[str]) -> None:
    """Add to the counters of an edition, state by state (less than nothing takes away)."""
    tx.execute(
        "UPDATE edition_counts SET queued = queued + :queued, claimed = claimed + :claimed,"
        " accepted = accepted + :accepted, deferred = deferred + :deferred,"
        " failed = failed + :failed, unknown = unknown + :unknown WHERE edition_id = :id",
        id=edition_id,
        **{
            state: moves[state]
            for state in ("queued", "claimed", "accepted", "deferred", "failed", "unknown")
        },
    )


def retry(tx: Transaction, edition_id: int, *, now: datetime) -> int:
    """Queue what failed or is unknown again, for those who are still active; how many."""
    moved = Counter[str]()
    for state in ("failed", "unknown"):
        moved[state] = -tx.execute(
            "UPDATE deliveries SET state = 'queued', due_at = :now, attempts = 0, code = NULL,"
            " reply = '', finished_at = NULL WHERE edition_id = :id AND state = :state"
            " AND subscriber_id IN (SELECT id FROM subscribers WHERE status = 'active')",
            id=edition_id,
            now=now,
            state=state,
        )
    moved["queued"] = -moved["failed"] - moved["unknown"]
    move_counts(tx, edition_id, moved)
    return moved["queued"]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail that failed or whose end is unknown; `email` is None when the reader was erased."""

    subscriber_id: int
    email: str | None
    state: str
    code: int | None
    reply: str


def undelivered(tx: Transaction, edition_id: int, *, limit: int) -> list[Undelivered]:
    """The first of the deliveries of an edition that failed or are unknown, with the reason."""
    return tx.all(
        Undelivered,
        "SELECT d.subscriber_id, s.email, d.state, d.code, d.reply FROM deliveries AS d"
        " LEFT JOIN subscribers AS s ON s.id = d.subscriber_id WHERE d.edition_id = :id"
        " AND d.state IN ('failed', 'unknown') ORDER BY d.subscriber_id LIMIT :limit",
        id=edition_id,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class _StateCount:
    state: str
    number: int


def count_states(tx: Transaction, edition_id: int) -> dict[str, int]:
    """The deliveries counted one by one; slow for a million, and the proof of the counters."""
    return {
        row.state: row.number
        for row in tx.all(
            _StateCount,
            "SELECT state, count(*) AS number FROM deliveries WHERE edition_id = :id"
            " GROUP BY state",
            id=edition_id,
        )
    }


def next_due(tx: Transaction) -> datetime | None:
    """When the next deferred delivery of a sending edition is due; None when nothing waits."""

    found = tx.one(
        _Due,
        "SELECT min(d.due_at) AS due_at FROM editions AS e JOIN deliveries AS d"
        " ON d.edition_id = e.id WHERE e.status = 'sending'"
        " AND d.state IN ('queued', 'deferred')",
    )
    return found.due_at if found else None


@dataclass(frozen=True, slots=True)
class _Due:
    due_at: datetime | None
