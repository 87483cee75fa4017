"""What readers' pages and feeds ask of the database: published posts, and old addresses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from hub.content.model import Author, Post, Summary, Topic, path_of
from hub.db import Transaction, in_list
from hub.times import from_text

P = TypeVar("P", Post, Summary)
_COMPARED = 300

_SUMMARY = (
    "p.id, p.uid, p.kind, p.slug, p.title, p.excerpt, p.reading_minutes, p.status, p.newsletter, "
    "p.language, p.cover, p.cover_alt, p.updated_at, p.published_at"
)
_LISTED = "FROM posts p WHERE p.kind = 'post' AND p.status = 'published'"
_NEWEST_FIRST = "ORDER BY p.published_at DESC, p.id DESC"
_NEWEST_BEFORE = f"SELECT p.published_at {_LISTED} AND p.published_at < :start"
_BETWEEN = f"SELECT count(*) {_LISTED} AND p.published_at < :end"
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
# The table that says which posts belong to a scope, and its column.
_NAMES = {"topic": ("post_topics", "topic"), "author": ("post_authors", "author_id")}
# Posts with topics and authors that no list holds.
_UNLISTED = (
    "p.kind IN ('post', 'page') AND p.status = 'draft'",
    "p.kind IN ('post', 'page') AND p.status = 'deleted'",
    "p.kind = 'page' AND p.status = 'published'",
)
# The list is walked in its own order by posts_listed and each post asked whether it
# belongs: no post's body is touched, and nothing is sorted.
_WITHIN = {
    "all": "",
    "topic": " AND EXISTS (SELECT 1 FROM post_topics t WHERE t.post_id = p.id AND t.topic = :key)",
    "author": " AND EXISTS (SELECT 1 FROM post_authors a"
    " WHERE a.post_id = p.id AND a.author_id = :key)",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which posts a list holds: all, those of a topic (by its slug) or an author (by their id)."""

    by: Literal["all", "topic", "author"] = "all"
    key: str | int = ""


ALL = Scope()


@dataclass(frozen=True, slots=True)
class Listed(Generic[P]):
    """A post with those who wrote it and what it is about, each in the post's own order."""

    post: P
    authors: tuple[Author, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A post as the archive and the sitemap show it."""

    kind: str
    slug: str
    title: str
    updated_at: datetime
    published_at: datetime

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Year:
    """A year in the archive; `before` is how many articles are newer than its newest."""

    year: int
    before: int


@dataclass(frozen=True, slots=True)
class Described:
    """A post in a list for programs."""

    kind: str
    slug: str
    title: str
    excerpt: str

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The post before or after another one."""

    slug: str
    title: str

    @property
    def path(self) -> str:
        return path_of("post", self.slug)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file under data/media/: `path` is what follows /media/, `width` that of a picture."""

    path: str
    sha256: str
    content_type: str
    width: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file: `path` is what follows /media/."""

    path: str
    content_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where an old address leads: a post in one of its states, or `address` as it stands there."""

    kind: str
    slug: str
    status: str
    address: str = ""

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


def count(tx: Transaction, scope: Scope = ALL) -> int:
    """How many published articles there are in a scope.

    Of a topic or an author: all that name it, which an index counts, without the few on no list.
    """
    if scope.by == "all":
        return int(tx.scalar(f"SELECT count(*) {_LISTED}"))
    table, column = _NAMES[scope.by]
    unlisted = " - ".join(
        f"(SELECT count(*) FROM posts p CROSS JOIN {table} n"
        f" WHERE {which} AND n.post_id = p.id AND n.{column} = :key)"
        for which in _UNLISTED
    )
    named = f"SELECT count(*) FROM {table} WHERE {column} = :key"
    return int(tx.scalar(f"SELECT ({named}) - {unlisted}", key=scope.key))


def has_any(tx: Transaction, scope: Scope) -> bool:
    """Whether there is a published article in a scope."""
    sql = f"SELECT 1 {_LISTED}{_WITHIN[scope.by]} LIMIT 1"
    return tx.scalar(sql, **_key(scope)) is not None


def latest(
    tx: Transaction, scope: Scope = ALL, *, limit: int, offset: int = 0
) -> list[Listed[Summary]]:
    """Published articles as lists show them, newest first."""
    posts = tx.all(
        Summary,
        f"SELECT {_SUMMARY} {_LISTED}{_WITHIN[scope.by]} {_NEWEST_FIRST} "
        "LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
        **_key(scope),
    )
    return _with_names(tx, posts)


def latest_whole(tx: Transaction, scope: Scope = ALL, *, limit: int) -> list[Listed[Post]]:
    """Published articles with their bodies, newest first: what feeds carry."""
    posts = tx.all(
        Post,
        f"SELECT p.* {_LISTED}{_WITHIN[scope.by]} {_NEWEST_FIRST} LIMIT :limit",
        limit=limit,
        **_key(scope),
    )
    return _with_names(tx, posts)


def chapter(tx: Transaction, scope: Scope = ALL, *, after: int, limit: int) -> list[Listed[Post]]:
    """Published articles with their bodies, newest first: `limit` of them when the oldest
    `after` are left out."""
    posts = tx.all(
        Post,
        f"SELECT p.* {_LISTED}{_WITHIN[scope.by]} ORDER BY p.published_at, p.id"
        " LIMIT :limit OFFSET :after",
        limit=limit,
        after=after,
        **_key(scope),
    )
    return _with_names(tx, posts[::-1])


def published(tx: Transaction, kind: str, slug: str) -> Listed[Post] | None:
    """The published post (or page) at this slug."""
    post = tx.one(
        Post,
        # Without the condition of the index, SQLite goes through every article.
        "SELECT * FROM posts WHERE kind = :kind AND slug = :slug AND status <> 'deleted'"
        " AND status = 'published'",
        kind=kind,
        slug=slug,
    )
    return _with_names(tx, [post])[0] if post else None


def newer(tx: Transaction, post: Post) -> Neighbour | None:
    """The article published right after this one."""
    return tx.one(
        Neighbour,
        f"SELECT p.slug, p.title {_LISTED} AND (p.published_at, p.id) > (:at, :id) "
        "ORDER BY p.published_at, p.id LIMIT 1",
        at=post.published_at,
        id=post.id,
    )


def older(tx: Transaction, post: Post) -> Neighbour | None:
    """The article published right before this one."""
    return tx.one(
        Neighbour,
        f"SELECT p.slug, p.title {_LISTED} AND (p.published_at, p.id) < (:at, :id) "
        f"{_NEWEST_FIRST} LIMIT 1",
        at=post.published_at,
        id=post.id,
    )


def related(
    tx: Transaction, item: Listed[Post], *, without: Iterable[Neighbour | None], limit: int = 3
) -> list[Summary]:
    """Articles that share the most topics with this one, then the newest; not those `without`.

    The last few hundred of each topic are compared: one may hold ten thousand.
    """
    if not item.topics:
        return []
    values = {f"topic{n}": topic.slug for n, topic in enumerate(item.topics)}
    recent = " UNION ALL ".join(
        f"SELECT post_id FROM (SELECT post_id FROM post_topics WHERE topic = :{name}"
        f" AND post_id <> :id ORDER BY post_id DESC LIMIT {_COMPARED}) AS of_{name}"
        for name in values
    )
    known = [item.post.slug, *(other.slug for other in without if other is not None)]
    slugs, more = in_list("slug", known)
    # The index of topics alone finds the candidates; posts are read for these few only (SQLite
    # keeps the order of a CROSS JOIN).
    return tx.all(
        Summary,
        f"""
        SELECT {_SUMMARY} FROM (
          SELECT post_id, count(*) AS shared FROM ({recent}) recent
          GROUP BY post_id ORDER BY shared DESC, post_id DESC LIMIT 40
        ) near CROSS JOIN posts p
        WHERE p.id = near.post_id AND p.kind = 'post' AND p.status = 'published'
          AND p.slug NOT IN {slugs}
        ORDER BY near.shared DESC, p.published_at DESC, p.id DESC LIMIT :limit
        """,
        id=item.post.id,
        limit=limit,
        **values,
        **more,
    )


def these(tx: Transaction, ids: Iterable[int]) -> list[Listed[Summary]]:
    """The published articles among these, as lists show them, in no order."""
    marks, values = in_list("id", ids)
    # By the ids alone: SQLite would rather go through the list of what is published.
    found = tx.all(Summary, f"SELECT {_SUMMARY} FROM posts p WHERE p.id IN {marks}", **values)
    posts = [post for post in found if post.kind == "post" and post.status == "published"]
    return _with_names(tx, posts) if posts else []


def archive(tx: Transaction, *, limit: int, offset: int) -> list[Line]:
    """A page of all published articles, newest first."""
    return tx.all(
        Line,
        f"SELECT p.kind, p.slug, p.title, p.updated_at, p.published_at {_LISTED} {_NEWEST_FIRST}"
        " LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
    )


def years(tx: Transaction, zone: ZoneInfo) -> list[Year]:
    """The years in which articles were published, as they were counted in `zone`, newest first."""
    found: list[Year] = []
    before, start = 0, _END_OF_TIME
    while newest := tx.scalar(f"{_NEWEST_BEFORE} {_NEWEST_FIRST} LIMIT 1", start=start):
        end, year = start, from_text(newest).astimezone(zone).year
        start = datetime(year, 1, 1, tzinfo=zone)
        number = int(tx.scalar(f"{_BETWEEN} AND p.published_at >= :start", start=start, end=end))
        found.append(Year(year, before))
        before += number
    return found


def described(tx: Transaction, kind: str) -> list[Described]:
    """Every published article (or page), newest first."""
    return tx.all(
        Described,
        "SELECT p.kind, p.slug, p.title, p.excerpt FROM posts p "
        f"WHERE p.kind = :kind AND p.status = 'published' {_NEWEST_FIRST}",
        kind=kind,
    )


def topics(tx: Transaction, *, limit: int) -> list[Topic]:
    """The topics that have published articles, by name."""
    return tx.all(
        Topic,
        "SELECT slug, name FROM topics WHERE EXISTS (SELECT 1 FROM post_topics t"
        " JOIN posts p ON p.id = t.post_id WHERE t.topic = topics.slug"
        " AND p.kind = 'post' AND p.status = 'published') ORDER BY name, slug LIMIT :limit",
        limit=limit,
    )


def named_topics(tx: Transaction, slugs: Sequence[str]) -> list[Topic]:
    """Topics in the order of their slugs; one that no article has is named as its slug."""
    marks, values = in_list("slug", slugs)
    rows = tx.all(Topic, f"SELECT slug, name FROM topics WHERE slug IN {marks}", **values)
    names = {row.slug: row for row in rows}
    return [names.get(slug, Topic(slug, slug)) for slug in slugs]


def topic(tx: Transaction, slug: str) -> Topic | None:
    """The topic of that slug."""
    return tx.one(Topic, "SELECT slug, name FROM topics WHERE slug = :slug", slug=slug)


def author(tx: Transaction, slug: str) -> Author | None:
    """The author of that slug."""
    return tx.one(Author, "SELECT id, slug, name FROM authors WHERE slug = :slug", slug=slug)


def redirect(tx: Transaction, paths: Iterable[str]) -> Target | None:
    """The post that an old address leads to, whatever its status; or the address.

    `paths` are spellings of one address, without slashes at their ends.
    """
    names, values = in_list("path", paths)
    return tx.one(
        Target,
        "SELECT coalesce(p.kind, '') AS kind, coalesce(p.slug, '') AS slug,"
        " coalesce(p.status, '') AS status,"
        " CASE WHEN p.id IS NULL THEN r.target ELSE '' END AS address"
        " FROM redirects r LEFT JOIN posts p ON p.id = r.post_id "
        f"WHERE r.path IN {names} ORDER BY r.path LIMIT 1",
        **values,
    )


def is_gone(tx: Transaction, kind: str, slug: str) -> bool:
    """Whether a post that its owner deleted lived at this slug."""
    sql = "SELECT 1 FROM posts WHERE kind = :kind AND slug = :slug AND status = 'deleted' LIMIT 1"
    return tx.scalar(sql, kind=kind, slug=slug) is not None


def sounds(tx: Transaction, addresses: Iterable[str]) -> dict[str, Sound]:
    """The sounds at these addresses (/media/…), by address, as far as they are there."""
    slots, values = in_list("path", {one.removeprefix("/media/") for one in addresses})
    found = tx.all(
        Sound, f"SELECT path, content_type, bytes FROM media WHERE path IN {slots}", **values
    )
    return {f"/media/{sound.path}": sound for sound in found}


def media(tx: Transaction, path: str) -> Stored | None:
    """The file that is known under /media/`path`."""
    return tx.one(
        Stored,
        "SELECT path, sha256, content_type, width FROM media WHERE path = :path",
        path=path,
    )


@dataclass(frozen=True, slots=True)
class _AuthorOf(Author):
    post_id: int


@dataclass(frozen=True, slots=True)
class _TopicOf(Topic):
    post_id: int


def _with_names(tx: Transaction, posts: list[P]) -> list[Listed[P]]:
    """Authors and topics of any number of posts, in two queries."""
    ids, values = in_list("id", (post.id for post in posts))
    authors: dict[int, list[Author]] = {}
    for written in tx.all(
        _AuthorOf,
        "SELECT a.id, a.slug, a.name, pa.post_id FROM post_authors pa "
        f"JOIN authors a ON a.id = pa.author_id WHERE pa.post_id IN {ids} "
        "ORDER BY pa.post_id, pa.position",
        **values,
    ):
        authors.setdefault(written.post_id, []).append(written)
    topics: dict[int, list[Topic]] = {}
    for about in tx.all(
        _TopicOf,
        "SELECT t.slug, t.name, pt.post_id FROM post_topics pt "
        f"JOIN topics t ON t.slug = pt.topic WHERE pt.post_id IN {ids} "
        "ORDER BY pt.post_id, pt.position",
        **values,
    ):
        topics.setdefault(about.post_id, []).append(about)
    return [
        Listed(post, tuple(authors.get(post.id, ())), tuple(topics.get(post.id, ())))
        for post in posts
    ]


def _key(scope: Scope) -> dict[str, object]:
    return {} if scope.by == "all" else {"key": scope.key}
