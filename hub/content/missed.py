"""Addresses that were asked for and that nothing lives at, counted; of who asked, nothing is kept.

A request only adds to a count in memory. Every few seconds the counts go into the database, in
one small transaction. Both are bounded: when a program invents a million addresses, those that
are asked for again and again stay, and the rest is forgotten.
"""

import heapq
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from hub.content import missed_store
from hub.content.redirects import normalised
from hub.db import Database, Transaction

LONGEST = 200
# So many addresses are kept in memory between two writings, and in the database.
MOST_WAITING = 400
MOST = 1_000
FORGOTTEN_AFTER = timedelta(days=180)
# The address that stands for all that scanners ask for.
SCANNERS = ""

# Behind these stand links to one person, or the desk: what looks like one is not written down.
_PERSONAL = frozenset("admin confirm invite preferences setup unsubscribe".split())
# What programs ask every site for: most to find weak spots, some out of habit.
_PROBES = re.compile(
    r"""(?:^|/)(?:
          wp-(?:login|config|cron|signup|trackback|comments-post|conf)\b.*
        | wp-(?:admin|includes|json|content/plugins|content/themes)(?:/.*)?
        | xmlrpc\.php | phpinfo.* | php-?my-?admin.* | pma(?:/.*)? | adminer.* | cgi-bin(?:/.*)?
        | \.[^/]+(?:/.*)? | vendor/.* | node_modules/.* | boaform/.* | hnap1.*
        | actuator(?:/.*)? | solr/.* | owa/.* | autodiscover/.* | _ignition/.* | telescope/.*
        | server-status | druid/.* | jenkins/.* | manager/html | administrator(?:/.*)?
        | eval-stdin\.php | shell\d*\.php | alfa\w*\.php | config\.(?:json|js|ya?ml|php|inc)
        )$
        | ^(?:favicon\.ico | apple-touch-icon[\w-]*\.png | (?:ads|app-ads|security|humans)\.txt
            | browserconfig\.xml)$
        | \.(?:env|bak|sql|swp|cgi|ini|pem|key|git)$ | \.(?:sql|tar)\.gz$ | [<>"|\\^`{}] | \$\(
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How often an address was asked for, between two times, and the host that led there last."""

    path: str
    times: int
    first_at: datetime
    last_at: datetime
    referrer: str


def noted(path: str) -> str | None:
    """What is written down of a missed path: its stored form, SCANNERS, or None for nothing."""
    stored = normalised(path)
    if not stored or stored.partition("/")[0].casefold() in _PERSONAL or "@" in stored:
        return None
    if is_probe(stored):
        return SCANNERS
    return stored if len(stored) <= LONGEST else None


def is_probe(path: str) -> bool:
    """Whether programs ask every site for this, whatever is there."""
    return _PROBES.search(path) is not None


def host_of(referrer: str) -> str:
    """The host of the page that led somewhere, without anything else of its address."""
    try:
        parts = urlsplit(referrer)
        host = parts.hostname or ""
    except ValueError:
        return ""
    good = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]{1,100}", host)
    return host if good else ""


class Missed:
    """The counts of one process, until they are written. Safe to use from several threads."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._seen: dict[str, Seen] = {}
        self._lock = threading.Lock()

    def note(self, path: str, referrer: str, now: datetime) -> None:
        """Nothing lives at `path`, as it was asked for; `referrer` is that of the request."""
        stored = noted(path)
        if stored is None:
            return
        # Of scanners only the number is of use.
        host = host_of(referrer) if stored != SCANNERS else ""
        with self._lock:
            known = self._seen.get(stored)
            if known is None and len(self._seen) >= self._most:
                self._drop_the_rarest()
            self._seen[stored] = Seen(
                stored,
                known.times + 1 if known else 1,
                known.first_at if known else now,
                now,
                host or (known.referrer if known else ""),
            )

    def take(self) -> list[Seen]:
        """The counts since the last time; they begin anew."""
        with self._lock:
            seen, self._seen = self._seen, {}
        return list(seen.values())

    def give_back(self, seen: list[Seen]) -> None:
        """What could not be written is tried again, as far as there is room."""
        with self._lock:
            for old in seen:
                new = self._seen.get(old.path)
                self._seen[old.path] = (
                    Seen(
                        old.path,
                        old.times + new.times,
                        old.first_at,
                        new.last_at,
                        new.referrer or old.referrer,
                    )
                    if new
                    else old
                )
            if len(self._seen) > self._most:
                self._drop_the_rarest()

    def _drop_the_rarest(self) -> None:
        kept = heapq.nlargest(
            self._most // 2, self._seen.values(), key=lambda one: (one.times, one.last_at)
        )
        self._seen = {one.path: one for one in kept}


def write(db: Database, missed: Missed) -> None:
    """What a process counted since the last time, into the database. Takes no lock for nothing."""
    seen = missed.take()
    if not seen:
        return
    try:
        with db.write() as tx:
            missed_store.add(tx, seen)
            missed_store.keep_the_most_asked(tx, MOST)
    except BaseException:
        missed.give_back(seen)
        raise


def forget_old(tx: Transaction, now: datetime) -> int:
    """Forget what nobody has asked for any more for half a year; how many."""
    return missed_store.forget(tx, before=now - FORGOTTEN_AFTER)
