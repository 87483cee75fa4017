"""Who changed what: an append-only log, each line written in the transaction of its change.

Whoever comes in from outside says once who acts (`acting`): the desk's routes for their user, the
command line for its command, the worker for what it does by itself. Actions `note` what they did,
and need not know by whom. Where nobody acts (a reader presses a button) nothing is noted: readers
have logs of their own. No line holds a password, a token or a reader's address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction

# It names people who work at the desk, so it is kept no longer than it is of use.
KEPT = timedelta(days=365)
AREAS = ("settings", "users", "posts", "newsletter", "list", "readers", "backups", "tokens")
COMMAND = "command"
ITSELF = "hub"
_LONGEST = 2_000
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `who` is `user 7`, `command` (the command line) or `hub` (by itself, as planned);
    `name` is what a user was called then. `at` is when it began."""

    who: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `subject` and `number` say of what; `was` and `became` are for settings."""

    id: int
    at: datetime
    who: str
    name: str
    area: str
    deed: str
    subject: str
    number: int | None
    was: str
    became: str


_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def user(user_id: int, name: str, at: datetime) -> Actor:
    """Somebody who is logged in."""
    return Actor(f"user {user_id}", name, at)


@contextmanager
def acting(actor: Actor | None) -> Iterator[None]:
    """Inside, what is noted was done by `actor`; None: nothing is noted."""
    before = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(before)


def note(
    tx: Transaction,
    area: str,
    deed: str,
    *,
    subject: str = "",
    number: int | None = None,
    was: str = "",
    became: str = "",
) -> None:
    """A line, in the transaction of what it tells; nothing where nobody acts.

    Long texts are cut: the log says what changed, and is no archive.
    """
    actor = _acting.get()
    if actor is None:
        return
    tx.execute(
        "INSERT INTO journal (at, who, name, area, deed, subject, number, was, became) VALUES"
        " (:at, :who, :name, :area, :deed, :subject, :number, :was, :became)",
        at=actor.at,
        who=actor.who,
        name=actor.name,
        area=area,
        deed=deed,
        subject=_cut(subject, _LONGEST_SUBJECT),
        number=number,
        was=_cut(was, _LONGEST),
        became=_cut(became, _LONGEST),
    )


def page(
    tx: Transaction, *, who: str = "", area: str = "", before: int | None = None, limit: int
) -> list[Entry]:
    """The newest lines, of one actor and one area where these are named, older than `before`."""
    wanted = {"who": who, "area": area, "before": before}
    given = {name: value for name, value in wanted.items() if value not in ("", None)}
    said = {"who": "who = :who", "area": "area = :area", "before": "id < :before"}
    where = " AND ".join(said[name] for name in given)
    return tx.all(
        Entry,
        f"SELECT * FROM journal {'WHERE ' + where if where else ''} ORDER BY id DESC LIMIT :limit",
        limit=limit,
        **given,
    )


def last(tx: Transaction, area: str, deed: str) -> datetime | None:
    """When something was done the last time, within a year."""
    entry = tx.one(
        Entry,
        "SELECT * FROM journal WHERE area = :area AND deed = :deed ORDER BY id DESC LIMIT 1",
        area=area,
        deed=deed,
    )
    return entry.at if entry else None


def forget_old(tx: Transaction, now: datetime) -> None:
    """Lines go after a year."""
    tx.execute("DELETE FROM journal WHERE at < :before", before=now - KEPT)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
