"""Articles that somebody keeps out of a stream of the newsletter, until they let them go."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction

LONGEST_NAME = 100
# For queries with :stream and the posts `p`: what is held back does not go out.
NOT_HELD = (
    "NOT EXISTS (SELECT 1 FROM post_holds AS h WHERE h.stream = :stream AND h.post_id = p.id)"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds an article back, and since when."""

    held_by: str
    held_at: datetime


def put(tx: Transaction, stream: str, post_id: int, *, by: str, now: datetime) -> None:
    """Hold an article back. Who did so first stays named."""
    tx.execute(
        "INSERT INTO post_holds (stream, post_id, held_by, held_at)"
        " VALUES (:stream, :post_id, :by, :now) ON CONFLICT (stream, post_id) DO NOTHING",
        stream=stream,
        post_id=post_id,
        by=by[:LONGEST_NAME],
        now=now,
    )


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A published article that would go out if nobody held it back."""

    post_id: int
    title: str
    held_by: str
    held_at: datetime


def held(tx: Transaction, stream: str, *, limit: int) -> list[HeldPost]:
    """What is held back in a stream and in no edition of it, what was held last first."""
    return tx.all(
        HeldPost,
        "SELECT p.id AS post_id, p.title, h.held_by, h.held_at FROM post_holds AS h"
        " JOIN posts AS p ON p.id = h.post_id WHERE h.stream = :stream"
        " AND p.status = 'published' AND p.kind = 'post' AND NOT EXISTS (SELECT 1 FROM"
        " edition_posts AS e WHERE e.stream = :stream AND e.post_id = p.id)"
        " ORDER BY h.held_at DESC, p.id DESC LIMIT :limit",
        stream=stream,
        limit=limit,
    )


def release(tx: Transaction, stream: str, post_id: int) -> bool:
    """Let an article go out with the next edition; whether it was held back."""
    return (
        tx.execute(
            "DELETE FROM post_holds WHERE stream = :stream AND post_id = :post_id",
            stream=stream,
            post_id=post_id,
        )
        == 1
    )
