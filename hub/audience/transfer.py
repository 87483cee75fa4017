"""The SQL that reads whole records for an export and writes them for an import."""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from itertools import chain, cycle
from typing import Any, TypeVar

from hub.audience import beside_store, growth_store, people_store
from hub.audience.growth_store import Move
from hub.audience.people_store import EVERYONE, Filter
from hub.audience.record import (
    COLUMNS,
    EVENT_FIELDS,
    NOTHING_BESIDE,
    Beside,
    Event,
    Known,
    Record,
)
from hub.db import Transaction

T = TypeVar("T")

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
    "acted_at",
)
_OWN_ACTS = ("requested", "confirmed", "unsubscribed")
_EVENT = ", ".join(EVENT_FIELDS)


def _object(members: Mapping[str, str]) -> str:
    """SQL of a JSON object; of each member the SQL that gives it as JSON."""
    pairs = (f"\"{name}\":' || {value} || '" for name, value in members.items())
    return f"('{{{','.join(pairs)}}}')"


def _json(column: str, name: str) -> str:
    """SQL of a column as JSON. Words of ours and times hold nothing that a quote must mind, and
    without it a fifth of the time is saved."""
    if name not in _NEVER_QUOTED:
        return f"coalesce(json_quote({column}), 'null')"
    return f"""coalesce('"' || {column} || '"', 'null')"""


def _joined(elements: str, table: str, order: str) -> str:
    """SQL of what a reader has in another table, with commas between.

    The rows come in their order from an index: an aggregate that sorts would sort each
    reader's anew.
    """
    return (
        f"(SELECT coalesce(string_agg(line, ','), '') FROM (SELECT {elements} AS line"
        f" FROM {table} AS theirs WHERE theirs.subscriber_id = subscribers.id"
        f" ORDER BY {order}) AS ordered)"
    )


_NEVER_QUOTED = frozenset(
    "status cadence paused_until created_at confirmed_at unsubscribed_at kind at".split()
)
# The database makes the JSON: to read two million lines of log and put them together in Python
# takes longer than all the rest.
_EVENTS = _joined(
    _object({name: _json(f"theirs.{name}", name) for name in EVENT_FIELDS}),
    "consent_events",
    "theirs.id",
)
_LOG = f"'[' || {_EVENTS} || ']'"
_TOPICS = (
    f"'[' || {_joined('json_quote(theirs.topic)', 'subscriber_topics', 'theirs.topic')} || ']'"
)
_DOCUMENT = _object(
    {name: _json(name, name) for name in COLUMNS} | {"topics": _TOPICS, "consent": _LOG}
)
_SHEET = {name: name for name in COLUMNS} | {
    "topics": _joined("theirs.topic", "subscriber_topics", "theirs.topic"),
    "consent": _LOG,
}
_CELLS = " || :between || ".join(f"coalesce({cell}, '')" for cell in _SHEET.values())
# So many pages of each transaction wait for who writes them down.
_AHEAD = 2


def documents(
    tx: Transaction, wanted: Filter = EVERYONE, *, between: str, beside: Sequence[Transaction] = ()
) -> Iterator[str]:
    """Everybody, or those that fit, as JSON objects with `between` between them, many at a time.

    They come in the order they joined; memory is flat. Transactions that stand `beside` and see the
    same are read from as well, each in a thread of its own.
    """
    yield from _texts(tx, _DOCUMENT, wanted, between, beside)


def cells(
    tx: Transaction, wanted: Filter = EVERYONE, *, beside: Sequence[Transaction] = ()
) -> Iterator[Iterable[tuple[str, ...]]]:
    """As `documents`, the texts of record.COLUMNS for each; an empty one for a time that there is
    not."""
    # Nobody can have written this into a name before it was drawn.
    between = "\x1f" + secrets.token_urlsafe(4)
    for text in _texts(tx, _CELLS, wanted, between, beside):
        yield zip(*[iter(text.split(between))] * len(_SHEET), strict=True)


def records(tx: Transaction, wanted: Filter = EVERYONE) -> Iterator[Record]:
    """As `documents`, one by one, with their fields."""
    for page in _pages(tx, _PERSON, wanted):
        for start in range(0, len(page), _LOOK_UP):
            yield from _complete(tx, page[start : start + _LOOK_UP])


def whole(tx: Transaction, wanted: Filter = EVERYONE) -> Iterator[tuple[Record, Beside]]:
    """As `records`, with what the owner keeps of each: tags and notes."""
    for page in _pages(tx, _PERSON, wanted):
        for start in range(0, len(page), _LOOK_UP):
            people = page[start : start + _LOOK_UP]
            kept = beside_store.of_each(tx, [person[0] for person in people])
            for person, record in zip(people, _complete(tx, people), strict=True):
                yield record, kept[person[0]].beside if person[0] in kept else NOTHING_BESIDE


def _texts(
    tx: Transaction, text: str, wanted: Filter, between: str, beside: Sequence[Transaction]
) -> Iterator[str]:
    """SQL's text of each person, put together by the page: one row of a million bytes is read
    while the interpreter does something else, a thousand of a few hundred are not."""
    where, values = people_store.condition(wanted)
    sql = (
        "SELECT string_agg(line, :between) FROM"
        f" (SELECT {text} AS line FROM subscribers WHERE {where} ORDER BY id) AS page"
    )

    def page(of: Transaction, floor: int) -> str | None:
        found = of.scalar(sql, floor=floor, top=floor + _PAGE, between=between, **values)
        return None if found is None else str(found)

    floors = range(0, people_store.last_id(tx), _PAGE)
    yield from filter(None, _in_turn(page, (tx, *beside), floors))


def _in_turn(
    look: Callable[[Transaction, int], T], among: Sequence[Transaction], floors: Iterable[int]
) -> Iterator[T]:
    """What `look` finds from each floor on, in their order."""
    if len(among) == 1:
        yield from (look(among[0], floor) for floor in floors)
        return
    with ExitStack() as stack:
        threads = [(stack.enter_context(ThreadPoolExecutor(1)), tx) for tx in among]
        coming = deque[Future[T]]()
        for (thread, tx), floor in zip(cycle(threads), floors, strict=False):
            coming.append(thread.submit(look, tx, floor))
            if len(coming) > _AHEAD * len(among):
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _pages(tx: Transaction, columns: str, wanted: Filter) -> Iterator[list[tuple[Any, ...]]]:
    """Rows that begin with the id, those of so many ids at a time."""
    where, values = people_store.condition(wanted)
    last = int(tx.scalar("SELECT coalesce(max(id), 0) FROM subscribers"))
    for floor in range(0, last, _PAGE):
        page = tx.all(
            tuple,
            f"SELECT {columns} FROM subscribers WHERE {where} ORDER BY id",
            floor=floor,
            top=floor + _PAGE,
            **values,
        )
        if page:
            yield page


def _complete(tx: Transaction, people: Sequence[tuple[Any, ...]]) -> Iterator[Record]:
    """These people with their topics and consent logs."""
    ids = [person[0] for person in people]
    topics: dict[int, list[str]] = {}
    for subscriber_id, topic in tx.among(
        tuple,
        "SELECT subscriber_id, topic FROM subscriber_topics WHERE subscriber_id IN :keys",
        ids,
    ):
        topics.setdefault(subscriber_id, []).append(topic)
    log: dict[int, list[Event]] = {}
    for subscriber_id, *event in tx.among(
        tuple,
        f"SELECT subscriber_id, {_EVENT} FROM consent_events WHERE subscriber_id IN :keys"
        " ORDER BY subscriber_id, id",
        ids,
    ):
        log.setdefault(subscriber_id, []).append(Event._make(event))
    for subscriber_id, *person in people:
        theirs = tuple(sorted(topics.get(subscriber_id, ())))
        events = tuple(log.get(subscriber_id, ()))
        yield Record._make((*person[:5], theirs, *person[5:], events))


def known_among(tx: Transaction, email_keys: Sequence[str]) -> dict[str, Known]:
    """Those of `email_keys` that are on the list."""
    rows = tx.among(
        tuple,
        "SELECT id, email_key, status, created_at, confirmed_at, (SELECT max(c.at)"
        " FROM consent_events AS c WHERE c.subscriber_id = s.id AND c.kind = 'confirmed'"
        " AND c.source IN ('link', 'owner', 'address', 'way back', 'stay')) AS confirmed_here"
        " FROM subscribers AS s WHERE email_key IN :keys",
        email_keys,
    )
    return {row[1]: Known._make(row) for row in rows}


def insert(tx: Transaction, people: Mapping[str, Record], *, now: datetime) -> dict[str, int]:
    """Add these people, by address key, none of them known in this transaction; their ids."""
    if not people:
        return {}
    before = tx.scalar("SELECT coalesce(max(id), 0) FROM subscribers")
    tx.load(
        "subscribers",
        _INSERTED,
        (
            (person.email, email_key, *person[1:5], *person[6:11], _acted_at(person))
            for email_key, person in people.items()
        ),
    )
    # There is one writer at a time, so what is behind `before` is these, in their order.
    rows = tx.all(tuple, "SELECT id FROM subscribers WHERE id > :before ORDER BY id", before=before)
    ids = list(chain.from_iterable(rows))
    added = list(zip(ids, people.values(), strict=True))
    _write_events(tx, ((number, *event) for number, person in added for event in person.consent))
    _count(
        tx,
        ((person.source, event) for person in people.values() for event in person.consent),
        now,
    )
    tx.load(
        "subscriber_topics",
        ("subscriber_id", "topic"),
        ((number, topic) for number, person in added for topic in person.topics),
    )
    return dict(zip(people, ids, strict=True))


def insert_events(
    tx: Transaction, subscriber_id: int, events: Sequence[Event], *, now: datetime
) -> None:
    """Add lines to the consent log of somebody who is on the list."""
    source = tx.scalar("SELECT source FROM subscribers WHERE id = :id", id=subscriber_id)
    _write_events(tx, ((subscriber_id, *event) for event in events))
    _count(tx, ((str(source), event) for event in events), now)


def _write_events(tx: Transaction, events: Iterable[tuple[object, ...]]) -> None:
    """Each an id and the fields of an Event."""
    tx.load("consent_events", ("subscriber_id", *EVENT_FIELDS), events)


def _count(tx: Transaction, events: Iterable[tuple[str, Event]], now: datetime) -> None:
    """What happened to people of these sources stands in the counts of its days; what is older
    than any day that is shown, in that of its month's first: else the days of many years would
    be as many rows as the people themselves."""
    by_day = growth_store.by_day_since(now)
    sums = Counter(
        (event.at[:10] if event.at >= by_day else f"{event.at[:7]}-01", event.kind, source)
        for source, event in events
    )
    growth_store.count_many(tx, (Move(*key, people) for key, people in sorted(sums.items())))


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
        " unsubscribed_at = :unsubscribed_at, noticed_at = NULL, asked_at = NULL,"
        " acted_at = CASE WHEN acted_at > :acted_at THEN acted_at ELSE :acted_at END"
        " WHERE id = :id",
        status=person.status,
        confirmed_at=person.confirmed_at or known.confirmed_at,
        unsubscribed_at=person.unsubscribed_at,
        acted_at=_acted_at(person),
        id=known.id,
    )


def _acted_at(person: Record) -> str:
    """The last that somebody did of their own, as far as a file knows; else when they came."""
    last = max(person.confirmed_at or "", person.unsubscribed_at or "")
    for event in person.consent:
        if event.kind in _OWN_ACTS and event.at > last:
            last = event.at
    return last or person.created_at
