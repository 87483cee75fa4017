"""All SQL about what readers asked for on their own pages."""

from dataclasses import dataclass
from datetime import datetime

from hub.audience.model import ReaderRequest, RequestKind
from hub.db import Transaction


def add(
    tx: Transaction,
    subscriber_id: int,
    kind: RequestKind,
    *,
    email: str = "",
    email_key: str = "",
    form_url: str = "",
    now: datetime,
    expires_at: datetime,
) -> int:
    """A new request; its id, which is never used again."""
    return int(
        tx.scalar(
            "INSERT INTO reader_requests (subscriber_id, kind, email, email_key, form_url,"
            " created_at, expires_at, used_at) VALUES (:subscriber_id, :kind, :email, :email_key,"
            " :form_url, :now, :expires_at, NULL) RETURNING id",
            subscriber_id=subscriber_id,
            kind=kind,
            email=email,
            email_key=email_key,
            form_url=form_url,
            now=now,
            expires_at=expires_at,
        )
    )


def get(tx: Transaction, request_id: int) -> ReaderRequest | None:
    """The request of that id."""
    return tx.one(ReaderRequest, "SELECT * FROM reader_requests WHERE id = :id", id=request_id)


def of_subscriber(tx: Transaction, subscriber_id: int) -> list[ReaderRequest]:
    """What somebody asked for, oldest first."""
    return tx.all(
        ReaderRequest,
        "SELECT * FROM reader_requests WHERE subscriber_id = :id ORDER BY id",
        id=subscriber_id,
    )


def use(tx: Transaction, request_id: int, *, now: datetime) -> bool:
    """Use up a request; False when another press was first."""
    used = tx.execute(
        "UPDATE reader_requests SET used_at = :now WHERE id = :id AND used_at IS NULL",
        now=now,
        id=request_id,
    )
    return used == 1


def move(tx: Transaction, subscriber_id: int, email: str, email_key: str, *, now: datetime) -> None:
    """Mail goes to this address from now on: what comes back of earlier mail says nothing of it.

    Conflict when somebody else has it.
    """
    tx.execute(
        "UPDATE subscribers SET email = :email, email_key = :email_key, confirmed_at = :now"
        " WHERE id = :id",
        email=email,
        email_key=email_key,
        now=now,
        id=subscriber_id,
    )


def has_moved(tx: Transaction, subscriber_id: int, *, since: datetime | None = None) -> bool:
    """Whether somebody's mail went to another address, or back, ever or since a time."""
    last = _last_move(tx, subscriber_id)
    return last is not None and (since is None or last.at >= since)


def came_back(tx: Transaction, subscriber_id: int, *, since: datetime | None = None) -> bool:
    """Whether the last of it was that it came back, ever or since a time."""
    last = _last_move(tx, subscriber_id)
    return last is not None and last.source == "way back" and (since is None or last.at > since)


@dataclass(frozen=True, slots=True)
class _Move:
    at: datetime
    source: str


def _last_move(tx: Transaction, subscriber_id: int) -> _Move | None:
    return tx.one(
        _Move,
        "SELECT at, source FROM consent_events WHERE subscriber_id = :id AND kind = 'confirmed'"
        " AND source IN ('address', 'way back') ORDER BY id DESC LIMIT 1",
        id=subscriber_id,
    )


def end_moves(tx: Transaction, subscriber_id: int, *, now: datetime) -> None:
    """Other addresses that somebody asked for and did not confirm are not wanted any more."""
    tx.execute(
        "UPDATE reader_requests SET expires_at = :now WHERE subscriber_id = :id"
        " AND kind = 'address' AND form_url <> '' AND used_at IS NULL AND expires_at > :now",
        now=now,
        id=subscriber_id,
    )


def way_back(tx: Transaction, subscriber_id: int, email_key: str) -> ReaderRequest | None:
    """The request that the mail to an address that was left holds: to move back there."""
    return tx.one(
        ReaderRequest,
        "SELECT * FROM reader_requests WHERE subscriber_id = :id AND kind = 'address'"
        " AND form_url = '' AND email_key = :email_key ORDER BY id DESC LIMIT 1",
        id=subscriber_id,
        email_key=email_key,
    )


def asked_at(tx: Transaction, email_key: str, *, since: datetime) -> list[datetime]:
    """When somebody asked to move to this address."""
    rows = tx.all(
        ReaderRequest,
        "SELECT * FROM reader_requests WHERE kind = 'address' AND email_key = :email_key"
        " AND form_url <> '' AND created_at > :since",
        email_key=email_key,
        since=since,
    )
    return [row.created_at for row in rows]


def forget_old(tx: Transaction, *, before: datetime) -> int:
    """Delete what was asked before a time; how many."""
    return tx.execute("DELETE FROM reader_requests WHERE created_at < :before", before=before)
