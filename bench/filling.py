"""Hubs with many articles, made at once: topics, authors, and a word that the same number holds."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.corpus import WORDS, paragraphs
from bench.measure import set_up
from hub.app import create_hub
from hub.content import search
from hub.settings import from_environment

# Of the articles of every size so many hold it, evenly spread.
RARE, HOLD_IT = "quintessence", 40
_NEWEST = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
_YEARS = 12
_POST = (
    "INSERT INTO posts (id, uid, kind, slug, title, excerpt, markdown, html, plain_text,"
    " reading_minutes, status, newsletter, language, canonical_url, cover, cover_alt, created_at,"
    " updated_at, published_at) VALUES (:id, :uid, 'post', :slug, :title, :excerpt, :text, :html,"
    " :text, 5, 'published', 'none', 'en', '', '', '', :at, :at, :at)"
)


def fill(data: Path, articles: int, *, port: int, **environment: str) -> None:
    """A hub that is set up, with so many articles over twelve years, and its index of search."""
    set_up(data, port=port, **environment)
    with closing(create_hub(from_environment(environment, data=data)).db) as db:
        with db.write() as tx:
            tx.executemany(_POST, _posts(articles))
            tx.executemany(
                "INSERT INTO topics (slug, name) VALUES (:slug, :slug)",
                ({"slug": word} for word in WORDS[:10]),
            )
            tx.executemany(
                "INSERT INTO authors (id, slug, name) VALUES (:id, :slug, :slug)",
                ({"id": n + 1, "slug": f"writer-{n}"} for n in range(9)),
            )
            tx.executemany(
                "INSERT INTO post_topics (post_id, topic, position)"
                " VALUES (:id, :topic, :position)",
                (
                    {"id": n + 1, "topic": WORDS[(n + 3 * place) % 10], "position": place}
                    for n in range(articles)
                    for place in range(2)
                ),
            )
            tx.executemany(
                "INSERT INTO post_authors (post_id, author_id, position) VALUES (:id, :author, 0)",
                ({"id": n + 1, "author": n % 9 + 1} for n in range(articles)),
            )
            tx.site_changed()
        after: int | None = 0
        while after is not None:
            after = search.catch_up(db, after)


def _posts(articles: int) -> Iterator[dict[str, object]]:
    chance = random.Random(7)
    ready = paragraphs(chance, 500)
    for n in range(articles):
        parts = chance.choices(ready, k=8)
        if n % (articles // HOLD_IT) == 0 and n // (articles // HOLD_IT) < HOLD_IT:
            parts[4] += f" It is the {RARE} of it."
        yield {
            "id": n + 1,
            "uid": f"post-{n}",
            "slug": f"article-{n}",
            "title": f"{parts[0][:50]} {n}",
            "excerpt": parts[0][50:200],
            "text": "\n\n".join(parts),
            "html": "\n".join(f"<p>{part}</p>" for part in parts),
            "at": _NEWEST - timedelta(days=365 * _YEARS) * (1 - n / articles),
        }
