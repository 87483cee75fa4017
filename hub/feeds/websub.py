"""WebSub (W3C): tells the hub that the owner named which feeds have changed.

What changed is in the database since the transaction that changed it (hub/content/
changed_feeds.py); the worker tells the hub afterwards, so publishing never waits for it. A hub
that does not answer is asked again after 1, 5, 15, 60, 180 and then every 360 minutes, for two
days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

from hub import logs
from hub.content import changed_feeds
from hub.content.changed_feeds import ChangedFeed
from hub.db import Database, Transaction
from hub.errors import Unavailable, Unreachable
from hub.feeds.model import FILES
from hub.net import Answer
from hub.site.model import Site

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
EXPIRES_AFTER = timedelta(hours=48)
_BATCH = 10
_HEADERS = {"content-type": "application/x-www-form-urlencoded"}


class Post(Protocol):
    """Sends a body to a URL, as hub.net.Fetcher.post does; raises Unreachable."""

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> Answer: ...


@dataclass(slots=True)
class Teller:
    """Tells the hub what changed. `trouble` is why it could not be told last; empty when it was.

    `stopped` says whether the worker is to come to an end.
    """

    db: Database
    load_site: Callable[[Transaction], Site]
    post: Post
    stopped: Callable[[], bool] = lambda: False
    trouble: str = ""

    def work(self, now: datetime) -> bool:
        """Tell the hub what is due; whether there was anything."""
        with self.db.read() as tx:
            if not changed_feeds.is_due(tx, now):
                return False
            site = self.load_site(tx)
        if not site.websub_hub:
            with self.db.write() as tx:
                changed_feeds.forget_all(tx)
            self.trouble = ""
            return True
        with self.db.write() as tx:
            feeds = changed_feeds.claim(tx, now, limit=_BATCH)
        reason = ""
        for feed in feeds:
            if self.stopped():
                break
            # A hub that has just failed is not asked nine times more.
            reason = reason or self._tell(site, feed)
            self._record(feed, reason, now)
        self.trouble = reason
        return bool(feeds)

    def _tell(self, site: Site, feed: ChangedFeed) -> str:
        """Why the hub could not be told of a page's feeds; empty when it was."""
        for file in FILES:
            url = site.url(f"{feed.path.rstrip('/')}/{file}")
            body = urlencode({"hub.mode": "publish", "hub.url": url}).encode()
            try:
                answer = self.post(site.websub_hub, body, _HEADERS)
            except Unreachable as error:
                return str(error)
            if not 200 <= answer.status < 300:
                return f"the hub answers {answer.status}"
        return ""

    def _record(self, feed: ChangedFeed, reason: str, now: datetime) -> None:
        due = next_attempt(feed, now) if reason else None
        if reason:
            logs.warning("websub.not_told", attempts=feed.attempts, again=due is not None)
        try:
            with self.db.write() as tx:
                if due is None:
                    changed_feeds.told(tx, feed)
                else:
                    changed_feeds.put_off(tx, feed, due)
        except Unavailable:
            # It is due again by itself; to hear of a change twice harms no hub.
            logs.warning("websub.not_recorded")


def next_attempt(feed: ChangedFeed, now: datetime) -> datetime | None:
    """When the hub is told again after `feed.attempts` tries, or None when it is too late.

    Never before each of the waits was kept once, so that a clock that jumps gives nothing up.
    """
    wait = _WAITS[min(feed.attempts, len(_WAITS)) - 1]
    late = now + wait > feed.since + EXPIRES_AFTER
    return None if late and feed.attempts > len(_WAITS) else now + wait
