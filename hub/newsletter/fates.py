"""The ledger as its owner reads it: for each article, in which edition it went out, or why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub import journal
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.newsletter import holds, rules

STREAMS = tuple(rules.MEANT_FOR)

# taken: in an edition. not_meant: not for this stream. held: somebody holds it back. later: it
# is not on the site yet. next: it goes out with the next edition.
Fate = Literal["taken", "not_meant", "held", "later", "next"]


@dataclass(frozen=True, slots=True)
class Line:
    """An article and what the ledger of a stream knows of it; `edition_…` is None in none."""

    post_id: int
    title: str
    newsletter: str
    published_at: datetime
    edition_id: int | None
    edition_subject: str | None
    edition_status: str | None
    edition_at: datetime | None
    held_by: str | None
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the ledger ended: its last article."""

    published_at: datetime
    post_id: int


def fate(line: Line, stream: str, now: datetime) -> Fate:
    """What becomes of an article in a stream. The same order of reasons as the ledger's own."""
    if line.edition_id is not None:
        return "taken"
    if line.newsletter not in rules.MEANT_FOR[stream]:
        return "not_meant"
    if line.held_by is not None:
        return "held"
    return "later" if line.published_at > now else "next"


def page(tx: Transaction, stream: str, *, after: Mark | None, limit: int) -> list[Line]:
    """Up to `limit` published articles, newest first, those that follow `after`."""
    behind = "AND (p.published_at, p.id) < (:published_at, :post_id)" if after else ""
    values = {"published_at": after.published_at, "post_id": after.post_id} if after else {}
    return tx.all(
        Line,
        "SELECT p.id AS post_id, p.title, p.newsletter, p.published_at, e.id AS edition_id,"
        " e.subject AS edition_subject, e.status AS edition_status, e.created_at AS edition_at,"
        " h.held_by, h.held_at FROM posts AS p"
        " LEFT JOIN edition_posts AS ep ON ep.stream = :stream AND ep.post_id = p.id"
        " LEFT JOIN editions AS e ON e.id = ep.edition_id"
        " LEFT JOIN post_holds AS h ON h.stream = :stream AND h.post_id = p.id"
        f" WHERE p.kind = 'post' AND p.status = 'published' {behind}"
        " ORDER BY p.published_at DESC, p.id DESC LIMIT :limit",
        stream=stream,
        limit=limit,
        **values,
    )


def hold_back(tx: Transaction, stream: str, post_id: int, *, by: str, now: datetime) -> None:
    """Keep an article out of a stream. Raises Refused for one that is in an edition of it."""
    title = _title(tx, stream, post_id)
    taken = tx.scalar(
        "SELECT edition_id FROM edition_posts WHERE stream = :stream AND post_id = :post_id",
        stream=stream,
        post_id=post_id,
    )
    if taken is not None:
        raise Refused(N_("This article is in an edition already."))
    holds.put(tx, stream, post_id, by=by, now=now)
    journal.note(tx, "newsletter", "held back", subject=title, number=post_id, became=stream)


def let_go(tx: Transaction, stream: str, post_id: int) -> None:
    """Let an article that was held back go out with the next edition."""
    title = _title(tx, stream, post_id)
    if holds.release(tx, stream, post_id):
        journal.note(tx, "newsletter", "released", subject=title, number=post_id, became=stream)


def _title(tx: Transaction, stream: str, post_id: int) -> str:
    found = tx.one(str, "SELECT title FROM posts WHERE id = :id AND kind = 'post'", id=post_id)
    if stream not in STREAMS or found is None:
        raise NotFound(N_("There is no such article."))
    return found
