"""The SQL that reads whole records for an export and writes them for an import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

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


def records(tx: Transaction, *, status: str = "", topic: str = "") -> Iterator[Record]:
    """Everybody (with that status, with that topic), in the order they joined; memory is flat."""
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
) -> Iterator[Record]:
    """The people of a page with their topics and consent logs, in three queries altogether."""
    topics: dict[int, list[str]] = {}
    for subscriber_id, topic in tx.all(
        tuple,
        f"SELECT subscriber_id, topic FROM subscriber_topics WHERE {theirs}",
        **values,
    ):
        topics.setdefault(subscriber_id, []).append(topic)
    logs: dict[int, list[Event]] = {}
    for event in tx.all(
        tuple,
        f"SELECT {_EVENT}, subscriber_id FROM consent_events WHERE {theirs}"
        " ORDER BY subscriber_id, id",
        **values,
    ):
        logs.setdefault(event[7], []).append(Event._make(event[:7]))
    for person in people:
        chosen = tuple(sorted(topics.get(person[0], ())))
        log = tuple(logs.get(person[0], ()))
        yield Record._make((*person[1:6], chosen, *person[6:], log))


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
