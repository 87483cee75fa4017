"""Segments: which of the active readers a letter is for, and those that the owner keeps by name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hub import i18n
from hub.audience import rules
from hub.audience.model import CADENCES, Subscriber
from hub.db import Transaction, in_list
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_

LONGEST_NAME = 80
LONGEST_SOURCE = 300
MOST = 200
COLUMNS = "cadence, topics, joined_since, language, source, tags"

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Segment:
    """Active readers of whom all of this is true; what is empty is true of everybody.

    One of `topics` is enough, and one of `tags`. `joined_since` counts from when they confirmed,
    or were added.
    """

    cadence: str = ""
    topics: tuple[str, ...] = ()
    joined_since: datetime | None = None
    language: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()


EVERYBODY = Segment()


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment with the name that its owner gave it."""

    id: int
    name: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class Typed:
    """A segment as it is typed into a form: topics and tags with commas between, a day like
    2026-11-28."""

    name: str = ""
    cadence: str = ""
    topics: str = ""
    joined_since: str = ""
    language: str = ""
    source: str = ""
    tags: str = ""


# The rules.


def holds(
    segment: Segment, reader: Subscriber, topics: Iterable[str], tags: Iterable[str] = ()
) -> bool:
    """Whether a reader who chose `topics` and whom the owner gave `tags` belongs to a segment; the
    SQL below says the same."""
    return reader.status == "active" and fits(segment, reader, topics, tags)


def fits(
    segment: Segment, reader: Subscriber, topics: Iterable[str], tags: Iterable[str] = ()
) -> bool:
    """Whether all of a segment is true of somebody, whatever their status is."""
    joined = reader.confirmed_at or reader.created_at
    return (
        segment.cadence in ("", reader.cadence)
        and (not segment.topics or not set(segment.topics).isdisjoint(topics))
        and (segment.joined_since is None or joined >= segment.joined_since)
        and segment.language in ("", reader.language)
        and segment.source in ("", reader.source)
        and (not segment.tags or not set(segment.tags).isdisjoint(tags))
    )


def checked(typed: Typed, *, timezone: str) -> tuple[str, Segment]:
    """The name and the segment that were typed. Raises Refused beside the field it is about."""
    name = rules.clean_name(typed.name)[:LONGEST_NAME]
    if not name:
        raise Refused(N_("Give the segment a name."), field="name")
    if typed.cadence and typed.cadence not in CADENCES:
        raise Refused(N_("Choose each article, once a week or once a month."), field="cadence")
    if typed.language and typed.language not in i18n.LANGUAGES:
        raise Refused(N_("The hub does not speak this language."), field="language")
    segment = Segment(
        typed.cadence,
        checked_topics(typed.topics),
        day(typed.joined_since, timezone),
        typed.language,
        typed.source.strip()[:LONGEST_SOURCE],
        rules.tags(typed.tags),
    )
    if segment == EVERYBODY:
        raise Refused(
            N_("This is everybody: choose at least one of these."),
            field="cadence",
        )
    return name, segment


def checked_topics(text: str) -> tuple[str, ...]:
    """Topics with commas between, as slugs. Raises Refused when some of it cannot be a topic."""
    found = rules.topics([text])
    wanted = [part for part in text.split(",") if part.strip()]
    if len(found) < len({"-".join(part.split()).casefold() for part in wanted}):
        raise Refused(N_("This is no list of topics with commas between."), field="topics")
    return found


def refuse_unknown_topics(tx: Transaction, segment: Segment, known: Collection[str]) -> None:
    """Raises Refused for a topic that is neither among `known`, by slug, nor anybody's: it would
    find nobody."""
    for topic in segment.topics:
        if topic in known:
            continue
        sql = "SELECT 1 FROM subscriber_topics WHERE topic = :topic LIMIT 1"
        if tx.scalar(sql, topic=topic) is None:
            raise Refused(
                N_("There is no topic “%(topic)s”, and no reader chose it. Look at its spelling."),
                field="topics",
                topic=topic,
            )


def typed(kept: Kept, *, timezone: str) -> Typed:
    """A kept segment as its form shows it."""
    since = kept.segment.joined_since
    return Typed(
        kept.name,
        kept.segment.cadence,
        ", ".join(kept.segment.topics),
        since.astimezone(ZoneInfo(timezone)).date().isoformat() if since else "",
        kept.segment.language,
        kept.segment.source,
        ", ".join(kept.segment.tags),
    )


def day(text: str, timezone: str) -> datetime | None:
    """The beginning of a day like 2026-11-28; None for "". Raises Refused for any other text."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(timezone))
    except (ValueError, OverflowError) as error:
        raise Refused(N_("Write the day like 2026-12-24."), field="joined_since") from error


# Its readers.


def condition(segment: Segment, *, between: bool = False) -> tuple[str, Values]:
    """SQL that is true of the rows of `subscribers` that belong to a segment, and its values.

    With `between` only of those with ids from above :after up to :last, which the caller gives:
    so a long list is gone through in pieces, each of which looks at no more than it holds.
    """
    parts, values = ["status = 'active'"], Values()
    if between:
        parts.append("id > :after AND id <= :last")
    if segment.cadence:
        parts.append("cadence = :cadence")
        values["cadence"] = segment.cadence
    for column, table, wanted in (
        ("topic", "subscriber_topics", segment.topics),
        ("tag", "subscriber_tags", segment.tags),
    ):
        if wanted:
            names, named = in_list(column, wanted)
            piece = " AND subscriber_id > :after AND subscriber_id <= :last" if between else ""
            parts.append(
                f"id IN (SELECT subscriber_id FROM {table} WHERE {column} IN {names}{piece})"
            )
            values |= named
    if segment.joined_since is not None:
        parts.append("coalesce(confirmed_at, created_at) >= :joined_since")
        values["joined_since"] = segment.joined_since
    if segment.language:
        parts.append("language = :language")
        values["language"] = segment.language
    if segment.source:
        parts.append("source = :source")
        values["source"] = segment.source
    return " AND ".join(parts), values


# Those that are kept.


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    name: str
    cadence: str
    topics: str
    joined_since: datetime | None
    language: str
    source: str
    tags: str


def kept(tx: Transaction) -> list[Kept]:
    """Every segment that has a name, by name."""
    rows = tx.all(_Row, f"SELECT id, name, {COLUMNS} FROM segments ORDER BY name LIMIT {MOST}")
    return [_kept(row) for row in rows]


def get(tx: Transaction, segment_id: int) -> Kept:
    """Raises NotFound."""
    row = tx.one(_Row, f"SELECT id, name, {COLUMNS} FROM segments WHERE id = :id", id=segment_id)
    if row is None:
        raise NotFound(N_("There is no such segment."))
    return _kept(row)


def by_name(tx: Transaction, name: str) -> Kept:
    """Raises NotFound, naming those there are."""
    row = tx.one(_Row, f"SELECT id, name, {COLUMNS} FROM segments WHERE name = :name", name=name)
    if row is None:
        known = ", ".join(one.name for one in kept(tx))
        if not known:
            raise NotFound(N_("There is no segment called %(name)s."), name=name)
        raise NotFound(
            N_("There is no segment called %(name)s. There are: %(known)s."), name=name, known=known
        )
    return _kept(row)


def add(tx: Transaction, name: str, segment: Segment, *, now: datetime) -> int:
    """Keep a segment; its id. Raises Conflict for a name, or for readers, that another has."""
    others = kept(tx)
    if len(others) >= MOST:
        raise Refused(N_("There are %(most)s segments already."), most=MOST)
    _refuse_twin(others, name, segment)
    try:
        with tx.savepoint():
            return int(
                tx.scalar(
                    f"INSERT INTO segments (name, {COLUMNS}, created_at) VALUES (:name, :cadence,"
                    " :topics, :joined_since, :language, :source, :tags, :now) RETURNING id",
                    name=name,
                    now=now,
                    **columns(segment),
                )
            )
    except Conflict as error:
        raise _taken(name) from error


def change(tx: Transaction, segment_id: int, name: str, segment: Segment) -> None:
    """Letters that are not sent yet go to whoever it holds then. Raises as `add`."""
    before = get(tx, segment_id)
    others = [one for one in kept(tx) if one.id != segment_id]
    # Twins of earlier days can still be told apart by name.
    _refuse_twin(others, name, segment if segment != before.segment else None)
    try:
        with tx.savepoint():
            tx.execute(
                "UPDATE segments SET name = :name, cadence = :cadence, topics = :topics,"
                " joined_since = :joined_since, language = :language, source = :source,"
                " tags = :tags WHERE id = :id",
                id=segment_id,
                name=name,
                **columns(segment),
            )
    except Conflict as error:
        raise _taken(name) from error


def delete(tx: Transaction, segment_id: int) -> None:
    """Raises Refused while a letter is meant for it: that must not go to everybody instead."""
    found = get(tx, segment_id)
    try:
        with tx.savepoint():
            tx.execute("DELETE FROM segments WHERE id = :id", id=segment_id)
    except Conflict as error:
        raise Refused(
            N_("A letter goes to “%(name)s”. Choose other readers for it first."), name=found.name
        ) from error


def columns(segment: Segment) -> Mapping[str, object]:
    """What the columns of COLUMNS hold of a segment."""
    return {
        "cadence": segment.cadence,
        "topics": ",".join(segment.topics),
        "joined_since": segment.joined_since,
        "language": segment.language,
        "source": segment.source,
        "tags": ",".join(segment.tags),
    }


@dataclass(frozen=True, slots=True)
class Columns:
    """A segment as COLUMNS hold it."""

    cadence: str
    topics: str
    joined_since: datetime | None
    language: str
    source: str
    tags: str

    def segment(self) -> Segment:
        return Segment(
            self.cadence,
            tuple(filter(None, self.topics.split(","))),
            self.joined_since,
            self.language,
            self.source,
            tuple(filter(None, self.tags.split(","))),
        )


def _kept(row: _Row) -> Kept:
    held = Columns(row.cadence, row.topics, row.joined_since, row.language, row.source, row.tags)
    return Kept(row.id, row.name, held.segment())


def _refuse_twin(others: Iterable[Kept], name: str, segment: Segment | None) -> None:
    """Two with one name, or that hold the same readers, could not be told apart."""
    for one in others:
        if one.name.casefold() == name.casefold():
            raise _taken(one.name)
        if one.segment == segment:
            raise Conflict(
                N_("“%(name)s” holds just these readers already: use it, or choose others."),
                field="name",
                name=one.name,
            )


def _taken(name: str) -> Conflict:
    return Conflict(N_("There is a segment called “%(name)s” already."), field="name", name=name)
