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

from hub.audience import cells, rules, services
from hub.audience.cells import moment
from hub.audience.columns import Mapped
from hub.audience.model import CADENCES, Cadence, Status
from hub.audience.record import Event, Record
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
_YES = frozenset(("true", "1", "yes", "oui"))
_NO = frozenset(("false", "0", "no", "non"))
_MOST_CELLS = 10_000
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

    `topics` are those of the site: a tag that is one of them becomes a topic of the person.
    """

    mapped: Mapped
    file: str
    header: tuple[str, ...]
    defaults: Record
    topics: Collection[str] = ()
    _status_of_file: Status = field(init=False, default="active")
    _said: dict[str, Said] = field(init=False, default_factory=dict)
    _given: dict[str, tuple[Given, ...]] = field(init=False, default_factory=dict)
    _statuses: tuple[Given, ...] = field(init=False, default=())
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
        self._statuses = self._given.get("status", ())
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

    def record(self, values: Any) -> Record:
        """The person of a row. Raises Refused, with what is wrong in it."""
        said = self._said
        defaults = self.defaults
        email = rules.address(cells.bare(said["email"](values)))
        if email.endswith(services.ERASED_ELSEWHERE):
            raise Refused(N_("this person was erased by the service that wrote the list"))
        if self._bad_file:
            raise Refused(N_("the file holds people who never subscribed"))
        status = self._status(values)
        created = moment(said["created_at"](values)) if "created_at" in said else None
        confirmed = moment(said["confirmed_at"](values)) if "confirmed_at" in said else None
        left = None
        if status == "unsubscribed" and "unsubscribed_at" in said:
            left = moment(said["unsubscribed_at"](values))
        language = defaults.language
        if "language" in said:
            language = rules.language(said["language"](values), language)
        page = said["form"](values)[:_LONGEST_PAGE] if "form" in said else ""
        log = defaults.consent
        if created or confirmed or left:
            log = self._log(created, confirmed, left, language, page)
        return Record(
            email,
            self._name(values),
            status,
            self._cadence(values) if "cadence" in said else "weekly",
            None,
            self._topics(values) if "topics" in said or "tags" in said else (),
            language,
            defaults.source,
            created or confirmed or defaults.created_at,
            confirmed,
            left,
            log,
        )

    def _status(self, values: Any) -> Status:
        found: Status = self._status_of_file
        for value in self._statuses:
            if word := cells.text(value(values)).casefold():
                if word not in services.STATUS:
                    raise Refused(N_("there is no status “%(status)s”"), status=word[:40])
                found = _max(found, services.STATUS[word])
        given = self._given
        for value in given.get("subscribed", ()):
            if cells.text(value(values)).casefold() in _NO:
                found = _max(found, "unsubscribed")
        for value in given.get("not_subscribed", ()):
            word = cells.text(value(values)).casefold()
            if word in _YES or moment(word):
                found = _max(found, "unsubscribed")
        if "unsubscribed_at" in given and self._said["unsubscribed_at"](values):
            found = _max(found, "unsubscribed")
        if "bounced_at" in given and self._said["bounced_at"](values):
            found = _max(found, "bounced")
        return found

    def _name(self, values: Any) -> str:
        said = self._said
        whole = said["name"](values) if "name" in said else ""
        if not whole and "first_name" in said:
            whole = said["first_name"](values)
        if "last_name" in said and not ("name" in said and whole):
            whole = f"{whole} {said['last_name'](values)}"
        return rules.clean_name(unguarded(whole)) if whole else ""

    def _cadence(self, values: Any) -> Cadence:
        word = self._said["cadence"](values)
        # Another program's word for it says nothing about ours.
        return rules.cadence(word if word in CADENCES else "")

    def _topics(self, values: Any) -> tuple[str, ...]:
        given = self._given
        chosen: list[str] = []
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
            if found[1] and (found[1] in self._unplaced or len(self._unplaced) < _MOST_CELLS):
                self._unplaced[found[1]] += 1
        return rules.topics(chosen) if chosen else ()

    def _sorted_out(self, tags: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        slugs = {tag: rules.topics((tag.replace(",", " "),)) for tag in tags}
        topics = [slug[0] for slug in slugs.values() if slug and slug[0] in self.topics]
        others = [tag[:60] for tag, slug in slugs.items() if not slug or slug[0] not in self.topics]
        return tuple(topics), tuple(others)

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
