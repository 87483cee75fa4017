"""All SQL that the desk's lists of articles, pages and pictures need."""

from dataclasses import dataclass
from datetime import datetime

from hub.content.model import Topic, path_of
from hub.db import Transaction

_SUMMARY = "id, kind, slug, title, status, newsletter, updated_at, published_at, publish_at"


@dataclass(frozen=True, slots=True)
class Summary:
    """A post as the desk lists it. `publish_at` is when a draft appears by itself."""

    id: int
    kind: str
    slug: str
    title: str
    status: str
    newsletter: str
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many posts (or pages) there are."""

    drafts: int
    published: int

    @property
    def all(self) -> int:
        return self.drafts + self.published


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that can be used in articles; `path` is what follows /media/."""

    id: int
    path: str
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSound:
    """A sound that an article can name; `path` is what follows /media/."""

    id: int
    path: str
    content_type: str
    bytes: int
    created_at: datetime


def counts(tx: Transaction, kind: str) -> Counts:
    """Drafts and published ones of a kind."""
    return Counts(_count(tx, kind, "draft"), _count(tx, kind, "published"))


def drafts(tx: Transaction, kind: str, *, limit: int, offset: int = 0) -> list[Summary]:
    """Drafts, the one that was worked on last first."""
    return tx.all(
        Summary,
        f"SELECT {_SUMMARY} FROM posts WHERE kind = :kind AND status = 'draft'"
        " ORDER BY updated_at DESC, id DESC LIMIT :limit OFFSET :offset",
        kind=kind,
        limit=limit,
        offset=offset,
    )


def published(tx: Transaction, kind: str, *, limit: int, offset: int = 0) -> list[Summary]:
    """What readers see, newest first."""
    return tx.all(
        Summary,
        f"SELECT {_SUMMARY} FROM posts WHERE kind = :kind AND status = 'published'"
        " ORDER BY published_at DESC, id DESC LIMIT :limit OFFSET :offset",
        kind=kind,
        limit=limit,
        offset=offset,
    )


def everything(
    tx: Transaction, kind: str, *, drafts_first: int, limit: int, offset: int = 0
) -> list[Summary]:
    """Drafts (there are `drafts_first`), then what is published: both by their index."""
    found = drafts(tx, kind, limit=limit, offset=offset) if offset < drafts_first else []
    if len(found) < limit:
        rest = max(0, offset - drafts_first)
        found += published(tx, kind, limit=limit - len(found), offset=rest)
    return found


def topic_names(tx: Transaction) -> list[str]:
    """Every topic, to be offered while somebody writes."""
    return tx.all(str, "SELECT name FROM topics ORDER BY name LIMIT 500")


def topics(tx: Transaction) -> list[Topic]:
    """The topics of the site, to choose one."""
    return tx.all(Topic, "SELECT slug, name FROM topics ORDER BY name, slug LIMIT 500")


def topic_slugs(tx: Transaction) -> list[str]:
    """The topics of the site as readers choose them."""
    return tx.all(str, "SELECT slug FROM topics")


def author_names(tx: Transaction) -> list[str]:
    """Every author, to be offered while somebody writes."""
    return tx.all(str, "SELECT name FROM authors ORDER BY name LIMIT 500")


def pictures(tx: Transaction, *, before: int | None = None, limit: int) -> list[StoredPicture]:
    """Pictures, newest first; those that follow the id `before`."""
    return tx.all(
        StoredPicture,
        "SELECT id, path, content_type, bytes, width, height, created_at FROM media"
        " WHERE id < :before AND width IS NOT NULL ORDER BY id DESC LIMIT :limit",
        before=2**62 if before is None else before,
        limit=limit,
    )


def sounds(tx: Transaction, *, before: int | None = None, limit: int) -> list[StoredSound]:
    """Sound files, newest first; those that follow the id `before`."""
    return tx.all(
        StoredSound,
        "SELECT id, path, content_type, bytes, created_at FROM media"
        " WHERE width IS NULL AND id < :before ORDER BY id DESC LIMIT :limit",
        before=2**62 if before is None else before,
        limit=limit,
    )


def _count(tx: Transaction, kind: str, status: str) -> int:
    # The status stands in the text, so that the partial index of that status answers.
    literal = {"draft": "'draft'", "published": "'published'"}[status]
    return int(
        tx.scalar(
            f"SELECT count(*) FROM posts WHERE kind = :kind AND status = {literal}", kind=kind
        )
    )
