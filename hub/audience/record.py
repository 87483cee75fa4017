"""The list as it leaves and enters: one record a person.

Times stay the text that the database keeps, so that what comes out goes in unchanged.
"""

from dataclasses import dataclass

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
EVENT_FIELDS = ("kind", "at", "text", "text_version", "language", "form_url", "source")


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the consent log; `at` as text."""

    kind: str
    at: str
    text: str
    text_version: str
    language: str
    form_url: str
    source: str


@dataclass(frozen=True, slots=True)
class Record:
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


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on the list already; times as text."""

    id: int
    email_key: str
    status: str
    created_at: str
    confirmed_at: str | None
