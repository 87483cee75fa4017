"""A row of a list that another program wrote, as a person.

Where a word of a status is unknown, the row is refused: better one reader too few than mail
to somebody who left. What the row proves of consent (when somebody asked and confirmed, and on
which page) becomes lines of the log.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from hub.audience import attributes, cells, dates, rules, services
from hub.audience.columns import Mapped
from hub.audience.dates import Parse
from hub.audience.model import CADENCES, Cadence, Status
from hub.audience.notes import LONGEST_NOTE
from hub.audience.record import NOTHING_BESIDE, Beside, Event, Record
from hub.audience.spreadsheet import unguarded
from hub.errors import Refused
from hub.i18n import N_

# From "may get mail" to "must not": where a row says two things, the later one counts.
_CARE: Mapping[str, int] = {
    status: care
    for care, status in enumerate(
        ("active", "waiting", "pending", "unsubscribed", "bounced", "complained")
    )
}
# What can say where somebody stands.
_STANDINGS = ("status", "subscribed", "not_subscribed", "unsubscribed_at", "bounced_at")
_STANDINGS_BESIDE = ("left_because", "attributes")
# What a person who clicked “this is spam” gave as the reason for leaving.
_COMPLAINTS = ("spam", "abuse")
_MOST_CELLS = 10_000
_LEFT: tuple[tuple[str, Status], ...] = (
    ("unsubscribed_at", "unsubscribed"),
    ("bounced_at", "bounced"),
)
# More tags than this nobody has of their own.
_MOST_TAGS = 200
_LONGEST_PAGE = 2_000

# Gives the value of one column of a row, or the text of one use.
Given = Callable[[Any], Any]
Said = Callable[[Any], str]


def more_careful(one: str, other: str) -> str:
    """Of two statuses the one that means less mail."""
    return max(one, other, key=_CARE.__getitem__)


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file, whose `header` is empty where its rows are JSON objects. What a
    row does not say is as in `defaults`.

    `topics` are those of the site: a tag that is one of them becomes a topic of the person, any
    other the owner's tag. `unread` and `ahead` count the times of each column that could not be
    read, and those that are yet to come.
    """

    mapped: Mapped
    file: str
    header: tuple[str, ...]
    defaults: Record
    topics: Collection[str] = ()
    unread: Counter[str] = field(init=False, default_factory=Counter)
    ahead: Counter[str] = field(init=False, default_factory=Counter)
    _status_of_file: Status = field(init=False, default="active")
    _said: dict[str, Said] = field(init=False, default_factory=dict)
    _given: dict[str, tuple[Given, ...]] = field(init=False, default_factory=dict)
    _times: dict[str, list[tuple[str, Said, Parse]]] = field(init=False, default_factory=dict)
    _says_status: bool = field(init=False, default=False)
    _has_beside: bool = field(init=False, default=False)
    _now: str = field(init=False, default="")
    _origin: str = field(init=False, default="")
    _bad_file: bool = field(init=False, default=False)
    # Cells with tags → the topics among them, and the tags that are none; and how often.
    _tagged: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(
        init=False, default_factory=dict
    )
    _unplaced: Counter[tuple[str, ...]] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        for use, columns in self.mapped.uses.items():
            self._given[use] = tuple(_given(column, self.header) for column in columns)
            self._said[use] = _said(columns, self.header)
            self._times[use] = [
                (
                    column,
                    _said((column,), self.header),
                    dates.parser(self.mapped.orders.get(column)),
                )
                for column in columns
            ]
        self._says_status = not self._said.keys().isdisjoint((*_STANDINGS, *_STANDINGS_BESIDE))
        self._has_beside = not self._said.keys().isdisjoint(("tags", "notes", "attributes"))
        self._now = self.defaults.created_at
        self._status_of_file = services.status_of_file(self.file, self.mapped.columns)
        self._bad_file = services.holds_no_subscribers(self.file)
        self._origin = self.mapped.service.name if self.mapped.service else self.file

    def unplaced(self) -> Counter[str]:
        """The tags that are no topics of the site, and how many people have them."""
        found: Counter[str] = Counter()
        for tags, people in self._unplaced.items():
            for tag in tags:
                found[tag] += people
        return found

    def person(self, values: Any) -> tuple[Record, Beside]:
        """The person of a row. Raises Refused, with what is wrong in it."""
        said = self._said
        defaults = self.defaults
        email = rules.address(cells.bare(said["email"](values)))
        if email.endswith(services.ERASED_ELSEWHERE):
            raise Refused(N_("this person was erased by the service that wrote the list"))
        if self._bad_file:
            raise Refused(N_("the file holds people who never subscribed"))
        inside = attributes.read(said["attributes"](values)) if "attributes" in said else {}
        status = self._status_of_file
        if self._says_status:
            status = self._status(values, inside)
        created = self._time("created_at", values) if "created_at" in said else None
        confirmed = self._time("confirmed_at", values) if "confirmed_at" in said else None
        left = None
        if status == "unsubscribed" and "unsubscribed_at" in said:
            left = self._time("unsubscribed_at", values)
        language = defaults.language
        if inside:
            language = rules.language(attributes.text(inside, "language"), language)
        if "language" in said:
            language = rules.language(said["language"](values), language)
        page = said["form"](values)[:_LONGEST_PAGE] if "form" in said else ""
        log = defaults.consent
        if created or confirmed or left:
            log = self._log(created, confirmed, left, language, page)
        topics: tuple[str, ...] = ()
        beside = NOTHING_BESIDE
        if self._has_beside or "topics" in said:
            topics, beside = self._beside(values, inside)
        record = Record(
            email,
            self._name(values) or rules.clean_name(attributes.text(inside, "name")),
            status,
            self._cadence(values, inside) if inside or "cadence" in said else "weekly",
            None,
            topics,
            language,
            defaults.source,
            created or confirmed or defaults.created_at,
            confirmed,
            left,
            log,
        )
        return record, beside

    def _time(self, use: str, values: Any) -> str | None:
        """The first time that stands in the columns of a use. What is yet to come is now."""
        for column, value, parse in self._times[use]:
            cell = value(values)
            if not cell:
                continue
            at = parse(cell)
            if at is None:
                if not cells.is_no(cell.casefold()):
                    self.unread[column] += 1
            elif at > self._now:
                self.ahead[column] += 1
                return self._now
            else:
                return at
        return None

    def _status(self, values: Any, inside: attributes.Inside) -> Status:
        found: Status = self._status_of_file
        given = self._given
        for value in given.get("status", ()):
            if word := cells.text(value(values)).casefold():
                found = _max(found, attributes.refined(_known(word), inside))
        for value in given.get("subscribed", ()):
            found = _max(found, _of_answer(cells.text(value(values)).casefold()))
        for value in given.get("not_subscribed", ()):
            word = cells.text(value(values)).casefold()
            if word and not cells.is_no(word):
                # Whatever else stands there: better one reader too few.
                found = _max(found, services.status(word) or "unsubscribed")
        for use, status in _LEFT:
            for value in given.get(use, ()):
                word = cells.text(value(values))
                if word and not cells.is_no(word.casefold()):
                    found = _max(found, status)
        for value in given.get("left_because", ()):
            if cells.text(value(values)).casefold().startswith(_COMPLAINTS):
                found = _max(found, "complained")
        return found

    def _name(self, values: Any) -> str:
        said = self._said
        whole = said["name"](values) if "name" in said else ""
        if not whole and "first_name" in said:
            whole = said["first_name"](values)
        if "last_name" in said and not ("name" in said and whole):
            whole = f"{whole} {said['last_name'](values)}"
        return rules.clean_name(unguarded(whole)) if whole else ""

    def _cadence(self, values: Any, inside: attributes.Inside) -> Cadence:
        word = self._said["cadence"](values) if "cadence" in self._said else ""
        word = word or attributes.text(inside, "cadence")
        # Another program's word for it says nothing about ours.
        return rules.cadence(word if word in CADENCES else "")

    def _beside(self, values: Any, inside: attributes.Inside) -> tuple[tuple[str, ...], Beside]:
        """The topics of a person, and what their owner keeps beside."""
        given = self._given
        chosen: list[str] = []
        tags: tuple[str, ...] = ()
        for value in given.get("topics", ()):
            chosen += cells.tags(value(values))
        for value in given.get("tags", ()):
            cell = value(values)
            if not cell:
                continue
            # The same few cells stand in a million rows.
            key = cell if isinstance(cell, str) else repr(cell)
            found = self._tagged.get(key)
            if found is None:
                if len(self._tagged) >= _MOST_CELLS:
                    self._tagged.clear()
                found = self._tagged[key] = self._sorted_out(cells.tags(cell))
            chosen += found[0]
            tags = found[1] if not tags else _together(tags, found[1])
        if inside:
            chosen += cells.tags(inside.get("topics"))
            topics, others = self._sorted_out(cells.tags(inside.get("tags")))
            chosen += topics
            tags = _together(tags, others)
        if tags and (tags in self._unplaced or len(self._unplaced) < _MOST_CELLS):
            self._unplaced[tags] += 1
        notes = tuple(
            text for value in given.get("notes", ()) if (text := _note(cells.text(value(values))))
        )
        beside = Beside(tags, notes) if tags or notes else NOTHING_BESIDE
        return rules.topics(chosen) if chosen else (), beside

    def _sorted_out(self, tags: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Topics of the site, and the other tags as the owner would write them."""
        topics: list[str] = []
        others: set[str] = set()
        for tag in tags[:_MOST_TAGS]:
            plain = tag.replace(",", " ")
            slug = rules.topics((plain,))
            if slug and slug[0] in self.topics:
                topics.append(slug[0])
            elif kept := rules.clean_name(plain).casefold()[: rules.LONGEST_TAG].strip():
                others.add(kept)
        return tuple(topics), tuple(sorted(others))

    def _log(
        self,
        created: str | None,
        confirmed: str | None,
        left: str | None,
        language: str,
        page: str,
    ) -> tuple[Event, ...]:
        """What the row proves, around what its owner says of the whole list."""
        log: list[Event] = []
        if created:
            log.append(Event("requested", created, "", "", language, page, self._origin))
        if confirmed:
            log.append(Event("confirmed", confirmed, "", "", language, page, self._origin))
        log += self.defaults.consent
        if left:
            log.append(Event("unsubscribed", left, "", "", language, "", self._origin))
        return tuple(log)


def _max(one: Status, other: Status) -> Status:
    return one if _CARE[one] >= _CARE[other] else other


def _known(word: str) -> Status:
    found = services.status(word)
    if found is None:
        raise Refused(N_("there is no status “%(status)s”"), status=word[:40])
    return found


def _of_answer(word: str) -> Status:
    """What a cell under “subscribed” says: nothing in it is no."""
    if not word or cells.is_no(word):
        return "unsubscribed"
    if cells.is_yes(word) or dates.is_like_one(word):
        return "active"
    return _known(word)


def _together(some: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*some, *more}))


def _note(cell: str) -> str:
    """A note of several lines without control characters, as long as a note may be."""
    text = unguarded(cell).replace("\r\n", "\n")
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t" or c in rules.JOINERS)
    return kept[:LONGEST_NOTE].strip()


def _given(column: str, header: tuple[str, ...]) -> Given:
    """What gives the value of a column."""
    if header:
        return itemgetter(header.index(column))
    return lambda values: values.get(column)


def _said(columns: Sequence[str], header: tuple[str, ...]) -> Said:
    """What gives the first text of these columns that is not empty."""
    if header and len(columns) == 1:
        place = header.index(columns[0])
        # The cells of a table are texts that can be stored: reading has seen to it.
        return lambda values: values[place].strip()
    given = [_given(column, header) for column in columns]
    text = cells.text
    return lambda values: next(filter(None, (text(value(values)) for value in given)), "")
