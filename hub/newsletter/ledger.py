"""The ledger: which post went out in which edition, and which wait for theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.newsletter.model import DigestPost


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    slug: str
    title: str
    excerpt: str
    published_at: datetime


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
            "SELECT p.id, p.slug, p.title, p.excerpt, p.published_at FROM edition_posts AS e"
            " JOIN posts AS p ON p.id = e.post_id"
            " WHERE e.edition_id = :id AND p.status = 'published' ORDER BY e.position",
            id=edition_id,
        ),
    )


def waiting_posts(
    tx: Transaction, stream: str, meant: tuple[str, ...], now: datetime
) -> tuple[DigestPost, ...]:
    """The ledger: published posts meant for `stream` and in no edition of it yet, oldest first."""
    names, values = in_list("meant", meant)
    return _with_authors(
        tx,
        tx.all(
            _Post,
            "SELECT p.id, p.slug, p.title, p.excerpt, p.published_at FROM posts AS p"
            " WHERE p.status = 'published' AND p.newsletter <> 'none' AND p.kind = 'post'"
            f" AND p.newsletter IN {names} AND p.published_at <= :now AND NOT EXISTS"
            " (SELECT 1 FROM edition_posts AS e WHERE e.stream = :stream AND e.post_id = p.id)"
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
            "SELECT id, slug, title, excerpt, published_at FROM posts WHERE kind = 'post'"
            " AND status = 'published' AND published_at <= :now"
            " ORDER BY published_at DESC, id DESC LIMIT :limit",
            now=now,
            limit=limit,
        ),
    )


def by_slugs(tx: Transaction, slugs: Sequence[str]) -> tuple[DigestPost, ...]:
    """The published posts among `slugs`, newest first."""
    names, values = in_list("slug", slugs)
    return _with_authors(
        tx,
        tx.all(
            _Post,
            # Without the condition of the index, SQLite goes through every article.
            "SELECT id, slug, title, excerpt, published_at FROM posts WHERE kind = 'post'"
            f" AND slug IN {names} AND status <> 'deleted' AND status = 'published'"
            " ORDER BY published_at DESC, id DESC",
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
    return tuple(
        DigestPost(
            post.id,
            post.slug,
            post.title,
            post.excerpt,
            post.published_at,
            tuple(names.get(post.id, ())),
        )
        for post in found
    )
