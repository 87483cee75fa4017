"""SQL of deliveries: queued in batches, recorded with their counters in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.audience import counts_store, segments
from hub.audience.segments import Segment
from hub.db import Transaction
from hub.mail import relays
from hub.newsletter.model import Edition, Retry
from hub.times import to_text

BATCH = 20_000
_AT_ONCE = 50
_IDS = tuple(f"id{n}" for n in range(_AT_ONCE))
_FINISHED = frozenset(("accepted", "failed", "unknown"))

# Who gets an edition: active when it was made. Imported readers have no time of confirmation.
_CAME_AND_READS = (
    "coalesce(confirmed_at, created_at) <= :made_at"
    " AND (paused_until IS NULL OR paused_until <= :made_at)"
)
_READERS = f"status = 'active' AND cadence = :cadence AND {_CAME_AND_READS}"

# The repeated condition is that of an index.
_BATCH_IN_STATE = (
    "edition_id = :id AND state = :state AND subscriber_id IN (SELECT subscriber_id"
    " FROM deliveries WHERE edition_id = :id AND state IN ('queued', 'deferred')"
    " AND state = :state LIMIT :limit)"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a delivery that a worker held.

    `due_at` is when it comes next for `deferred` and `queued`, and now for the others; `relay`
    names the one it was handed to, if it was.
    """

    edition_id: int
    subscriber_id: int
    state: str
    code: int | None
    reply: str
    due_at: datetime
    relay: str = ""


def readers(tx: Transaction, cadence: str, made_at: datetime) -> int:
    """How many readers an edition goes to that is made now, at `made_at`.

    Their number is kept, and the few who pause are taken away; nobody was confirmed later than
    now.
    """
    everybody = counts_store.number(tx, status="active", cadence=cadence)
    paused = tx.scalar(
        "SELECT count(*) FROM subscribers WHERE status = 'active' AND cadence = :cadence"
        " AND paused_until IS NOT NULL AND paused_until > :made_at",
        cadence=cadence,
        made_at=made_at,
    )
    return everybody - int(paused)


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


def queue_segment(
    tx: Transaction, edition: Edition, segment: Segment, *, now: datetime, limit: int = BATCH
) -> int | None:
    """As `queue_batch`, for a letter: `limit` active readers are looked at, and those who belong
    to the segment queued; None when all were looked at."""
    last = tx.scalar(
        "SELECT max(id) FROM (SELECT id FROM subscribers WHERE id > :after AND status = 'active'"
        " ORDER BY id LIMIT :limit) AS batch",
        after=edition.queued_up_to,
        limit=limit,
    )
    if last is None:
        return None
    where, values = segments.condition(segment, between=True)
    queued = tx.execute(
        "INSERT INTO deliveries (edition_id, subscriber_id, state, due_at, attempts, reply)"
        " SELECT CAST(:edition_id AS bigint), id, 'queued', CAST(:now AS text), 0, ''"
        f" FROM subscribers WHERE {where} AND {_CAME_AND_READS}"
        " ON CONFLICT (edition_id, subscriber_id) DO NOTHING",
        edition_id=edition.id,
        now=now,
        after=edition.queued_up_to,
        last=last,
        made_at=edition.created_at,
        **values,
    )
    tx.execute("UPDATE editions SET queued_up_to = :last WHERE id = :id", id=edition.id, last=last)
    move_counts(tx, edition.id, Counter(queued=queued))
    return queued


def record(tx: Transaction, worker_id: int, results: Iterable[Result]) -> int:
    """Write down results of deliveries that `worker_id` holds; how many it really held.

    A claim that was taken from this worker in between is left as its new holder has it. One
    that goes back untried (`queued`) has not used up a try.
    """
    alike: dict[tuple[int, str, int, str], list[Result]] = {}
    for result in results:
        kind = (result.edition_id, result.state, result.code or 0, result.relay)
        alike.setdefault(kind, []).append(result)
    moved: dict[int, Counter[str]] = {}
    # In order, so that two workers never wait for each other's counters.
    for (edition_id, state, *_), some in sorted(alike.items(), key=lambda item: item[0]):
        moves = moved.setdefault(edition_id, Counter())
        for start in range(0, len(some), _AT_ONCE):
            changed = _record(tx, worker_id, some[start : start + _AT_ONCE])
            moves[state] += changed
            moves["claimed"] -= changed
    for edition_id, moves in moved.items():
        move_counts(tx, edition_id, moves)
    return -sum(moves["claimed"] for moves in moved.values())


def _record(tx: Transaction, worker_id: int, alike: Sequence[Result]) -> int:
    """How many of these were really held. They have edition, state, code and relay in common.

    One statement for all: each costs a journey to the server, or a wait for the interpreter that
    sends meanwhile. In this form a row takes 4 µs of SQLite; as a join with VALUES it took 11.
    """
    first = alike[0]
    ids = {name: result.subscriber_id for name, result in zip(_IDS, alike, strict=False)}
    due_at, dues = _each("due", [to_text(result.due_at) for result in alike])
    reply, replies = _each("reply", [result.reply for result in alike])
    finished_at = due_at if first.state in _FINISHED else "NULL"
    return tx.execute(
        f"UPDATE deliveries SET state = :state, code = :code, worker_id = NULL, due_at = {due_at},"
        f" reply = {reply}, finished_at = {finished_at}, attempts = attempts - :untried,"
        f" relay_id = {relays.NUMBER} WHERE edition_id = :edition_id"
        f" AND subscriber_id IN (:{', :'.join(ids)})"
        # As expressions, or SQLite takes the index of claims and walks through all of them.
        " AND coalesce(state, '') = 'claimed' AND coalesce(worker_id, 0) = :worker_id",
        state=first.state,
        code=first.code,
        untried=int(first.state == "queued"),
        relay=first.relay,
        edition_id=first.edition_id,
        worker_id=worker_id,
        **ids,
        **dues,
        **replies,
    )


def _each(name: str, values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """SQL for the value of each delivery of `_IDS`, and its parameters; one when all are alike."""
    if values.count(values[0]) == len(values):
        return f"CAST(:{name} AS text)", {name: values[0]}
    named = {f"{name}{n}": value for n, value in enumerate(values)}
    cases = " ".join(f"WHEN :{id_} THEN :{key}" for id_, key in zip(_IDS, named, strict=False))
    return f"CASE subscriber_id {cases} END", named


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


@dataclass(frozen=True, slots=True)
class _StatusCount:
    state: str
    status: str
    number: int


# What the reader of a failed mail is now; `left out` when the owner said so.
_NOW = "CASE WHEN o.subscriber_id IS NOT NULL THEN 'left out' ELSE coalesce(s.status, 'erased') END"


def retriable(tx: Transaction, edition_id: int) -> Retry:
    """Whom `retry` would send to, and who is left out: by the owner, or not active any more."""
    rows = tx.all(
        _StatusCount,
        f"SELECT d.state, {_NOW} AS status, count(*) AS number FROM deliveries AS d"
        " LEFT JOIN subscribers AS s ON s.id = d.subscriber_id"
        " LEFT JOIN edition_left_out AS o ON o.edition_id = d.edition_id"
        " AND o.subscriber_id = d.subscriber_id WHERE d.edition_id = :id"
        f" AND d.state IN ('failed', 'unknown') GROUP BY d.state, {_NOW}",
        id=edition_id,
    )
    numbers = Counter[str]()
    for row in rows:
        numbers[row.status] += row.number
    unknown = sum(row.number for row in rows if (row.state, row.status) == ("unknown", "active"))
    return Retry(numbers.pop("active", 0), tuple(sorted(numbers.items())), unknown)


def retry(
    tx: Transaction,
    edition_id: int,
    *,
    now: datetime,
    asked: datetime | None = None,
    with_unknown: bool = True,
) -> int:
    """Queue what failed again, and what is unknown, for those who are still active; how many. What
    ended after `asked`, when somebody last looked at it, has been tried again since and stays."""
    moved = Counter[str]()
    for state in ("failed", "unknown") if with_unknown else ("failed",):
        moved[state] = -tx.execute(
            "UPDATE deliveries SET state = 'queued', due_at = :now, attempts = 0, code = NULL,"
            " reply = '', finished_at = NULL, relay_id = NULL"
            " WHERE edition_id = :id AND state = :state"
            " AND state IN ('failed', 'unknown')"
            " AND (finished_at IS NULL OR finished_at <= :asked)"
            " AND EXISTS (SELECT 1 FROM subscribers AS s"
            " WHERE s.id = deliveries.subscriber_id AND s.status = 'active')"
            " AND NOT EXISTS (SELECT 1 FROM edition_left_out AS o WHERE o.edition_id = :id"
            " AND o.subscriber_id = deliveries.subscriber_id)",
            id=edition_id,
            now=now,
            asked=asked or now,
            state=state,
        )
    moved["queued"] = -moved["failed"] - moved["unknown"]
    move_counts(tx, edition_id, moved)
    return moved["queued"]


def drop_queued(tx: Transaction, edition_id: int, *, limit: int = BATCH) -> int:
    """Delete deliveries that were never tried, a batch of them; how many."""
    number = tx.execute(
        f"DELETE FROM deliveries WHERE {_BATCH_IN_STATE}",
        id=edition_id,
        state="queued",
        limit=limit,
    )
    move_counts(tx, edition_id, Counter(queued=-number))
    return number


def fail_deferred(
    tx: Transaction, edition_id: int, *, reason: str, now: datetime, limit: int = BATCH
) -> int:
    """Give deliveries up that were put off, a batch of them; how many. What was said stays."""
    number = tx.execute(
        "UPDATE deliveries SET state = 'failed', finished_at = :now,"
        f" reply = :reason || ': ' || reply WHERE {_BATCH_IN_STATE}",
        id=edition_id,
        state="deferred",
        limit=limit,
        reason=reason,
        now=now,
    )
    move_counts(tx, edition_id, Counter(deferred=-number, failed=number))
    return number


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail that failed or whose end is unknown; `email` is None when the reader was erased.

    `relay` names the one it was handed to, empty when it was not.
    """

    subscriber_id: int
    email: str | None
    state: str
    code: int | None
    reply: str
    relay: str


def undelivered(tx: Transaction, edition_id: int, *, limit: int) -> list[Undelivered]:
    """The first of the deliveries of an edition that failed or are unknown, with the reason."""
    return tx.all(
        Undelivered,
        "SELECT d.subscriber_id, s.email, d.state, d.code, d.reply,"
        " coalesce(r.name, '') AS relay FROM deliveries AS d"
        " LEFT JOIN subscribers AS s ON s.id = d.subscriber_id"
        " LEFT JOIN relays AS r ON r.id = d.relay_id WHERE d.edition_id = :id"
        # In the order of the index; by reader alone, SQLite would go through the whole edition.
        " AND d.state IN ('failed', 'unknown') ORDER BY d.state, d.subscriber_id LIMIT :limit",
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


def next_try(tx: Transaction, edition_id: int) -> datetime | None:
    """When the next delivery of an edition that waits is due; None when none waits."""
    found = tx.one(
        _Due,
        "SELECT min(due_at) AS due_at FROM deliveries"
        " WHERE edition_id = :id AND state IN ('queued', 'deferred')",
        id=edition_id,
    )
    return found.due_at if found else None


@dataclass(frozen=True, slots=True)
class _Due:
    due_at: datetime | None
