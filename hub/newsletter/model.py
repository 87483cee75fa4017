"""Editions and deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Stream = Literal["weekly", "monthly", "each", "letter"]
STREAMS: tuple[Stream, ...] = ("weekly", "monthly", "each", "letter")


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of a stream. `reason` says why it was skipped or paused.

    Until `starts_at` nothing of it is queued, and it can be undone. `on_site` says whether
    everybody may read it.
    """

    id: int
    stream: str
    period: str
    status: str
    subject: str
    reason: str
    created_at: datetime
    finished_at: datetime | None
    queued_up_to: int
    starts_at: datetime | None = None
    on_site: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deliveries of an edition are in which state."""

    queued: int
    claimed: int
    accepted: int
    deferred: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Retry:
    """How many mails go out again, and how many are left out, by what their readers are now.

    `left_out` holds (`bounced`, `unsubscribed`, …, `erased`; how many), sorted. `unknown` of the
    `queued` may have arrived.
    """

    queued: int
    left_out: tuple[tuple[str, int], ...]
    unknown: int = 0

    @property
    def failed(self) -> int:
        return self.queued - self.unknown


@dataclass(frozen=True, slots=True)
class EditionReport:
    """An edition, how many posts are in it, and how its deliveries stand."""

    edition: Edition
    posts: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A post as an edition shows it. `cover_size` is that of a cover of this site, in pixels.

    `html` is its article where the mail carries it, else empty.
    """

    id: int
    slug: str
    title: str
    excerpt: str
    published_at: datetime
    authors: tuple[str, ...] = ()
    language: str = ""
    reading_minutes: int = 0
    cover: str = ""
    cover_alt: str = ""
    cover_size: tuple[int, int] | None = None
    html: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the periods of a stream begin: `weekday` 0 is Monday; `time` is HH:MM in `timezone`."""

    stream: Stream
    timezone: str
    time: str
    weekday: int
    day_of_month: int


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its name (`2026-W48`, `2026-11`) and the instant at which it begins."""

    name: str
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class NextEdition:
    """What the next edition of a stream would be if nothing changed until `period` begins.

    `period` is None for the stream `each`, whose editions follow the posts.
    """

    stream: str
    period: Period | None
    posts: tuple[DigestPost, ...]
    readers: int


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that this worker holds; `was` is the state that it was claimed from.

    `email` and what follows are None when the reader left.
    """

    was: str
    edition_id: int
    subscriber_id: int
    attempts: int
    email: str | None
    email_key: str | None
    name: str | None
    language: str | None
    status: str | None
