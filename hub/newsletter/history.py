"""What became of the mails to one reader."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction


@dataclass(frozen=True, slots=True)
class Delivered:
    """One edition to one reader. `at` is when it ended, or comes next while it has not.

    `relay` names the one it was handed to, empty when it was not.
    """

    edition_id: int
    stream: str
    period: str
    subject: str
    state: str
    at: datetime
    relay: str
    code: int | None
    reply: str


def of_subscriber(tx: Transaction, subscriber_id: int, *, limit: int) -> list[Delivered]:
    """The newest deliveries to a reader, newest first."""
    return tx.all(
        Delivered,
        "SELECT d.edition_id, e.stream, e.period, e.subject, d.state,"
        " coalesce(d.finished_at, d.due_at) AS at, coalesce(r.name, '') AS relay, d.code, d.reply"
        " FROM deliveries AS d JOIN editions AS e ON e.id = d.edition_id"
        " LEFT JOIN relays AS r ON r.id = d.relay_id"
        " WHERE d.subscriber_id = :id ORDER BY d.edition_id DESC LIMIT :limit",
        id=subscriber_id,
        limit=limit,
    )
