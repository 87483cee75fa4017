"""The SQL that reads whole records for an export and writes them for an import."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.audience.record import Event, Known, Record
from hub.db import Transaction, in_list

_PAGE = 1_000
_LOOK_UP = 500


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    email: str
    name: str
    status: str
    cadence: str
    paused_until: str | None
    language: str
    source: str
    created_at: str
    confirmed_at: str | None
    unsubscribed_at: str | None


@dataclass(frozen=True, slots=True)
class _Topic:
    subscriber_id: int
    topic: str


@dataclass(frozen=True, slots=True)
class _OwnedEvent(Event):
    subscriber_id: int


@dataclass(frozen=True, slots=True)
class _Identity:
    id: int
    email_key: str


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
        _Person,
        f"SELECT * FROM subscribers WHERE {where} ORDER BY subscribers.id LIMIT :limit",
        after=after,
        limit=_PAGE,
        **filters,
    ):
        yield from _complete(tx, people, where, {**filters, "after": after})
        after = people[-1].id


def _complete(
    tx: Transaction, people: Sequence[_Person], where: str, values: dict[str, object]
) -> Iterator[Record]:
    """The people of a page with their topics and consent logs, in three queries altogether."""
    last = people[-1].id
    topics: dict[int, list[str]] = {}
    for row in tx.all(
        _Topic,
        "SELECT subscriber_topics.subscriber_id, subscriber_topics.topic FROM subscriber_topics"
        " JOIN subscribers ON subscribers.id = subscriber_topics.subscriber_id"
        f" WHERE {where} AND subscribers.id <= :last",
        last=last,
        **values,
    ):
        topics.setdefault(row.subscriber_id, []).append(row.topic)
    events: dict[int, list[Event]] = {}
    for event in tx.all(
        _OwnedEvent,
        "SELECT consent_events.* FROM consent_events"
        " JOIN subscribers ON subscribers.id = consent_events.subscriber_id"
        f" WHERE {where} AND subscribers.id <= :last ORDER BY consent_events.id",
        last=last,
        **values,
    ):
        events.setdefault(event.subscriber_id, []).append(event)
    for person in people:
        yield Record(
            person.email,
            person.name,
            person.status,
            person.cadence,
            person.paused_until,
            tuple(sorted(topics.get(person.id, ()))),
            person.language,
            person.source,
            person.created_at,
            person.confirmed_at,
            person.unsubscribed_at,
            tuple(events.get(person.id, ())),
        )


def known_among(tx: Transaction, email_keys: Sequence[str]) -> dict[str, Known]:
    """Those of `email_keys` that are on the list."""
    found: dict[str, Known] = {}
    for start in range(0, len(email_keys), _LOOK_UP):
        names, values = in_list("key", email_keys[start : start + _LOOK_UP])
        for row in tx.all(
            Known,
            "SELECT id, email_key, status, created_at, confirmed_at FROM subscribers"
            f" WHERE email_key IN {names}",
            **values,
        ):
            found[row.email_key] = row
    return found


def insert(tx: Transaction, people: dict[str, Record]) -> int:
    """Add these people, by address key, none of them known; how many were added.

    One that came on the list at this very moment through another process is left as it is.
    """
    before = tx.scalar("SELECT coalesce(max(id), 0) FROM subscribers")
    tx.executemany(
        "INSERT INTO subscribers (email, email_key, name, status, cadence, paused_until,"
        " language, source, created_at, confirmed_at, unsubscribed_at) VALUES (:email,"
        " :email_key, :name, :status, :cadence, :paused_until, :language, :source, :created_at,"
        " :confirmed_at, :unsubscribed_at) ON CONFLICT (email_key) DO NOTHING",
        (
            {
                "email": person.email,
                "email_key": email_key,
                "name": person.name,
                "status": person.status,
                "cadence": person.cadence,
                "paused_until": person.paused_until,
                "language": person.language,
                "source": person.source,
                "created_at": person.created_at,
                "confirmed_at": person.confirmed_at,
                "unsubscribed_at": person.unsubscribed_at,
            }
            for email_key, person in people.items()
        ),
    )
    added = [
        row
        for row in tx.all(
            _Identity,
            "SELECT id, email_key FROM subscribers WHERE id > :before ORDER BY id",
            before=before,
        )
        if row.email_key in people
    ]
    insert_events(tx, ((row.id, event) for row in added for event in people[row.email_key].consent))
    tx.executemany(
        "INSERT INTO subscriber_topics (subscriber_id, topic) VALUES (:id, :topic)",
        ({"id": row.id, "topic": topic} for row in added for topic in people[row.email_key].topics),
    )
    return len(added)


def insert_events(tx: Transaction, events: Iterable[tuple[int, Event]]) -> None:
    """Add lines to the consent logs of these subscriber ids."""
    tx.executemany(
        "INSERT INTO consent_events (subscriber_id, kind, at, text, text_version, language,"
        " form_url, source) VALUES (:id, :kind, :at, :text, :text_version, :language, :form_url,"
        " :source)",
        (
            {
                "id": subscriber_id,
                "kind": event.kind,
                "at": event.at,
                "text": event.text,
                "text_version": event.text_version,
                "language": event.language,
                "form_url": event.form_url,
                "source": event.source,
            }
            for subscriber_id, event in events
        ),
    )


def events_of(tx: Transaction, subscriber_id: int) -> list[Event]:
    """The consent log of somebody, oldest first."""
    return tx.all(
        Event,
        "SELECT * FROM consent_events WHERE subscriber_id = :id ORDER BY id",
        id=subscriber_id,
    )


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
