"""Every published address with its pictures and languages, a few hundred rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.content import translations
from hub.content.listing import Line
from hub.content.translations import Version
from hub.db import Transaction, in_list

_CHUNK = 500
# The pages, and then the articles: each kind by its own index, the oldest first.
_KINDS = ("page", "post")


@dataclass(frozen=True, slots=True)
class Place:
    """A post or page; `images` are addresses, the cover first; `versions` those of translations."""

    line: Line
    images: tuple[str, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class _Row(Line):
    id: int
    cover: str


@dataclass(frozen=True, slots=True)
class _Picture:
    post_id: int
    path: str


def count(tx: Transaction) -> int:
    """How many posts and pages are published."""
    return sum(_count(tx, kind) for kind in _KINDS)


def places(tx: Transaction, *, after: int, limit: int) -> Iterator[Place]:
    """The published pages and articles, when the first `after` are left out."""
    for kind in _KINDS:
        there = _count(tx, kind)
        skipped, after = min(after, there), max(0, after - there)
        rows = _rows(tx, kind, skipped=skipped, limit=min(_CHUNK, limit))
        while rows and limit:
            yield from _complete(tx, kind, rows)
            limit -= len(rows)
            rows = _rows_after(tx, kind, rows[-1], limit=min(_CHUNK, limit)) if limit else []


def _complete(tx: Transaction, kind: str, rows: list[_Row]) -> Iterator[Place]:
    ids = [row.id for row in rows]
    slots, values = in_list("id", ids)
    images: dict[int, list[str]] = {row.id: [row.cover] if row.cover else [] for row in rows}
    for picture in tx.all(
        _Picture,
        f"SELECT post_id, path FROM post_pictures WHERE post_id IN {slots}"
        " ORDER BY post_id, position",
        **values,
    ):
        images[picture.post_id].append(f"/media/{picture.path}")
    versions = translations.of_many(tx, kind, ids)
    for row in rows:
        yield Place(row, tuple(dict.fromkeys(images[row.id])), versions.get(row.id, ()))


def _count(tx: Transaction, kind: str) -> int:
    return int(
        tx.scalar(
            "SELECT count(*) FROM posts p WHERE p.kind = :kind AND p.status = 'published'",
            kind=kind,
        )
    )


_COLUMNS = "p.kind, p.slug, p.title, p.updated_at, p.published_at, p.id, p.cover"


def _rows(tx: Transaction, kind: str, *, skipped: int, limit: int) -> list[_Row]:
    if limit <= 0:
        return []
    return tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM posts p WHERE p.kind = :kind AND p.status = 'published'"
        " ORDER BY p.published_at, p.id LIMIT :limit OFFSET :skipped",
        kind=kind,
        limit=limit,
        skipped=skipped,
    )


def _rows_after(tx: Transaction, kind: str, last: _Row, *, limit: int) -> list[_Row]:
    return tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM posts p WHERE p.kind = :kind AND p.status = 'published'"
        " AND (p.published_at, p.id) > (:at, :id) ORDER BY p.published_at, p.id LIMIT :limit",
        kind=kind,
        at=last.published_at,
        id=last.id,
        limit=limit,
    )
