"""What the site publishes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["post", "page"]
Status = Literal["draft", "published", "deleted"]
Newsletter = Literal["none", "digest", "digest+each"]


@dataclass(frozen=True, slots=True)
class Post:
    """An article, or a page when it stands alone. `uid` never changes; feeds name it by it."""

    id: int
    uid: str
    kind: str
    slug: str
    title: str
    excerpt: str
    markdown: str
    html: str
    plain_text: str
    reading_minutes: int
    status: str
    newsletter: str
    language: str
    canonical_url: str
    cover: str
    cover_alt: str
    source: str | None
    source_hash: str | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    audio: str = ""
    publish_at: datetime | None = None
    # Of a page: whether it stands in the menu.
    in_menu: int = 1
    # For search engines and shared links, where the summary is not meant for them.
    description: str = ""
    links_withdrawn: int = 0

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)

    @property
    def about(self) -> str:
        """What search engines and shared links say: the description, else the summary."""
        return self.description or self.excerpt

    @property
    def standfirst(self) -> str:
        """The excerpt when somebody wrote it; empty when it is only the article's own beginning."""
        text = " ".join(self.plain_text.split())
        return "" if " ".join(self.excerpt.split()).rstrip("… ") in text else self.excerpt


@dataclass(frozen=True, slots=True)
class Summary:
    """A post as lists show it, without its body."""

    id: int
    uid: str
    kind: str
    slug: str
    title: str
    excerpt: str
    reading_minutes: int
    status: str
    newsletter: str
    language: str
    cover: str
    cover_alt: str
    updated_at: datetime
    published_at: datetime | None

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer or an importer hands in; actions check it and make a Post of it."""

    title: str
    markdown: str
    kind: Kind = "post"
    slug: str = ""
    excerpt: str = ""
    description: str = ""
    language: str = ""
    canonical_url: str = ""
    cover: str = ""
    cover_alt: str = ""
    audio: str = ""
    newsletter: Newsletter = "digest"
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    aliases: tuple[str, ...] = ()
    # The slug of the article that this is a translation of.
    translation_of: str = ""
    in_menu: bool = True
    source: str | None = None
    source_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    id: int
    slug: str
    name: str

    @property
    def path(self) -> str:
        return f"/authors/{self.slug}"


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str
    name: str

    @property
    def path(self) -> str:
        return f"/topics/{self.slug}"


def path_of(kind: str, slug: str) -> str:
    """The address of a post or page on the site."""
    return f"/posts/{slug}" if kind == "post" else f"/{slug}"
