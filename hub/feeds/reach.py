"""Who reads the feeds by a reader service: what the services say of themselves when they fetch.

Feedly, Inoreader, NewsBlur and others name the number of their subscribers in the User-Agent
("12 subscribers"). Of each service and feed the latest number is kept, and nothing else: of who
asks with a program of their own nothing is noted. A service says what it likes, so all of this is
hearsay; it is bounded, so that whoever invents services fills nothing.
"""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Database, Transaction

FILES = ("/feed.xml", "/atom.xml", "/feed.json")
# A service that has not fetched for so long reads no more.
SHOWN_FOR = timedelta(days=14)
FORGOTTEN_AFTER = timedelta(days=90)
# So many pairs of service and feed wait to be written, and so many are kept.
MOST_WAITING = 500
MOST = 5_000
# More than this nobody has: it is made up.
MOST_SUBSCRIBERS = 10_000_000
LONGEST_AGENT = 400
LONGEST_FEED = 200
_NUMBER = re.compile(rb"(?<![\w.])(\d{1,9})\s+(?:subscriber|reader)s?\b", re.IGNORECASE)
# `Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers)`: the name stands inside.
_COMPATIBLE = re.compile(rb"compatible;\s*([^;)]+)")
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9 ._-]{1,39}")
_FETCHER = re.compile(r"[\s_-]*(?:feed[\s_-]*)?(?:fetcher|parser|bot|id)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A service fetched a feed (its path) for so many subscribers."""

    service: str
    feed: str
    subscribers: int
    seen_at: datetime


def said(user_agent: bytes) -> tuple[str, int] | None:
    """The service and how many subscribers it says it has; None where it says nothing."""
    agent = user_agent[:LONGEST_AGENT]
    found = _NUMBER.search(agent)
    if found is None or int(found[1]) > MOST_SUBSCRIBERS:
        return None
    inside = _COMPATIBLE.search(agent)
    name = _NAME.match(inside[1].strip() if inside else agent)
    # Where the number stands where the name should be, nobody says who it is.
    if name is None or (inside is not None and inside.end() > found.end()):
        return None
    service = name[0].decode("ascii").split(" - ")[0].strip(" ._-")
    return _FETCHER.sub("", service) or service, int(found[1])


class Reach:
    """What one process heard, until it is written. Safe to use from several threads."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._heard: dict[tuple[str, str], Fetched] = {}
        self._lock = threading.Lock()

    def note(self, feed: str, user_agent: bytes, now: datetime) -> None:
        """A feed was fetched, and was there."""
        found = said(user_agent)
        if found is None or len(feed) > LONGEST_FEED:
            return
        service, subscribers = found
        with self._lock:
            if (service, feed) in self._heard or len(self._heard) < self._most:
                self._heard[service, feed] = Fetched(service, feed, subscribers, now)

    def take(self) -> list[Fetched]:
        """What was heard since the last time."""
        with self._lock:
            heard, self._heard = self._heard, {}
        return list(heard.values())


def write(db: Database, reach: Reach) -> None:
    """What a process heard since the last time, into the database. Takes no lock for nothing."""
    heard = reach.take()
    if not heard:
        return
    with db.write() as tx:
        keep(tx, heard)


def keep(tx: Transaction, heard: list[Fetched]) -> None:
    """The latest number of each service and feed; no new pairs beyond 5,000."""
    room = MOST - int(tx.scalar("SELECT count(*) FROM feed_readers"))
    for one in heard:
        known = tx.execute(
            "UPDATE feed_readers SET subscribers = :subscribers, seen_at = :seen_at"
            " WHERE service = :service AND feed = :feed",
            service=one.service,
            feed=one.feed,
            subscribers=one.subscribers,
            seen_at=one.seen_at,
        )
        if not known and room > 0:
            room -= 1
            tx.execute(
                "INSERT INTO feed_readers (service, feed, subscribers, seen_at)"
                " VALUES (:service, :feed, :subscribers, :seen_at)",
                service=one.service,
                feed=one.feed,
                subscribers=one.subscribers,
                seen_at=one.seen_at,
            )


def lately(tx: Transaction, now: datetime, *, limit: int) -> list[Fetched]:
    """Services that fetched within two weeks, by feed, the fullest first."""
    return tx.all(
        Fetched,
        "SELECT service, feed, subscribers, seen_at FROM feed_readers WHERE seen_at > :since"
        " ORDER BY subscribers DESC, service, feed LIMIT :limit",
        since=now - SHOWN_FOR,
        limit=limit,
    )


def total(tx: Transaction, now: datetime) -> int:
    """All their subscribers; who reads two feeds by a service is counted twice."""
    return int(
        tx.scalar(
            "SELECT coalesce(sum(subscribers), 0) FROM feed_readers WHERE seen_at > :since",
            since=now - SHOWN_FOR,
        )
    )


def forget_old(tx: Transaction, now: datetime) -> int:
    """Forget services that have not fetched for 90 days; how many."""
    return tx.execute(
        "DELETE FROM feed_readers WHERE seen_at < :before", before=now - FORGOTTEN_AFTER
    )
