"""The report of new readers, a day or a week at a time: who came, who left, who was lost."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction
from hub.notices import rules as notice_rules
from hub.notices.model import Facts, Span
from hub.notices.telling import tell
from hub.site.model import Site
from hub.times import to_text

# What the index of the log holds, by its days. Who takes another address, or says that they still
# want it, was here before.
_MOVED = (
    "e.kind IN ('confirmed', 'unsubscribed') AND e.at >= :since AND e.at < :until"
    " AND substr(e.at, 1, 10) >= :first AND substr(e.at, 1, 10) <= :last"
    " AND e.source NOT IN ('address', 'stay')"
)
_LOST = "reason IN ('bounced', 'complained') AND created_at >= :since AND created_at < :until"


@dataclass(frozen=True, slots=True)
class _Count:
    name: str
    number: int


def is_due(tx: Transaction, site: Site, now: datetime) -> bool:
    """Whether `report` has something to do: a look that takes no lock."""
    reported = _reported(tx)
    if site.notice_readers == "off":
        return reported is not None
    return reported is None or reported > now or reported < _span(site, now).ends_at


def report(tx: Transaction, *, site: Site, now: datetime) -> bool:
    """Tell the owner who came and left up to the end of the last whole day or week; whether so.

    It goes on where the last one ended: after an outage one report holds all that was missed. The
    first begins with the day or week in which the owner asked for it. Nothing is told where
    nothing happened.
    """
    if site.notice_readers == "off":
        tx.execute("DELETE FROM reader_reports WHERE id = 1")
        return False
    reported, span = _reported(tx), _span(site, now)
    if reported is not None and span.ends_at <= reported <= now:
        return False
    tx.execute(
        "INSERT INTO reader_reports (id, until) VALUES (1, :until)"
        " ON CONFLICT (id) DO UPDATE SET until = excluded.until",
        until=span.ends_at,
    )
    # Told of times that are still ahead: the clock was set back, and it begins anew.
    if reported is None or reported > now:
        return False
    facts = _facts(tx, reported, span.ends_at)
    if not (facts.confirmed or facts.left or facts.bounced or facts.complained):
        return False
    tell(tx, "readers", f"{site.notice_readers} {span.name}", facts, site=site, now=now)
    return True


def joined(tx: Transaction, since: datetime, until: datetime, *, limit: int) -> list[str]:
    """The addresses of the first who confirmed in this time and are still there."""
    return tx.all(
        str,
        "SELECT s.email FROM consent_events AS e JOIN subscribers AS s ON s.id = e.subscriber_id"
        f" WHERE {_MOVED} AND e.kind = 'confirmed' ORDER BY e.at, e.id LIMIT :limit",
        **_within(since, until),
        limit=limit,
    )


def _within(since: datetime, until: datetime) -> dict[str, object]:
    """The values of `_MOVED`: the times, and the days of UTC that they lie in."""
    first, last = to_text(since)[:10], to_text(until)[:10]
    return {"since": since, "until": until, "first": first, "last": last}


def _facts(tx: Transaction, since: datetime, until: datetime) -> Facts:
    moved = tx.all(
        _Count,
        "SELECT e.kind AS name, count(*) AS number FROM consent_events AS e"
        f" WHERE {_MOVED} GROUP BY e.kind",
        **_within(since, until),
    )
    lost = tx.all(
        _Count,
        f"SELECT reason AS name, count(*) AS number FROM suppressions WHERE {_LOST}"
        " GROUP BY reason",
        since=since,
        until=until,
    )
    numbers = {row.name: row.number for row in (*moved, *lost)}
    return Facts(
        confirmed=numbers.get("confirmed", 0),
        left=numbers.get("unsubscribed", 0),
        bounced=numbers.get("bounced", 0),
        complained=numbers.get("complained", 0),
        since=since,
        until=until,
    )


def _reported(tx: Transaction) -> datetime | None:
    found = tx.one(_Until, "SELECT until FROM reader_reports WHERE id = 1")
    return found.until if found else None


@dataclass(frozen=True, slots=True)
class _Until:
    until: datetime


def _span(site: Site, now: datetime) -> Span:
    return notice_rules.last_whole(site.notice_readers, now, site.timezone)
