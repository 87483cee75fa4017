"""The list of people by everything that can be asked of it at once, newest first.

No page reads the whole table: it goes back through the list in pieces, each driven by the index
that leaves the fewest to look at, until it is full or has looked at so many; then it says how far
it came, and the next page goes on from there.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from hub.audience import counts_store, searching
from hub.audience.model import Subscriber
from hub.audience.segments import EVERYBODY, Segment, Values
from hub.db import Transaction, in_list

# So many that stand one behind another are looked at for one page, in pieces that grow.
MOST_LOOKED_AT = 200_000
_FIRST_PIECE, _GROWTH = 1_000, 8
# To look at one by an index takes as long as to look at so many that stand one behind another.
_DEARER = 5
# What begins with the words of a search is shown, wherever it stands in the list.
_BEGINNINGS = 10


@dataclass(frozen=True, slots=True)
class Filter:
    """People of whom all of this is true; what is empty is true of everybody.

    `traits` are those of a segment, here of people of any `status`. `search`: a part of the
    address, the name, a note or an answer, or a whole tag, in any case.
    """

    status: str = ""
    traits: Segment = EVERYBODY
    search: str = ""

    @property
    def is_kept_count(self) -> bool:
        """Whether how many fit is a sum of counts that are kept."""
        traits = self.traits
        return not (self.search or traits.topics or traits.tags or traits.joined_since)

    @property
    def is_segment(self) -> bool:
        """Whether a segment can hold just these: active readers, and no search."""
        return not self.search and self.status in ("", "active") and self.traits != EVERYBODY


EVERYONE = Filter()


def asked(*, status: str = "", tag: str = "", search: str = "") -> Filter:
    """A filter by the few that a command line asks for."""
    return Filter(status, Segment(tags=(tag,) if tag else ()), search.strip())


@dataclass(frozen=True, slots=True)
class Page:
    """`found`, newest first. `behind`: the id behind which the next page goes on; None at the end.

    `looked_at` is how many the hub went through when it stopped before the page was full and
    before the end; else None.
    """

    found: list[Subscriber]
    behind: int | None
    looked_at: int | None = None


@dataclass(frozen=True, slots=True)
class _Driver:
    """An index by which a piece of the list is gone through: rows of `table` with one of `values`
    in `column`, by `key`."""

    table: str
    key: str
    column: str = ""
    values: tuple[str, ...] = ()


_BY_ID = _Driver("subscribers", "id")
_BETWEEN = "id > :floor AND id <= :top"


def page(
    tx: Transaction,
    wanted: Filter,
    *,
    after: int | None = None,
    limit: int = 50,
    most: int = MOST_LOOKED_AT,
) -> Page:
    """Up to `limit` people that fit, those that follow the id `after`; when `most` were looked at,
    those that were found among them."""
    top = last_id(tx) if after is None else after - 1
    if wanted.is_kept_count and not count(tx, wanted):
        return Page([], None)
    found: list[Subscriber] = []
    spent, looked, size = 0, 0, min(_FIRST_PIECE, most)
    while top > 0 and spent < most:
        driver, floor = _next_piece(tx, wanted, top, size)
        found += _piece(tx, wanted, driver, floor, top, limit + 1 - len(found))
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].id)
        top, spent = floor, spent + size
        looked += size if driver is _BY_ID else size // _DEARER
        size = min(size * _GROWTH, most - spent)
    if top <= 0:
        return Page(found, None)
    if after is None and wanted.search:
        found += _beginnings(tx, wanted, top)
    return Page(found, top + 1, looked)


def count(tx: Transaction, wanted: Filter) -> int:
    """How many fit, exactly. A sum of kept counts when `is_kept_count`; else it looks at all that
    the narrowest index leaves, which takes a third of a second of a million."""
    if wanted.is_kept_count:
        traits = wanted.traits
        return counts_store.number(
            tx,
            status=wanted.status,
            cadence=traits.cadence,
            language=traits.language,
            source=traits.source,
        )
    driver, _ = _narrowest(tx, wanted)
    where, values = _condition(wanted, driver)
    sql = f"SELECT count(*) FROM subscribers WHERE {where}"
    return int(tx.scalar(sql, floor=0, top=last_id(tx), **values))


def candidates(tx: Transaction, wanted: Filter, *, most: int) -> int:
    """How many rows of an index have to be looked at to count those that fit, or what takes as
    long; 0 when the count is kept, more than `most` for more."""
    return 0 if wanted.is_kept_count else _narrowest(tx, wanted, most=most)[1]


def condition(wanted: Filter) -> tuple[str, Values]:
    """SQL that is true of the rows of `subscribers` that fit and have ids from above :floor up to
    :top, which the caller gives; and its values."""
    return _condition(wanted, _BY_ID)


def _next_piece(tx: Transaction, wanted: Filter, top: int, size: int) -> tuple[_Driver, int]:
    """The index by which what takes as long as `size` comes furthest back from `top`, and how
    far."""
    best, lowest = _BY_ID, max(0, top - size)
    for driver in _drivers(wanted):
        # Of several tags each has a piece of its own; the shortest of them ends this one.
        rows = size // _DEARER // len(driver.values)
        floor = max(_floor(tx, driver, value, top, rows) for value in driver.values)
        if floor < lowest:
            best, lowest = driver, floor
    return best, lowest


def _narrowest(tx: Transaction, wanted: Filter, *, most: int = sys.maxsize) -> tuple[_Driver, int]:
    """The index that leaves the fewest to look at, and how many (one more than `most` for more);
    of all people it is the share that takes as long."""
    # Who has a tag or a topic is in an index whichever way is taken.
    dearer = 2 if wanted.traits.tags or wanted.traits.topics else _DEARER
    best, fewest = _BY_ID, min(last_id(tx) // dearer, most + 1)
    for driver in _drivers(wanted):
        rows = sum(_rows(tx, driver, value, most=fewest) for value in driver.values)
        if rows < fewest:
            best, fewest = driver, rows
    return best, fewest


def _drivers(wanted: Filter) -> Iterator[_Driver]:
    traits = wanted.traits
    if traits.tags:
        yield _Driver("subscriber_tags", "subscriber_id", "tag", traits.tags)
    if traits.topics:
        yield _Driver("subscriber_topics", "subscriber_id", "topic", traits.topics)
    if wanted.status:
        yield _Driver("subscribers", "id", "status", (wanted.status,))
    if traits.source:
        yield _Driver("subscribers", "id", "source", (traits.source,))


def _floor(tx: Transaction, driver: _Driver, value: str, top: int, size: int) -> int:
    """Behind which id `size` rows of an index end, counted back from `top`; 0 for fewer."""
    found = tx.scalar(
        f"SELECT {driver.key} FROM {driver.table} WHERE {driver.column} = :value"
        f" AND {driver.key} <= :top ORDER BY {driver.key} DESC LIMIT 1 OFFSET :size",
        value=value,
        top=top,
        size=size,
    )
    return int(found or 0)


def _rows(tx: Transaction, driver: _Driver, value: str, *, most: int) -> int:
    """How many rows of an index have a value; one more than `most` for more."""
    if driver.column == "status":
        return counts_store.number(tx, status=value)
    if driver.column == "source":
        return counts_store.number(tx, source=value)
    return int(
        tx.scalar(
            f"SELECT count(*) FROM (SELECT {driver.key} FROM {driver.table}"
            f" WHERE {driver.column} = :value LIMIT :most) AS first_ones",
            value=value,
            most=most + 1,
        )
    )


def _piece(
    tx: Transaction, wanted: Filter, driver: _Driver, floor: int, top: int, limit: int
) -> list[Subscriber]:
    """The newest that fit of one piece. What is searched is looked for twice: to look at the notes
    of each would take twice as long as to look at all of them."""
    if not wanted.search:
        return _newest(tx, *_condition(wanted, driver), floor, top, limit)
    parts, values = _traits(wanted, driver)
    found: dict[int, Subscriber] = {}
    for of in (searching.of_themselves, searching.of_their_notes):
        searched, named = of(wanted.search)
        where = " AND ".join([_BETWEEN, *parts, searched])
        for one in _newest(tx, where, values | named, floor, top, limit):
            found[one.id] = one
    return [found[number] for number in sorted(found, reverse=True)][:limit]


def _newest(
    tx: Transaction, where: str, values: Values, floor: int, top: int, limit: int
) -> list[Subscriber]:
    return tx.all(
        Subscriber,
        f"SELECT * FROM subscribers WHERE {where} ORDER BY id DESC LIMIT :limit",
        floor=floor,
        top=top,
        limit=limit,
        **values,
    )


def traits_condition(wanted: Filter) -> tuple[str, Values]:
    """As `condition`, without the ids and without what is searched."""
    parts, values = _traits(wanted, _BY_ID)
    return " AND ".join(parts) or "1 = 1", values


def _condition(wanted: Filter, driver: _Driver) -> tuple[str, Values]:
    """What is true of those who fit; the engine finds them by `driver` and by no other index."""
    parts, values = _traits(wanted, driver)
    if wanted.search:
        of_them, searched = searching.of_themselves(wanted.search)
        of_notes, noted = searching.of_their_notes(wanted.search)
        parts.append(f"({of_them} OR {of_notes})")
        values |= searched | noted
    return " AND ".join([_BETWEEN, *parts]), values


def _traits(wanted: Filter, driver: _Driver) -> tuple[list[str], Values]:
    parts, values = list[str](), Values()
    traits = wanted.traits
    for column, value in (
        ("status", wanted.status),
        ("source", traits.source),
        ("cadence", traits.cadence),
        ("language", traits.language),
    ):
        if value:
            # Inside coalesce() a column is in no index.
            plain = driver.column == column
            parts.append(
                f"{column} = :{column}" if plain else f"coalesce({column}, '') = :{column}"
            )
            values[column] = value
    if traits.joined_since is not None:
        parts.append("coalesce(confirmed_at, created_at) >= :joined_since")
        values["joined_since"] = traits.joined_since
    for column, table, names in (
        ("tag", "subscriber_tags", traits.tags),
        ("topic", "subscriber_topics", traits.topics),
    ):
        if names:
            listed, named = in_list(column, names)
            values |= named
            chosen = f"FROM {table} AS theirs WHERE theirs.{column} IN {listed}"
            if driver.column == column:
                between = "theirs.subscriber_id > :floor AND theirs.subscriber_id <= :top"
                parts.append(f"id IN (SELECT theirs.subscriber_id {chosen} AND {between})")
            else:
                parts.append(
                    f"EXISTS (SELECT 1 {chosen} AND theirs.subscriber_id = subscribers.id)"
                )
    return parts, values


def _beginnings(tx: Transaction, wanted: Filter, top: int) -> list[Subscriber]:
    """A few further back than `top` whose address begins with what is searched."""
    where, values = _condition(wanted, _BY_ID)
    return tx.all(
        Subscriber,
        "SELECT * FROM subscribers WHERE id IN (SELECT id FROM subscribers"
        " WHERE email_key >= :first AND email_key < :behind ORDER BY email_key LIMIT :few)"
        f" AND {where} ORDER BY id DESC",
        first=wanted.search.casefold(),
        behind=wanted.search.casefold() + "\U0010ffff",
        few=_BEGINNINGS,
        floor=0,
        top=top,
        **values,
    )


def last_id(tx: Transaction) -> int:
    """The id of who came last; 0 for an empty list."""
    return int(tx.scalar("SELECT coalesce(max(id), 0) FROM subscribers"))
