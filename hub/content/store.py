"""All SQL that writing, publishing and importing need. What readers see: listing.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from hub.content.model import Author, Newsletter, Post, Summary, Topic, path_of
from hub.db import Transaction, in_list

_SUMMARY = (
    "id, uid, kind, slug, title, excerpt, reading_minutes, status, newsletter, language, cover,"
    " cover_alt, updated_at, published_at"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported post came from, as far as a second import needs it."""

    id: int
    kind: str
    slug: str
    title: str
    status: str
    newsletter: Newsletter
    source: str
    source_hash: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """Every column of a post that is written, but its id."""

    uid: str
    slug: str
    status: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    kind: str = "post"
    title: str = ""
    excerpt: str = ""
    markdown: str = ""
    html: str = ""
    plain_text: str = ""
    reading_minutes: int = 0
    newsletter: str = "none"
    language: str = ""
    canonical_url: str = ""
    cover: str = ""
    cover_alt: str = ""
    source: str | None = None
    source_hash: str | None = None
    audio: str = ""
    in_menu: int = 1
    description: str = ""
    links_withdrawn: int = 0


_COLUMNS = tuple(field.name for field in fields(PostRow))


@dataclass(frozen=True, slots=True)
class _Place:
    kind: str
    slug: str


def by_id(tx: Transaction, post_id: int) -> Post | None:
    """The post with this id, deleted ones too."""
    return tx.one(Post, "SELECT * FROM posts WHERE id = :id", id=post_id)


@dataclass(frozen=True, slots=True)
class Shelved:
    """Where a post is to be found, deleted ones too."""

    id: int
    uid: str
    kind: str
    slug: str
    status: str


def shelved(tx: Transaction) -> list[Shelved]:
    """Every post, page and deleted one."""
    return tx.all(Shelved, "SELECT id, uid, kind, slug, status FROM posts")


def media_paths(tx: Transaction) -> list[str]:
    """What follows /media/, of every picture."""
    return tx.all(str, "SELECT path FROM media")


def id_of_uid(tx: Transaction, uid: str) -> int | None:
    """The id of the post with this uid."""
    return tx.one(int, "SELECT id FROM posts WHERE uid = :uid", uid=uid)


def by_uid(tx: Transaction, uid: str) -> Post | None:
    """The post with this uid, deleted ones too."""
    return tx.one(Post, "SELECT * FROM posts WHERE uid = :uid", uid=uid)


def uid_taken(tx: Transaction, uid: str) -> bool:
    """Whether a post with this uid is here, or was."""
    return tx.scalar("SELECT 1 FROM posts WHERE uid = :uid", uid=uid) is not None


def by_slug(tx: Transaction, kind: str, slug: str) -> Post | None:
    """The post or page that lives at this slug, published or not; not a deleted one."""
    return tx.one(
        Post,
        "SELECT * FROM posts WHERE kind = :kind AND slug = :slug AND status <> 'deleted'",
        kind=kind,
        slug=slug,
    )


def by_source(tx: Transaction, source: str) -> Post | None:
    """The post that was imported from there, deleted ones too."""
    return tx.one(Post, "SELECT * FROM posts WHERE source = :source", source=source)


def origins(tx: Transaction, prefix: str) -> list[Origin]:
    """Every imported post whose source begins with `prefix`, deleted ones too."""
    return tx.all(
        Origin,
        "SELECT id, kind, slug, title, status, newsletter, source, source_hash, published_at"
        " FROM posts WHERE substr(source, 1, :length) = :prefix",
        prefix=prefix,
        length=len(prefix),
    )


def slugs(tx: Transaction, kind: str) -> set[str]:
    """The slugs that are taken."""
    return set(
        tx.all(str, "SELECT slug FROM posts WHERE kind = :kind AND status <> 'deleted'", kind=kind)
    )


def taken(tx: Transaction, kind: str, slug: str, *, by_other_than: int = 0) -> bool:
    """Whether another post or page lives at this slug."""
    found = tx.scalar(
        "SELECT 1 FROM posts WHERE kind = :kind AND slug = :slug AND status <> 'deleted'"
        " AND id <> :id",
        kind=kind,
        slug=slug,
        id=by_other_than,
    )
    return found is not None


def listed(tx: Transaction, status: str = "", *, limit: int = 100_000) -> list[Summary]:
    """Posts and pages, newest first (drafts by their last change); `status` narrows them."""
    return tx.all(
        Summary,
        f"SELECT {_SUMMARY} FROM posts WHERE status <> 'deleted'"
        " AND (:status = '' OR status = :status)"
        " ORDER BY coalesce(published_at, updated_at) DESC, id DESC LIMIT :limit",
        status=status,
        limit=limit,
    )


def insert(tx: Transaction, row: PostRow) -> int:
    """A new post; its id. Conflict when its slug, uid or source is taken."""
    names = ", ".join(_COLUMNS)
    slots = ", ".join(f":{name}" for name in _COLUMNS)
    return int(
        tx.scalar(
            f"INSERT INTO posts ({names}) VALUES ({slots}) RETURNING id",
            **{name: getattr(row, name) for name in _COLUMNS},
        )
    )


def replace(tx: Transaction, post_id: int, row: PostRow) -> None:
    """Every column of a post anew, but its id."""
    tx.execute(
        f"UPDATE posts SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE id = :id",
        id=post_id,
        **{name: getattr(row, name) for name in _COLUMNS},
    )


def set_status(
    tx: Transaction, post_id: int, status: str, published_at: datetime | None, now: datetime
) -> None:
    """Published or taken back; what was scheduled for it is void."""
    tx.execute(
        "UPDATE posts SET status = :status, published_at = :published_at, updated_at = :now,"
        " publish_at = NULL WHERE id = :id",
        id=post_id,
        status=status,
        published_at=published_at,
        now=now,
    )


def set_publish_at(tx: Transaction, post_id: int, at: datetime | None) -> None:
    """When a draft is to be published by itself; None for never."""
    tx.execute("UPDATE posts SET publish_at = :at WHERE id = :id", id=post_id, at=at)


def withdraw_link(tx: Transaction, post_id: int) -> None:
    """One more link to a draft is void."""
    tx.execute("UPDATE posts SET links_withdrawn = links_withdrawn + 1 WHERE id = :id", id=post_id)


def to_publish(tx: Transaction, now: datetime) -> list[Post]:
    """The first drafts whose time has come, in its order; some at once."""
    return tx.all(
        Post,
        "SELECT * FROM posts WHERE publish_at IS NOT NULL AND publish_at <= :now"
        " ORDER BY publish_at, id LIMIT 20",
        now=now,
    )


def empty(tx: Transaction, post_id: int, now: datetime) -> None:
    """Take a post's contents away; the row stays for its address, its source and the ledger."""
    tx.execute(
        "UPDATE posts SET status = 'deleted', title = '', excerpt = '', markdown = '', html = '',"
        " plain_text = '', reading_minutes = 0, canonical_url = '', cover = '', cover_alt = '',"
        " audio = '', description = '', publish_at = NULL,"
        " updated_at = :now WHERE id = :id",
        id=post_id,
        now=now,
    )
    tx.execute("DELETE FROM post_authors WHERE post_id = :id", id=post_id)
    tx.execute("DELETE FROM post_topics WHERE post_id = :id", id=post_id)
    tx.execute("DELETE FROM post_pictures WHERE post_id = :id", id=post_id)
    tx.execute("DELETE FROM translations WHERE post_id = :id", id=post_id)


def authors_of(tx: Transaction, post_id: int) -> list[Author]:
    """The authors of a post, in their order."""
    return tx.all(
        Author,
        "SELECT authors.id, authors.slug, authors.name FROM post_authors"
        " JOIN authors ON authors.id = post_authors.author_id"
        " WHERE post_authors.post_id = :id ORDER BY post_authors.position",
        id=post_id,
    )


def topics_of(tx: Transaction, post_id: int) -> list[Topic]:
    """The topics of a post, in their order."""
    return tx.all(
        Topic,
        "SELECT topics.slug, topics.name FROM post_topics"
        " JOIN topics ON topics.slug = post_topics.topic"
        " WHERE post_topics.post_id = :id ORDER BY post_topics.position",
        id=post_id,
    )


def topics_there(tx: Transaction, slugs: Iterable[str]) -> list[str]:
    """Those of the slugs that are topics of the site."""
    marks, values = in_list("slug", slugs)
    return tx.all(str, f"SELECT slug FROM topics WHERE slug IN {marks}", **values)


def author_by_name(tx: Transaction, name: str) -> Author | None:
    return tx.one(Author, "SELECT id, slug, name FROM authors WHERE name = :name", name=name)


def author_by_slug(tx: Transaction, slug: str) -> Author | None:
    return tx.one(Author, "SELECT id, slug, name FROM authors WHERE slug = :slug", slug=slug)


def add_author(tx: Transaction, slug: str, name: str) -> int:
    """A new author; the id."""
    return int(
        tx.scalar(
            "INSERT INTO authors (slug, name) VALUES (:slug, :name) RETURNING id",
            slug=slug,
            name=name,
        )
    )


def set_authors(tx: Transaction, post_id: int, author_ids: Sequence[int]) -> None:
    """These are the authors of a post, in this order."""
    tx.execute("DELETE FROM post_authors WHERE post_id = :id", id=post_id)
    tx.executemany(
        "INSERT INTO post_authors (post_id, author_id, position)"
        " VALUES (:post_id, :author_id, :position)",
        [
            {"post_id": post_id, "author_id": author_id, "position": n}
            for n, author_id in enumerate(author_ids)
        ],
    )


def set_topics(tx: Transaction, post_id: int, topics: Sequence[Topic]) -> None:
    """These are the topics of a post, in this order; a topic keeps the name it got first."""
    tx.execute("DELETE FROM post_topics WHERE post_id = :id", id=post_id)
    tx.executemany(
        "INSERT INTO topics (slug, name) VALUES (:slug, :name) ON CONFLICT (slug) DO NOTHING",
        [{"slug": topic.slug, "name": topic.name} for topic in topics],
    )
    tx.executemany(
        "INSERT INTO post_topics (post_id, topic, position) VALUES (:post_id, :topic, :position)",
        [
            {"post_id": post_id, "topic": topic.slug, "position": n}
            for n, topic in enumerate(topics)
        ],
    )


def set_pictures(tx: Transaction, post_id: int, paths: Iterable[str]) -> None:
    """These are the pictures in a post's text, in this order; a path follows /media/."""
    tx.execute("DELETE FROM post_pictures WHERE post_id = :id", id=post_id)
    tx.executemany(
        "INSERT INTO post_pictures (post_id, position, path) VALUES (:post_id, :position, :path)",
        [{"post_id": post_id, "position": n, "path": path} for n, path in enumerate(paths)],
    )


def path_of_id(tx: Transaction, post_id: int) -> str:
    """Where a post lives, without slashes at the ends; empty for an unknown one."""
    place = tx.one(_Place, "SELECT kind, slug FROM posts WHERE id = :id", id=post_id)
    return path_of(place.kind, place.slug).strip("/") if place else ""


def redirect_target(tx: Transaction, path: str) -> int | None:
    """The id of the post that an old address leads to; 0 when it leads to an address."""
    found = tx.scalar("SELECT coalesce(post_id, 0) FROM redirects WHERE path = :path", path=path)
    return None if found is None else int(found)


def put_redirect(tx: Transaction, path: str, post_id: int, now: datetime) -> None:
    """An old address leads to this post from now on, whatever it did before."""
    tx.execute(
        "INSERT INTO redirects (path, post_id, created_at) VALUES (:path, :post_id, :now)"
        " ON CONFLICT (path) DO UPDATE SET post_id = excluded.post_id, target = ''",
        path=path,
        post_id=post_id,
        now=now,
    )


def drop_redirect(tx: Transaction, path: str) -> None:
    """An address is no old one any more."""
    tx.execute("DELETE FROM redirects WHERE path = :path", path=path)


def redirects_to(tx: Transaction, post_id: int) -> list[str]:
    """The old addresses of a post."""
    return tx.all(str, "SELECT path FROM redirects WHERE post_id = :id ORDER BY path", id=post_id)


@dataclass(frozen=True, slots=True)
class Size:
    """A stored picture's type, and its size in pixels; `path` is what follows /media/."""

    path: str
    content_type: str
    width: int
    height: int


def sizes(tx: Transaction, paths: Iterable[str]) -> dict[str, Size]:
    """The sizes of stored pictures, by path, as far as they are known."""
    slots, values = in_list("path", paths)
    rows = tx.all(
        Size,
        f"SELECT path, content_type, width, height FROM media WHERE path IN {slots}"
        " AND width IS NOT NULL AND height IS NOT NULL",
        **values,
    )
    return {row.path: row for row in rows}


def is_sound(tx: Transaction, address: str) -> bool:
    """Whether a stored sound is at this address, /media/…"""
    content_type = tx.scalar(
        "SELECT content_type FROM media WHERE path = :path",
        path=address.removeprefix("/media/"),
    )
    return address.startswith("/media/") and str(content_type or "").startswith("audio/")


def add_media(
    tx: Transaction,
    *,
    path: str,
    sha256: str,
    content_type: str,
    size: int,
    width: int | None,
    height: int | None,
    now: datetime,
) -> None:
    """Remember a stored file; the same bytes are remembered once. `size` is in bytes."""
    tx.execute(
        "INSERT INTO media (path, sha256, content_type, bytes, width, height, created_at)"
        " VALUES (:path, :sha256, :content_type, :size, :width, :height, :now)"
        " ON CONFLICT (sha256) DO NOTHING",
        path=path,
        sha256=sha256,
        content_type=content_type,
        size=size,
        width=width,
        height=height,
        now=now,
    )
