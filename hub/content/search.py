"""Full-text search: what readers ask for becomes articles, and every change of a post is kept up.

Only what is published has words in the index; whoever changes a post calls `reindex` in the same
transaction, so that search never knows more or less than the site shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.content import search_index, stemming, store
from hub.content.model import Post, path_of
from hub.content.search_index import MOST_RANKED, Words
from hub.content.snippets import Marker, Part
from hub.db import Database, Transaction, in_list

PER_PAGE = 10
LONGEST_QUERY = 200
# Posts that are read anew at a time: short, because readers who sign up wait meanwhile.
BATCH = 20
# PostgreSQL's index of one text holds a megabyte, with what it adds to each word.
_LONGEST_BODY = 400_000
_WORDS_IN_ORDER = 20_000
# More than any book has. Their stems are ready (`learn`) before the transaction begins.
_DIFFERENT_WORDS = stemming.LEARNED


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found, with the words marked in its title and in a piece of its text."""

    kind: str
    slug: str
    language: str
    published_at: datetime
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]
    id: int = 0

    @property
    def plain_title(self) -> str:
        return "".join(part.text for part in self.title)

    @property
    def path(self) -> str:
        return path_of(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found. `total` is everything, `shown` what can be walked through."""

    hits: tuple[Hit, ...]
    total: int

    @property
    def shown(self) -> int:
        return min(self.total, MOST_RANKED)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    kind: str
    slug: str
    title: str
    excerpt: str
    language: str
    published_at: datetime
    plain_text: str


NOTHING = Results((), 0)


def find(tx: Transaction, query: str, *, page: int = 1) -> Results:
    """What is published and holds all the words of `query`, best first; page 1 is the first.

    Any text may be given; one without a letter or digit finds nothing.
    """
    wanted = stemming.wanted(query[:LONGEST_QUERY])
    if not wanted:
        return NOTHING
    total = search_index.count(tx, wanted)
    if total == 0:
        return NOTHING
    ids = search_index.best(tx, wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    markers: dict[str, Marker] = {}
    hits = []
    for row in _rows(tx, ids):
        marker = markers.setdefault(row.language, Marker(wanted, row.language))
        hits.append(
            Hit(
                kind=row.kind,
                slug=row.slug,
                language=row.language,
                published_at=row.published_at,
                title=marker.parts(row.title),
                snippet=marker.snippet(row.plain_text, otherwise=row.excerpt),
                id=row.id,
            )
        )
    return Results(tuple(hits), total)


def reindex(tx: Transaction, post: Post) -> None:
    """What the post says now is what search finds; nothing of one that is not published."""
    if post.status != "published":
        forget(tx, post.id)
        return
    topics = (topic.name for topic in store.topics_of(tx, post.id))
    authors = (author.name for author in store.authors_of(tx, post.id))
    lead = "\n".join((*topics, *authors, post.excerpt))
    words = Words(
        title=" ".join(stemming.stemmed(post.title, post.language)),
        lead=" ".join(stemming.stemmed(lead, post.language)),
        body=_body(post.plain_text, post.language),
    )
    search_index.put(tx, post.id, words, rules=stemming.RULES)


def forget(tx: Transaction, post_id: int) -> None:
    """A post is not found any more."""
    search_index.drop(tx, post_id)


def learn(text: str, language: str) -> None:
    """Make the stems of a text's words, so that `reindex` finds them ready inside a transaction."""
    stemming.learn(text, language)


def catch_up(db: Database, after: int = 0) -> int | None:
    """Read the next posts that search does not know, a few at a time.

    These are the ones that an older version of the hub published. Returns the id to go on
    `after`, None when there is nothing left.
    """
    with db.read() as tx:
        ids = search_index.unread(tx, rules=stemming.RULES, after=after, limit=BATCH)
        texts = _rows(tx, ids)
    if not ids:
        return None
    for row in texts:
        learn(row.plain_text, row.language)
    with db.write() as tx:
        for post_id in ids:
            # It may have been changed or taken back meanwhile.
            if post := store.by_id(tx, post_id):
                reindex(tx, post)
    return ids[-1]


def _rows(tx: Transaction, ids: Iterable[int]) -> list[_Row]:
    """What is shown of these posts, in their order."""
    wanted = list(ids)
    slots, values = in_list("id", wanted)
    rows = tx.all(
        _Row,
        "SELECT id, kind, slug, title, excerpt, language, published_at, plain_text FROM posts"
        f" WHERE id IN {slots}",
        **values,
    )
    return sorted(rows, key=lambda row: wanted.index(row.id))


def _body(text: str, language: str) -> str:
    """The words of a text; a book's later pages give only those that its first ones lack."""
    kept: list[str] = []
    known: set[str] = set()
    size = 0
    for word in stemming.stemmed(text, language):
        if len(kept) >= _WORDS_IN_ORDER and word in known:
            continue
        known.add(word)
        size += len(word.encode()) + 1
        if size > _LONGEST_BODY or len(known) > _DIFFERENT_WORDS:
            break
        kept.append(word)
    return " ".join(kept)
