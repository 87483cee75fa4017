"""SQL of the facts as written down, and of the public log of their changes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from hub.db import Transaction
from hub.law.model import Change, Difference, Facts, State, Value

_NAMES = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class _State:
    facts: str
    began_at: datetime
    coming: str | None
    coming_since: datetime | None


@dataclass(frozen=True, slots=True)
class _Change:
    id: int
    at: datetime
    changes: str
    letter_id: int | None


def state(tx: Transaction, now_facts: Facts) -> State | None:
    """What is written down; what an older hub did not know is filled from `now_facts`."""
    row = tx.one(_State, "SELECT * FROM law_state WHERE id = 1")
    if row is None:
        return None
    coming = _facts(row.coming, now_facts) if row.coming else None
    return State(_facts(row.facts, now_facts), row.began_at, coming, row.coming_since)


def begin(tx: Transaction, found: Facts, now: datetime) -> None:
    """The first facts: nothing has changed yet."""
    tx.execute(
        "INSERT INTO law_state (id, facts, began_at) VALUES (1, :facts, :now)"
        " ON CONFLICT (id) DO NOTHING",
        facts=json.dumps(asdict(found), ensure_ascii=False),
        now=now,
    )


def wait(tx: Transaction, coming: Facts | None, now: datetime) -> None:
    """These facts may come to hold; None: what is written down holds still."""
    tx.execute(
        "UPDATE law_state SET coming = :coming, coming_since = :since WHERE id = 1",
        coming=json.dumps(asdict(coming), ensure_ascii=False) if coming else None,
        since=now if coming else None,
    )


def settle(tx: Transaction, found: Facts) -> None:
    """These facts hold from now on."""
    tx.execute(
        "UPDATE law_state SET facts = :facts, coming = NULL, coming_since = NULL WHERE id = 1",
        facts=json.dumps(asdict(found), ensure_ascii=False),
    )


def add(tx: Transaction, differences: Sequence[Difference], now: datetime) -> None:
    """A line of the public log."""
    tx.execute(
        "INSERT INTO law_changes (at, changes, letter_id) VALUES (:now, :changes, NULL)",
        now=now,
        changes=json.dumps([list(one) for one in differences], ensure_ascii=False),
    )


def newest(tx: Transaction, *, limit: int) -> list[Change]:
    """The log, newest first."""
    rows = tx.all(_Change, "SELECT * FROM law_changes ORDER BY id DESC LIMIT :limit", limit=limit)
    return [_change(row) for row in rows]


def get(tx: Transaction, change_id: int) -> Change | None:
    row = tx.one(_Change, "SELECT * FROM law_changes WHERE id = :id", id=change_id)
    return _change(row) if row else None


def set_letter(tx: Transaction, change_id: int, letter_id: int) -> None:
    """The letter that tells readers of a change."""
    tx.execute(
        "UPDATE law_changes SET letter_id = :letter_id WHERE id = :id",
        id=change_id,
        letter_id=letter_id,
    )


def _change(row: _Change) -> Change:
    differences = tuple(
        Difference(name, _value(before), _value(after))
        for name, before, after in json.loads(row.changes)
    )
    return Change(row.id, row.at, differences, row.letter_id)


def _facts(text: str, now_facts: Facts) -> Facts:
    known = json.loads(text)
    values: dict[str, Any] = {
        name: _value(known[name]) if name in known else getattr(now_facts, name) for name in _NAMES
    }
    return Facts(**values)


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value
