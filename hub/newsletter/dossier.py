"""Everything that the hub knows of one reader, for that reader: as JSON and as CSV."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.audience import notes, request_store, store, tagging
from hub.audience.gates import store as gates
from hub.audience.model import Confirmation, Subscriber
from hub.audience.spreadsheet import guarded
from hub.db import Transaction
from hub.newsletter import history
from hub.newsletter.returns import store as returns
from hub.times import to_text

# More than anybody gets in ten years of daily mail.
_MOST = 5_000

Row = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of what is known; each row is pairs of a name and a value as text."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Mail:
    kind: str
    recipient: str
    language: str
    state: str
    created_at: datetime
    finished_at: datetime | None


def of(tx: Transaction, subscriber: Subscriber) -> tuple[Part, ...]:
    """What every table holds of a reader, internal numbers aside."""
    topics = store.topics_of(tx, subscriber.id)
    held = gates.held_of(tx, subscriber.email_key)
    return (
        Part("person", (_row(subscriber, "id", "email_key"),)),
        Part("topics", tuple((("topic", topic),) for topic in topics)),
        Part("tags", tuple((("tag", tag),) for tag in tagging.of_subscriber(tx, subscriber.id))),
        # Who at the desk wrote it is that person's own business.
        _part(
            "notes",
            notes.of_subscriber(tx, subscriber.id),
            *("id", "subscriber_id", "by_whom"),
        ),
        _part("consent", store.consent_log(tx, subscriber.id)),
        _part("confirmations", _confirmations(tx, subscriber.id), "id", "subscriber_id"),
        _part(
            "requests",
            request_store.of_subscriber(tx, subscriber.id),
            *("id", "subscriber_id", "email_key"),
        ),
        _part("held", [held] if held else [], "id", "email_key"),
        _part("letters", _mails(tx, subscriber.id)),
        _part("newsletters", history.of_subscriber(tx, subscriber.id, limit=_MOST), "relay"),
        _part("returned", returns.of_subscriber(tx, subscriber.id, limit=_MOST)),
    )


def as_json(parts: Sequence[Part]) -> str:
    """One document: of each part a list, `person` by itself."""
    document: dict[str, object] = {}
    for part in parts:
        rows = [dict(row) for row in part.rows]
        document[part.name] = rows[0] if part.name == "person" else rows
    document["topics"] = [row["topic"] for row in map(dict, _named(parts, "topics"))]
    document["tags"] = [row["tag"] for row in map(dict, _named(parts, "tags"))]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_csv(parts: Sequence[Part]) -> str:
    """A line for each value: `part,number,name,value`, harmless in a spreadsheet."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(("part", "number", "name", "value"))
    for part in parts:
        for number, row in enumerate(part.rows, start=1):
            lines.writerows((part.name, number, name, guarded(value)) for name, value in row)
    return text.getvalue()


def _named(parts: Sequence[Part], name: str) -> tuple[Row, ...]:
    return next(part.rows for part in parts if part.name == name)


def _part(name: str, found: Sequence[Any], *hidden: str) -> Part:
    return Part(name, tuple(_row(one, *hidden) for one in found))


def _row(found: Any, *hidden: str) -> Row:
    values = asdict(found).items()
    return tuple((name, _text(value)) for name, value in values if name not in hidden)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return to_text(value)
    return "" if value is None else str(value)


def _confirmations(tx: Transaction, subscriber_id: int) -> list[Confirmation]:
    return tx.all(
        Confirmation,
        "SELECT * FROM confirmations WHERE subscriber_id = :id ORDER BY id",
        id=subscriber_id,
    )


def _mails(tx: Transaction, subscriber_id: int) -> list[_Mail]:
    """Mails to this reader alone, which are kept for 30 days."""
    columns = "kind, recipient, language, state, created_at, finished_at"
    found = tx.all(
        _Mail,
        f"SELECT {columns} FROM mails WHERE kind IN ('confirmation', 'welcome') AND subject_id IN"
        " (SELECT id FROM confirmations WHERE subscriber_id = :id)"
        f" UNION ALL SELECT {columns} FROM mails WHERE kind IN ('reader page', 'reader data',"
        " 'reader erase', 'reader address', 'reader moved') AND subject_id IN"
        " (SELECT id FROM reader_requests WHERE subscriber_id = :id)"
        f" UNION ALL SELECT {columns} FROM mails WHERE kind IN ('accepted', 'declined')"
        " AND subject_id IN (SELECT id FROM person_events WHERE subscriber_id = :id)",
        id=subscriber_id,
    )
    return sorted(found, key=lambda mail: mail.created_at)
