"""A feed before it is RSS, Atom or JSON."""

from dataclasses import dataclass
from datetime import datetime

# The feeds of a page, beside it.
FILES = ("feed.xml", "atom.xml", "feed.json")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with an article; `length` in bytes."""

    url: str
    type: str
    length: int


@dataclass(frozen=True, slots=True)
class Item:
    """One article. `id` never changes; every address is absolute; `html` is empty for excerpts."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    image: str
    language: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    enclosure: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Articles, newest first. `page_url` is what people read instead, `self_url` the feed's own.

    `id` names it for ever, wherever it lives; `hub_url` is the WebSub hub that tells of changes.
    Of an archive `current_url` is the feed that it belongs to; `older_url` and `newer_url` are
    the archives before and after. Each is empty where there is none.
    """

    id: str
    title: str
    description: str
    page_url: str
    self_url: str
    language: str
    updated: datetime
    items: tuple[Item, ...]
    current_url: str = ""
    older_url: str = ""
    newer_url: str = ""
    hub_url: str = ""
