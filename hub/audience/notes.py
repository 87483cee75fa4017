"""What the owner knows of a person beside the log of consent: notes, answers, decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub.audience import rules
from hub.db import Transaction, in_list
from hub.errors import Refused
from hub.i18n import N_

Kind = Literal["note", "replied", "answered", "accepted", "declined", "corrected"]

# What the owner may take away again; what was answered and decided stays.
REMOVABLE = ("note", "replied")
LONGEST_NOTE = 5_000
LONGEST_ANSWER = 2_000
LONGEST_WORD = 1_000
# A person's notes: what is more is a book.
MOST = 1_000
_COLUMNS = "id, subscriber_id, kind, text, about, by_whom, at"


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """`about` is the question that `answered` answers, or the fields that were `corrected`;
    `by_whom` an address of the desk, or empty for the reader's own."""

    id: int
    subscriber_id: int
    kind: str
    text: str
    about: str
    by_whom: str
    at: datetime


def checked(text: str, longest: int, *, field: str, needed: bool = True) -> str:
    """A text of several lines without control characters. Raises Refused beside `field`."""
    text = text.replace("\r\n", "\n").strip()
    text = "".join(c for c in text if c.isprintable() or c in "\n\t" or c in rules.JOINERS)
    if needed and not text.strip():
        raise Refused(N_("This cannot be empty."), field=field)
    if len(text) > longest:
        raise Refused(N_("At most %(longest)s characters."), field=field, longest=longest)
    return text.strip()


def add(
    tx: Transaction,
    subscriber_id: int,
    kind: Kind,
    text: str = "",
    *,
    about: str = "",
    by: str = "",
    at: datetime,
) -> int:
    """One more line about a person who is on the list; its id. Raises Refused for the 1,001st."""
    if (
        int(
            tx.scalar(
                "SELECT count(*) FROM person_events WHERE subscriber_id = :id", id=subscriber_id
            )
        )
        >= MOST
    ):
        raise Refused(N_("There are %(most)s notes about this person already."), most=MOST)
    return int(
        tx.scalar(
            "INSERT INTO person_events (subscriber_id, kind, text, folded, about, by_whom, at)"
            " VALUES (:subscriber_id, :kind, :text, :folded, :about, :by, :at) RETURNING id",
            subscriber_id=subscriber_id,
            kind=kind,
            text=text,
            folded=text.casefold(),
            about=about,
            by=by,
            at=at,
        )
    )


def remove(tx: Transaction, subscriber_id: int, event_id: int) -> bool:
    """Take away a note, or that somebody replied; what was answered and decided stays."""
    removed = tx.execute(
        "DELETE FROM person_events WHERE id = :id AND subscriber_id = :subscriber_id"
        " AND kind IN ('note', 'replied')",
        id=event_id,
        subscriber_id=subscriber_id,
    )
    return removed == 1


def get(tx: Transaction, event_id: int) -> PersonEvent | None:
    return tx.one(PersonEvent, f"SELECT {_COLUMNS} FROM person_events WHERE id = :id", id=event_id)


def of_subscriber(tx: Transaction, subscriber_id: int) -> list[PersonEvent]:
    """Everything about a person, oldest first."""
    return tx.all(
        PersonEvent,
        f"SELECT {_COLUMNS} FROM person_events WHERE subscriber_id = :id ORDER BY at, id",
        id=subscriber_id,
    )


def answers(tx: Transaction, subscriber_ids: Iterable[int]) -> dict[int, PersonEvent]:
    """What each of these people answered last."""
    names, values = in_list("id", subscriber_ids)
    events = tx.all(
        PersonEvent,
        f"SELECT {_COLUMNS} FROM person_events WHERE subscriber_id IN {names}"
        " AND kind = 'answered' ORDER BY subscriber_id, at, id",
        **values,
    )
    return {event.subscriber_id: event for event in events}


def replace_answer(
    tx: Transaction, subscriber_id: int, text: str, *, question: str, now: datetime
) -> None:
    """The answer of somebody who waits; the last one counts."""
    tx.execute(
        "DELETE FROM person_events WHERE subscriber_id = :id AND kind = 'answered'",
        id=subscriber_id,
    )
    add(tx, subscriber_id, "answered", text, about=question, at=now)
