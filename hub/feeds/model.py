"""A feed before it is RSS, Atom or JSON."""

from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class Feed:
    """Articles, newest first. `page_url` is what people read instead, `self_url` the feed's own."""

    title: str
    description: str
    page_url: str
    self_url: str
    language: str
    updated: datetime
    items: tuple[Item, ...]
