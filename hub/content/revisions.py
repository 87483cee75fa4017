"""Versions of a post: each as it was saved, so that no saved word is ever lost.

A post that was never changed has none: it is its own first version, and becomes the first of the
list with the first change.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from hub.content import store, translations
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_

# A version for each change of one text; who saves more often loses the oldest.
MOST = 100


@dataclass(frozen=True, slots=True)
class Summary:
    """A version as lists show it. `author` is the name of who saved it, empty when not known;
    `length` counts the signs of its Markdown."""

    id: int
    at: datetime
    author: str
    title: str
    length: int


@dataclass(frozen=True, slots=True)
class Revision:
    """A version. `details` is JSON: what the form says of the text, by field."""

    id: int
    post_id: int
    at: datetime
    author: str
    title: str
    details: str
    markdown: str

    @property
    def fields(self) -> dict[str, str]:
        """What the form showed, by field."""
        found: dict[str, str] = json.loads(self.details)
        return {**found, "title": self.title, "markdown": self.markdown}


def keep(tx: Transaction, post: Post, *, author: str, at: datetime) -> None:
    """Keep a post as it stands in the database now, unless that is the version kept last."""
    details = _details(tx, post)
    last = newest(tx, post.id)
    # A version that is older than a field says nothing of it.
    fields = {**details, "title": post.title, "markdown": post.markdown}
    if last is not None and all(
        last.fields.get(name, "") == fields.get(name, "") for name in {*last.fields, *fields}
    ):
        return
    tx.execute(
        "INSERT INTO post_revisions (post_id, at, author, title, details, markdown)"
        " VALUES (:post_id, :at, :author, :title, :details, :markdown)",
        post_id=post.id,
        at=at,
        author=author,
        title=post.title,
        details=json.dumps(details, ensure_ascii=False),
        markdown=post.markdown,
    )
    tx.execute(
        "DELETE FROM post_revisions WHERE post_id = :post_id AND id <= (SELECT id FROM"
        " post_revisions WHERE post_id = :post_id ORDER BY id DESC LIMIT 1 OFFSET :most)",
        post_id=post.id,
        most=MOST,
    )


def of_post(tx: Transaction, post_id: int) -> list[Summary]:
    """The versions of a post, the newest first."""
    return tx.all(
        Summary,
        "SELECT id, at, author, title, length(markdown) AS length FROM post_revisions"
        " WHERE post_id = :id ORDER BY id DESC",
        id=post_id,
    )


def find(tx: Transaction, post_id: int, revision_id: int) -> Revision:
    """One version of a post. Raises NotFound."""
    found = tx.one(
        Revision,
        "SELECT * FROM post_revisions WHERE id = :id AND post_id = :post_id",
        id=revision_id,
        post_id=post_id,
    )
    if found is None:
        raise NotFound(N_("This version is not kept any more."))
    return found


def at(tx: Transaction, post_id: int, when: datetime) -> Revision | None:
    """What a post was at that time, as far as it was kept."""
    return tx.one(
        Revision,
        "SELECT * FROM post_revisions WHERE post_id = :id AND at <= :at ORDER BY id DESC LIMIT 1",
        id=post_id,
        at=when,
    )


def before(tx: Transaction, revision: Revision) -> Revision | None:
    """The version that it replaced."""
    return tx.one(
        Revision,
        "SELECT * FROM post_revisions WHERE post_id = :post_id AND id < :id"
        " ORDER BY id DESC LIMIT 1",
        post_id=revision.post_id,
        id=revision.id,
    )


def forget(tx: Transaction, post_id: int) -> None:
    """Who deletes a post for good deletes its versions."""
    tx.execute("DELETE FROM post_revisions WHERE post_id = :id", id=post_id)


def newest(tx: Transaction, post_id: int) -> Revision | None:
    """The version that was kept last."""
    return tx.one(
        Revision,
        "SELECT * FROM post_revisions WHERE post_id = :id ORDER BY id DESC LIMIT 1",
        id=post_id,
    )


def _details(tx: Transaction, post: Post) -> dict[str, str]:
    return {
        "kind": post.kind,
        "slug": post.slug,
        "excerpt": post.standfirst,
        "description": post.description,
        "topics": ", ".join(topic.name for topic in store.topics_of(tx, post.id)),
        "authors": ", ".join(author.name for author in store.authors_of(tx, post.id)),
        "newsletter": post.newsletter,
        "language": post.language,
        "canonical_url": post.canonical_url,
        "cover": post.cover,
        "cover_alt": post.cover_alt,
        "translation_of": translations.original_of(tx, post.id),
        "audio": post.audio,
        # Versions from before the menu was kept say nothing of it.
        **({} if post.in_menu else {"in_menu": "no"}),
    }
