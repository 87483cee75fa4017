"""The ledger: which post went out in which edition, and which wait for theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.content import store as posts_store
from hub.db import Transaction, in_list
from hub.newsletter import holds
from hub.newsletter.model import DigestPost

_SHOWN = (
    "p.id, p.slug, p.title, p.excerpt, p.published_at, p.language, p.reading_minutes, p.cover,"
    " p.cover_alt"
)
_MEDIA = "/media/"


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    slug: str
    title: str
    excerpt: str
    published_at: datetime
    language: str
    reading_minutes: int
    cover: str
    cover_alt: str


@dataclass(frozen=True, slots=True)
class _Authorship:
    post_id: int
    name: str


def posts(tx: Transaction, edition_id: int) -> tuple[DigestPost, ...]:
    """What is in an edition and still on the site, in the edition's order."""
    return _with_authors(
        tx,
        tx.all(
            _Post,
            f"SELECT {_SHOWN} FROM edition_posts AS e"
            " JOIN posts AS p ON p.id = e.post_id"
            " WHERE e.edition_id = :id AND p.status = 'published' ORDER BY e.position",
            id=edition_id,
        ),
    )


def waiting_posts(
    tx: Transaction, stream: str, meant: tuple[str, ...], now: datetime
) -> tuple[DigestPost, ...]:
    """The ledger: published posts meant for `stream`, in no edition of it yet and not held back,
    oldest first."""
    names, values = in_list("meant", meant)
    return _with_authors(
        tx,
        tx.all(
            _Post,
            f"SELECT {_SHOWN} FROM posts AS p"
            " WHERE p.status = 'published' AND p.newsletter <> 'none' AND p.kind = 'post'"
            f" AND p.newsletter IN {names} AND p.published_at <= :now AND NOT EXISTS"
            " (SELECT 1 FROM edition_posts AS e WHERE e.stream = :stream AND e.post_id = p.id)"
            f" AND {holds.NOT_HELD}"
            " ORDER BY p.published_at, p.id",
            stream=stream,
            now=now,
            **values,
        ),
    )


def latest(tx: Transaction, limit: int, now: datetime) -> tuple[DigestPost, ...]:
    """The newest published posts, whatever they are meant for."""
    return _with_authors(
        tx,
        tx.all(
            _Post,
            f"SELECT {_SHOWN} FROM posts AS p WHERE p.kind = 'post'"
            " AND p.status = 'published' AND p.published_at <= :now"
            " ORDER BY p.published_at DESC, p.id DESC LIMIT :limit",
            now=now,
            limit=limit,
        ),
    )


def with_article(tx: Transaction, posts: Sequence[DigestPost]) -> tuple[DigestPost, ...]:
    """The same post with its article, for a mail that carries it; several stay as they are."""
    if len(posts) != 1:
        return tuple(posts)
    body = tx.scalar("SELECT html FROM posts WHERE id = :id", id=posts[0].id)
    return (replace(posts[0], html=str(body or "")),)


def by_slugs(tx: Transaction, slugs: Sequence[str]) -> tuple[DigestPost, ...]:
    """The published posts among `slugs`, newest first."""
    names, values = in_list("slug", slugs)
    return _with_authors(
        tx,
        tx.all(
            _Post,
            # Without the condition of the index, SQLite goes through every article.
            f"SELECT {_SHOWN} FROM posts AS p WHERE p.kind = 'post'"
            f" AND p.slug IN {names} AND p.status <> 'deleted' AND p.status = 'published'"
            " ORDER BY p.published_at DESC, p.id DESC",
            **values,
        ),
    )


def take(tx: Transaction, edition_id: int, stream: str, post_ids: list[int]) -> None:
    """Write posts into the ledger. Raises Conflict when one is in an edition of the stream."""
    tx.executemany(
        "INSERT INTO edition_posts (edition_id, stream, post_id, position)"
        " VALUES (:edition_id, :stream, :post_id, :position)",
        [
            {"edition_id": edition_id, "stream": stream, "post_id": post_id, "position": n}
            for n, post_id in enumerate(post_ids)
        ],
    )


def post_ids(tx: Transaction, edition_id: int) -> list[int]:
    """What an edition took, in its order."""
    return tx.all(
        int,
        "SELECT post_id FROM edition_posts WHERE edition_id = :id ORDER BY position",
        id=edition_id,
    )


def release(tx: Transaction, edition_id: int) -> int:
    """Take an edition's posts out of the ledger; how many."""
    return tx.execute("DELETE FROM edition_posts WHERE edition_id = :id", id=edition_id)


def _with_authors(tx: Transaction, found: list[_Post]) -> tuple[DigestPost, ...]:
    names: dict[int, list[str]] = {}
    for start in range(0, len(found), 500):
        listed, ids = in_list("id", [post.id for post in found[start : start + 500]])
        for row in tx.all(
            _Authorship,
            "SELECT pa.post_id, a.name FROM post_authors AS pa JOIN authors AS a"
            f" ON a.id = pa.author_id WHERE pa.post_id IN {listed}"
            " ORDER BY pa.post_id, pa.position",
            **ids,
        ):
            names.setdefault(row.post_id, []).append(row.name)
    sizes = _cover_sizes(tx, found)
    return tuple(
        DigestPost(
            post.id,
            post.slug,
            post.title,
            post.excerpt,
            post.published_at,
            tuple(names.get(post.id, ())),
            post.language,
            post.reading_minutes,
            post.cover,
            post.cover_alt,
            sizes.get(post.cover),
        )
        for post in found
    )


def _cover_sizes(tx: Transaction, found: list[_Post]) -> dict[str, tuple[int, int]]:
    """The sizes of covers that are pictures of this site, by their addresses."""
    paths = sorted(
        {post.cover.removeprefix(_MEDIA) for post in found if post.cover.startswith(_MEDIA)}
    )
    return {
        _MEDIA + path: (size.width, size.height)
        for start in range(0, len(paths), 500)
        for path, size in posts_store.sizes(tx, paths[start : start + 500]).items()
    }
