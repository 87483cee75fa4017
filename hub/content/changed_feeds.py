"""Feeds that changed, for the WebSub hub to hear of: written in the transaction that changes them.

A row is a page that has feeds (`/`, `/topics/sea`, `/authors/ada`). However often it changes
before the hub has heard, it stays one row, so an import of a thousand articles leaves a few.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.content import store
from hub.db import Transaction, in_list
from hub.site import store as sites

# While a hub is being told, nobody else tells it.
LEASE = timedelta(minutes=2)
# What is due later than any wait could have set was put off by a clock that was set back since.
_FURTHEST = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class ChangedFeed:
    """`path` is that of the page; `since` when it changed first without the hub hearing of it."""

    path: str
    revision: int
    since: datetime
    attempts: int


def pages_of(tx: Transaction, post_id: int) -> set[str]:
    """The pages whose feeds hold an article: the site's, those of its topics and authors."""
    return {
        "/",
        *(topic.path for topic in store.topics_of(tx, post_id)),
        *(author.path for author in store.authors_of(tx, post_id)),
    }


def note(tx: Transaction, paths: Iterable[str], now: datetime) -> None:
    """These feeds changed. Nothing is written while the owner names no hub."""
    if not sites.is_set(tx, "websub_hub"):
        return
    tx.executemany(
        "INSERT INTO changed_feeds (path, revision, since, due_at, attempts)"
        " VALUES (:path, 1, :now, :now, 0) ON CONFLICT (path) DO UPDATE"
        " SET revision = changed_feeds.revision + 1, due_at = excluded.due_at, attempts = 0",
        [{"path": path, "now": now} for path in sorted(set(paths))],
    )


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether the hub is to be told of something."""
    found = tx.scalar(
        "SELECT 1 FROM changed_feeds WHERE due_at <= :now OR due_at > :too_far LIMIT 1",
        now=now,
        too_far=now + _FURTHEST,
    )
    return found is not None


def claim(tx: Transaction, now: datetime, *, limit: int) -> list[ChangedFeed]:
    """Up to `limit` that are due, the site's own first; due again in two minutes if nobody says
    what became of them."""
    taken = tx.all(
        ChangedFeed,
        "SELECT path, revision, since, attempts + 1 AS attempts FROM changed_feeds"
        " WHERE due_at <= :now OR due_at > :too_far ORDER BY path LIMIT :limit",
        now=now,
        too_far=now + _FURTHEST,
        limit=limit,
    )
    paths, values = in_list("path", (feed.path for feed in taken))
    tx.execute(
        f"UPDATE changed_feeds SET due_at = :until, attempts = attempts + 1 WHERE path IN {paths}",
        until=now + LEASE,
        **values,
    )
    return taken


def told(tx: Transaction, feed: ChangedFeed) -> None:
    """The hub has heard of it, or never will; what changed again meanwhile stays."""
    tx.execute(
        "DELETE FROM changed_feeds WHERE path = :path AND revision = :revision",
        path=feed.path,
        revision=feed.revision,
    )


def put_off(tx: Transaction, feed: ChangedFeed, until: datetime) -> None:
    """The hub is told later; what changed again meanwhile is due as it is."""
    tx.execute(
        "UPDATE changed_feeds SET due_at = :until WHERE path = :path AND revision = :revision",
        until=until,
        path=feed.path,
        revision=feed.revision,
    )


def forget_all(tx: Transaction) -> None:
    """There is no hub any more."""
    tx.execute("DELETE FROM changed_feeds")
