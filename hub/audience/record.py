"""The list as it leaves and enters: one record a person.

Times stay the text that the database keeps, so that what comes out goes in unchanged. These
are named tuples, because a million of them are made and a frozen dataclass takes five times
as long.
"""

from typing import NamedTuple

COLUMNS = (
    "email",
    "name",
    "status",
    "cadence",
    "paused_until",
    "topics",
    "language",
    "source",
    "created_at",
    "confirmed_at",
    "unsubscribed_at",
    "consent",
)


class Event(NamedTuple):
    """A line of the consent log; `at` as text."""

    kind: str
    at: str
    text: str
    text_version: str
    language: str
    form_url: str
    source: str


EVENT_FIELDS = Event._fields


class Record(NamedTuple):
    """A person with all that the hub knows; times as text, `consent` oldest first."""

    email: str
    name: str
    status: str
    cadence: str
    paused_until: str | None
    topics: tuple[str, ...]
    language: str
    source: str
    created_at: str
    confirmed_at: str | None
    unsubscribed_at: str | None
    consent: tuple[Event, ...]


class Beside(NamedTuple):
    """What the owner keeps of a person beside the record: tags, sorted, and notes."""

    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING_BESIDE = Beside()


class Known(NamedTuple):
    """Somebody on the list already; times as text. `confirmed_here`: when they last confirmed at a
    hub, or its owner for them; an import is none of it."""

    id: int
    email_key: str
    status: str
    created_at: str
    confirmed_at: str | None
    confirmed_here: str | None
