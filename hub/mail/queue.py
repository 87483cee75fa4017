"""Mail that follows a commit: a row in the same transaction, sent by the worker."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.mail import relays, retrying
from hub.mail.model import QueuedMail

_WAITS = "state IN ('queued', 'deferred')"
# The second is for what a clock put off that has been set back since. Two looks into the index:
# with OR between them, it would be read from one end.
_DUE, _TOO_FAR = f"{_WAITS} AND due_at <= :now", f"{_WAITS} AND due_at > :too_far"
# As expressions, for rows that are known by their id: else SQLite walks through all that wait.
_STILL_DUE = (
    "coalesce(state, '') IN ('queued', 'deferred')"
    " AND (coalesce(due_at, '') <= :now OR coalesce(due_at, '') > :too_far)"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many mails wait that are `due`, the first of them `since`; and how many `later` ones."""

    due: int
    since: datetime | None
    later: int


def put(
    tx: Transaction,
    *,
    kind: str,
    subject_id: int,
    recipient: str,
    language: str,
    now: datetime,
) -> int:
    """Queue a mail; its id. `kind` names the composer that will write it."""
    return int(
        tx.scalar(
            "INSERT INTO mails (kind, subject_id, recipient, language, state, due_at, attempts,"
            " reply, created_at) VALUES (:kind, :subject_id, :recipient, :language, 'queued',"
            " :now, 0, '', :now) RETURNING id",
            kind=kind,
            subject_id=subject_id,
            recipient=recipient,
            language=language,
            now=now,
        )
    )


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether a mail waits that is due: a look that takes no lock."""
    found = tx.scalar(
        f"SELECT 1 WHERE EXISTS (SELECT 1 FROM mails WHERE {_DUE})"
        f" OR EXISTS (SELECT 1 FROM mails WHERE {_TOO_FAR})",
        now=now,
        too_far=retrying.too_far(now),
    )
    return found is not None


def waiting(tx: Transaction, now: datetime) -> Waiting:
    """How long the queue is. Counted by its index; what is in a worker's hands is not in it."""
    found = tx.one(
        Waiting,
        "SELECT count(*) AS due, min(due_at) AS since,"
        f" (SELECT count(*) FROM mails WHERE {_WAITS} AND due_at > :now) AS later"
        f" FROM mails WHERE {_DUE}",
        now=now,
    )
    assert found is not None
    return found


def claim(tx: Transaction, worker_id: int, *, now: datetime, limit: int) -> list[QueuedMail]:
    """Up to `limit` mails that are due, held by this worker from now on."""
    taken = tx.all(
        int,
        f"UPDATE mails SET state = 'claimed', worker_id = :worker_id, attempts = attempts + 1"
        f" WHERE {_STILL_DUE} AND id IN (SELECT id FROM ("
        f"SELECT id FROM (SELECT id FROM mails WHERE {_DUE} ORDER BY due_at, id LIMIT :limit) AS a"
        " UNION ALL SELECT id FROM"
        f" (SELECT id FROM mails WHERE {_TOO_FAR} ORDER BY due_at, id LIMIT :limit) AS b"
        ") AS waiting LIMIT :limit) RETURNING id",
        worker_id=worker_id,
        now=now,
        too_far=retrying.too_far(now),
        limit=limit,
    )
    names, ids = in_list("id", taken)
    return tx.all(
        QueuedMail,
        "SELECT id, kind, subject_id, recipient, language, attempts, created_at FROM mails"
        f" WHERE id IN {names} ORDER BY id",
        **ids,
    )


def record(
    tx: Transaction,
    worker_id: int,
    mail_id: int,
    *,
    state: str,
    reply: str,
    due_at: datetime,
    now: datetime,
    relay: str = "",
) -> None:
    """How a mail that this worker holds fared; `due_at` is the next try of one put off.

    One that goes back untried (`queued`) has not used up a try. `relay` names the one it was
    handed to, if it was.
    """
    tx.execute(
        "UPDATE mails SET state = :state, reply = :reply, due_at = :due_at, worker_id = NULL,"
        " finished_at = :finished_at, attempts = attempts - :untried,"
        f" relay_id = {relays.NUMBER}"
        " WHERE id = :id AND state = 'claimed' AND worker_id = :worker_id",
        id=mail_id,
        worker_id=worker_id,
        state=state,
        reply=reply,
        due_at=due_at,
        untried=int(state == "queued"),
        relay=relay,
        finished_at=now if state in ("accepted", "failed", "unknown") else None,
    )


def hurry(tx: Transaction, now: datetime) -> int:
    """Mails that were put off go at once: there is another relay; how many."""
    return tx.execute(
        f"UPDATE mails SET due_at = :now WHERE state = 'deferred' AND {_WAITS} AND due_at > :now",
        now=now,
    )


def drop(tx: Transaction, worker_id: int, mail_id: int) -> None:
    """Nobody wants this mail any more."""
    tx.execute(
        "DELETE FROM mails WHERE id = :id AND state = 'claimed' AND worker_id = :worker_id",
        id=mail_id,
        worker_id=worker_id,
    )


def give_back_all(tx: Transaction, worker_id: int, *, now: datetime) -> int:
    """Queue every mail again that `worker_id` holds; how many."""
    return tx.execute(
        "UPDATE mails SET state = 'queued', due_at = :now, worker_id = NULL,"
        " attempts = attempts - 1"
        " WHERE state = 'claimed' AND worker_id = :worker_id",
        worker_id=worker_id,
        now=now,
    )


def held_by_others(tx: Transaction, worker_id: int) -> bool:
    """Whether another worker, alive or not, holds a mail."""
    found = tx.scalar(
        "SELECT 1 FROM mails WHERE state = 'claimed' AND worker_id <> :worker_id LIMIT 1",
        worker_id=worker_id,
    )
    return found is not None


def purge(tx: Transaction, *, finished_before: datetime) -> int:
    """Forget mails that were finished before a time; how many."""
    return tx.execute(
        "DELETE FROM mails WHERE finished_at IS NOT NULL AND finished_at < :before",
        before=finished_before,
    )
