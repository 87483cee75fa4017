"""What keeps the worker from a part of its work, written down so that the owner sees it."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction

PLANNING = "planning"
# The mailbox that undeliverable mail comes back to cannot be read.
MAILBOX = "mailbox"
WEBSUB = "websub"
# A backup could not be written.
BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`reason` is why a part of the work has failed since `since`, at every try."""

    part: str
    reason: str
    since: datetime


def current(tx: Transaction) -> list[Trouble]:
    return tx.all(Trouble, "SELECT part, reason, since FROM troubles ORDER BY part")


def differs(tx: Transaction, part: str, reason: str) -> bool:
    """Whether something else than `reason` (empty: none) is written down."""
    known = tx.scalar("SELECT reason FROM troubles WHERE part = :part", part=part)
    return (known or "") != reason


def note(tx: Transaction, part: str, reason: str, now: datetime) -> None:
    """Why a part of the work fails; empty when it does not any more."""
    if not reason:
        tx.execute("DELETE FROM troubles WHERE part = :part", part=part)
        return
    tx.execute(
        "INSERT INTO troubles (part, reason, since) VALUES (:part, :reason, :now)"
        " ON CONFLICT (part) DO UPDATE SET reason = excluded.reason",
        part=part,
        reason=reason,
        now=now,
    )
