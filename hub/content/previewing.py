"""An article as readers would see it, before it is saved."""

from datetime import datetime

from hub.content import media, slugs, writing
from hub.content.listing import Listed
from hub.content.model import Author, Draft, Post
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.site.model import Site


def preview(
    tx: Transaction, draft: Draft, rendered: Rendered, *, site: Site, now: datetime
) -> Listed[Post]:
    """What the site's template shows of a draft. Nothing is written."""
    names = dict.fromkeys(" ".join(name.split()) for name in draft.authors)
    post = Post(
        id=0,
        uid="",
        kind=draft.kind,
        slug=draft.slug or slugs.slugify(draft.title),
        title=draft.title,
        excerpt=draft.excerpt or rendered.excerpt,
        markdown=draft.markdown,
        html=media.with_sizes(tx, rendered.html),
        plain_text=rendered.plain_text,
        reading_minutes=rendered.reading_minutes,
        status="draft",
        newsletter=draft.newsletter,
        language=draft.language or site.language,
        canonical_url=draft.canonical_url,
        cover=draft.cover,
        cover_alt=draft.cover_alt,
        audio=draft.audio,
        description=draft.description,
        source=None,
        source_hash=None,
        created_at=now,
        updated_at=now,
        published_at=draft.published_at or now,
    )
    authors = tuple(Author(0, slugs.slugify(name), name) for name in names if name)
    return Listed(post, authors, writing.topics_named(draft.topics))
