"""The SQL that reads whole records for an export and writes them for an import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hub.audience.record import EVENT_FIELDS, Event, Known, Record
from hub.db import Transaction, in_list

_PAGE = 2_000
_LOOK_UP = 500
_PERSON = (
    "id, email, name, status, cadence, paused_until, language, source, created_at, confirmed_at,"
    " unsubscribed_at"
)
_INSERTED = (
    "email",
    "email_key",
    "name",
    "status",
    "cadence",
    "paused_until",
    "language",
    "source",
    "created_at",
    "confirmed_at",
    "unsubscribed_at",
)
_EVENT = ", ".join(EVENT_FIELDS)


class Row(NamedTuple):
    """A person as the database keeps them: id, email, name, status, cadence, paused_until,
    language, source, created_at, confirmed_at, unsubscribed_at; topics, sorted; and the lines of
    the log, oldest first: subscriber_id, at, kind, text, text_version, language, form_url, source.

    Plain tuples inside: to give each of some millions a name takes longer than to read them.
    """

    person: tuple[Any, ...]
    topics: tuple[str, ...]
    log: list[tuple[Any, ...]]


def records(tx: Transaction, *, status: str = "", topic: str = "") -> Iterator[Record]:
    """Everybody (with that status, with that topic), in the order they joined; memory is flat."""
    for person, topics, log in rows(tx, status=status, topic=topic):
        events = tuple(Event(line[2], line[1], *line[3:]) for line in log)
        yield Record._make((*person[1:6], topics, *person[6:], events))


def rows(tx: Transaction, *, status: str = "", topic: str = "") -> Iterator[Row]:
    """As `records`, for an export of a million."""
    where = "subscribers.id > :after"
    if status:
        where += " AND subscribers.status = :status"
    if topic:
        where += (
            " AND EXISTS (SELECT 1 FROM subscriber_topics AS wanted"
            " WHERE wanted.subscriber_id = subscribers.id AND wanted.topic = :topic)"
        )
    filters = {name: value for name, value in (("status", status), ("topic", topic)) if value}
    after = 0
    while people := tx.all(
        tuple,
        f"SELECT {_PERSON} FROM subscribers WHERE {where} ORDER BY subscribers.id LIMIT :limit",
        after=after,
        limit=_PAGE,
        **filters,
    ):
        last = people[-1][0]
        theirs = "subscriber_id > :after AND subscriber_id <= :last"
        if filters:
            theirs += (
                f" AND subscriber_id IN (SELECT id FROM subscribers WHERE {where} AND id <= :last)"
            )
        yield from _complete(tx, people, theirs, {**filters, "after": after, "last": last})
        after = last


def _complete(
    tx: Transaction,
    people: Sequence[tuple[Any, ...]],
    theirs: str,
    values: Mapping[str, object],
) -> Iterator[Row]:
    """The people of a page with their topics and consent logs, in three queries altogether."""
    topics: dict[int, list[str]] = {}
    for subscriber_id, topic in tx.all(
        tuple,
        f"SELECT subscriber_id, topic FROM subscriber_topics WHERE {theirs}",
        **values,
    ):
        topics.setdefault(subscriber_id, []).append(topic)
    lines = tx.all(
        tuple,
        "SELECT subscriber_id, at, kind, text, text_version, language, form_url, source"
        f" FROM consent_events WHERE {theirs} ORDER BY subscriber_id, id",
        **values,
    )
    place, end = 0, len(lines)
    for person in people:
        subscriber_id = person[0]
        begin = place
        # Both are in the order of the ids.
        while place < end and lines[place][0] == subscriber_id:
            place += 1
        chosen = tuple(sorted(topics[subscriber_id])) if subscriber_id in topics else ()
        yield Row(person, chosen, lines[begin:place])


def known_among(tx: Transaction, email_keys: Sequence[str]) -> dict[str, Known]:
    """Those of `email_keys` that are on the list."""
    found: dict[str, Known] = {}
    for start in range(0, len(email_keys), _LOOK_UP):
        names, values = in_list("key", email_keys[start : start + _LOOK_UP])
        for row in tx.all(
            tuple,
            "SELECT id, email_key, status, created_at, confirmed_at FROM subscribers"
            f" WHERE email_key IN {names}",
            **values,
        ):
            found[row[1]] = Known._make(row)
    return found


def insert(tx: Transaction, people: Mapping[str, Record]) -> None:
    """Add these people, by address key, none of them known in this transaction."""
    if not people:
        return
    before = tx.scalar("SELECT coalesce(max(id), 0) FROM subscribers")
    tx.load(
        "subscribers",
        _INSERTED,
        (
            (person.email, email_key, *person[1:5], *person[6:11])
            for email_key, person in people.items()
        ),
    )
    # There is one writer at a time, so what is behind `before` is these, in their order.
    ids = tx.all(int, "SELECT id FROM subscribers WHERE id > :before ORDER BY id", before=before)
    added = list(zip(ids, people.values(), strict=True))
    insert_events(tx, ((number, event) for number, person in added for event in person.consent))
    tx.load(
        "subscriber_topics",
        ("subscriber_id", "topic"),
        ((number, topic) for number, person in added for topic in person.topics),
    )


def insert_events(tx: Transaction, events: Iterable[tuple[int, Event]]) -> None:
    """Add lines to the consent logs of these subscriber ids."""
    tx.load(
        "consent_events",
        ("subscriber_id", *EVENT_FIELDS),
        ((subscriber_id, *event) for subscriber_id, event in events),
    )


def events_of(tx: Transaction, subscriber_id: int) -> list[Event]:
    """The consent log of somebody, oldest first."""
    return [
        Event._make(row)
        for row in tx.all(
            tuple,
            f"SELECT {_EVENT} FROM consent_events WHERE subscriber_id = :id ORDER BY id",
            id=subscriber_id,
        )
    ]


def change_status(tx: Transaction, known: Known, person: Record) -> None:
    """Somebody on the list gets the status and the times that a file gives."""
    tx.execute(
        "UPDATE subscribers SET status = :status, confirmed_at = :confirmed_at,"
        " unsubscribed_at = :unsubscribed_at WHERE id = :id",
        status=person.status,
        confirmed_at=person.confirmed_at or known.confirmed_at,
        unsubscribed_at=person.unsubscribed_at,
        id=known.id,
    )
