"""Published posts straight into the database, for tests of what readers see."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hub.db import Transaction

FIRST = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
_numbers = count(1)

_INSERT = """
    INSERT INTO posts (uid, kind, slug, title, excerpt, markdown, html, plain_text,
      reading_minutes, status, newsletter, language, canonical_url, cover, cover_alt,
      created_at, updated_at, published_at)
    VALUES (:uid, :kind, :slug, :title, :excerpt, '', :html, :plain_text, 3, :status, 'none',
      :language, :canonical_url, :cover, '', :at, :updated_at, :at)
    RETURNING id
"""


def add(
    tx: Transaction,
    slug: str,
    *,
    kind: str = "post",
    title: str = "",
    excerpt: str = "",
    html: str = "<p>Some words.</p>",
    plain_text: str = "Some words.",
    status: str = "published",
    language: str = "en",
    canonical_url: str = "",
    cover: str = "",
    at: datetime | None = None,
    updated_at: datetime | None = None,
    authors: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    pictures: tuple[str, ...] = (),
    translation_of: str = "",
) -> int:
    """A post, a day younger than the one before unless `at` says when; its id."""
    number = next(_numbers)
    at = at or FIRST + timedelta(days=number)
    post_id = tx.one(
        int,
        _INSERT,
        uid=f"urn:uuid:{UUID(int=number)}",
        kind=kind,
        slug=slug,
        title=title or slug.replace("-", " ").capitalize(),
        excerpt=excerpt,
        html=html,
        plain_text=plain_text,
        status=status,
        language=language,
        canonical_url=canonical_url,
        cover=cover,
        at=at,
        updated_at=updated_at or at,
    )
    assert post_id is not None
    for position, name in enumerate(authors):
        slug_of = name.lower().replace(" ", "-")
        tx.execute(
            "INSERT INTO authors (slug, name) VALUES (:slug, :name) ON CONFLICT DO NOTHING",
            slug=slug_of,
            name=name,
        )
        tx.execute(
            "INSERT INTO post_authors (post_id, author_id, position) "
            "SELECT :id, id, :position FROM authors WHERE slug = :slug",
            id=post_id,
            position=position,
            slug=slug_of,
        )
    for position, topic in enumerate(topics):
        tx.execute(
            "INSERT INTO topics (slug, name) VALUES (:slug, :name) ON CONFLICT DO NOTHING",
            slug=topic,
            name=topic.capitalize(),
        )
        tx.execute(
            "INSERT INTO post_topics (post_id, topic, position) VALUES (:id, :topic, :position)",
            id=post_id,
            topic=topic,
            position=position,
        )
    for position, path in enumerate(pictures):
        tx.execute(
            "INSERT INTO post_pictures (post_id, position, path) VALUES (:id, :position, :path)",
            id=post_id,
            position=position,
            path=path,
        )
    if translation_of:
        tx.execute(
            "INSERT INTO translations (post_id, original) VALUES (:id, :original)",
            id=post_id,
            original=translation_of,
        )
    tx.site_changed()
    return post_id


def redirect(tx: Transaction, path: str, post_id: int) -> None:
    """An old address (without slashes at its ends) of a post."""
    tx.execute(
        "INSERT INTO redirects (path, post_id, created_at) VALUES (:path, :post_id, :at)",
        path=path,
        post_id=post_id,
        at=FIRST,
    )
