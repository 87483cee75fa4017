"""The SQL for what stands beside people in numbers: tags and lines about them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.audience import tagging
from hub.audience.record import Beside
from hub.db import Transaction, in_list
from hub.times import to_text

_LOOK_UP = 500
_LOADED = ("subscriber_id", "kind", "text", "folded", "about", "by_whom", "at")


class Line(NamedTuple):
    """Something about a person, as notes.py keeps it; `at` as text."""

    kind: str
    at: str
    text: str
    about: str
    by: str


class Kept(NamedTuple):
    """What is known of somebody: their tags, sorted, and lines, oldest first."""

    tags: list[str]
    lines: list[Line]

    @property
    def beside(self) -> Beside:
        """What of it other services have a column for: tags and the owner's notes."""
        return Beside(tuple(self.tags), tuple(n.text for n in self.lines if n.kind == "note"))


def add(tx: Transaction, wanted: Mapping[int, Beside], *, about: str, now: datetime) -> None:
    """These people, by id, have these tags and notes; none of them had any of it before."""
    at = to_text(now)
    add_tags(tx, ((number, tag) for number, beside in wanted.items() for tag in beside.tags))
    add_lines(
        tx,
        (
            (number, Line("note", at, note, about, ""))
            for number, beside in wanted.items()
            for note in beside.notes
        ),
    )


def add_tags(tx: Transaction, rows: Iterable[tuple[int, str]]) -> None:
    """Tags that these people do not have, by id."""
    tx.load("subscriber_tags", ("subscriber_id", "tag"), rows)


def add_lines(tx: Transaction, rows: Iterable[tuple[int, Line]]) -> None:
    """Lines about people, by id."""
    tx.load(
        "person_events",
        _LOADED,
        (
            (number, line.kind, line.text, line.text.casefold(), line.about, line.by, line.at)
            for number, line in rows
        ),
    )


def lacking(tx: Transaction, wanted: Mapping[int, Beside]) -> dict[int, Beside]:
    """What of it these people, by id, do not have yet; a topic of theirs is no tag to come."""
    found: dict[int, Beside] = {}
    people = list(wanted)
    for start in range(0, len(people), _LOOK_UP):
        ids = people[start : start + _LOOK_UP]
        kept, topics = of_each(tx, ids), _topics(tx, ids)
        for number in ids:
            have = kept.get(number, Kept([], []))
            notes = {line.text for line in have.lines}
            known = {*have.tags, *topics.get(number, ())}
            beside = wanted[number]
            tags = tuple(
                t for t in beside.tags if t not in known and t.replace(" ", "-") not in known
            )
            fresh = tuple(note for note in dict.fromkeys(beside.notes) if note not in notes)
            if tags or fresh:
                found[number] = Beside(tags, fresh)
    return found


def of_each(tx: Transaction, ids: Sequence[int]) -> dict[int, Kept]:
    """The tags and lines of each of these people who has any."""
    found = {number: Kept(tags, []) for number, tags in tagging.of_each(tx, ids).items()}
    names, values = in_list("id", ids)
    for number, *line in tx.all(
        tuple,
        "SELECT subscriber_id, kind, at, text, about, by_whom FROM person_events"
        f" WHERE subscriber_id IN {names} ORDER BY subscriber_id, at, id",
        **values,
    ):
        found.setdefault(number, Kept([], [])).lines.append(Line._make(line))
    return found


def everybody(tx: Transaction) -> Iterator[tuple[str, Kept]]:
    """The address and what is kept of everybody of whom anything is, in the order they joined."""
    after = 0
    while ids := sorted({*_next(tx, "subscriber_tags", after), *_next(tx, "person_events", after)}):
        ids = ids[:_LOOK_UP]
        kept = of_each(tx, ids)
        names, values = in_list("id", ids)
        for number, email in tx.all(
            tuple, f"SELECT id, email FROM subscribers WHERE id IN {names} ORDER BY id", **values
        ):
            yield email, kept[number]
        after = ids[-1]


def grown(tx: Transaction) -> None:
    """After many were added: the engine counts anew."""
    for table in ("subscriber_tags", "person_events"):
        tx.grown(table)


def _next(tx: Transaction, table: str, after: int) -> Collection[int]:
    return tx.all(
        int,
        f"SELECT DISTINCT subscriber_id FROM {table} WHERE subscriber_id > :after"
        " ORDER BY subscriber_id LIMIT :limit",
        after=after,
        limit=_LOOK_UP,
    )


def _topics(tx: Transaction, ids: Sequence[int]) -> dict[int, list[str]]:
    names, values = in_list("id", ids)
    found: dict[int, list[str]] = {}
    for number, topic in tx.all(
        tuple,
        f"SELECT subscriber_id, topic FROM subscriber_topics WHERE subscriber_id IN {names}",
        **values,
    ):
        found.setdefault(number, []).append(topic)
    return found
