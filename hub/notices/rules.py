"""Which notices the owner wants and how, how many mails a day, and what a day is. Pure rules."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.notices.model import Choice, Kind, Span
from hub.site.model import Site

KEPT = timedelta(days=90)
# A trouble that is over sooner is none of the owner's.
LASTS = timedelta(minutes=10)
# A newsletter that is made this long after its time is late.
LATE = timedelta(hours=1)
# Fewer failures than these prove nothing, whatever their share.
LEAST_FAILURES = 5

# What only the owner can mend goes before what is only worth knowing.
_URGENT = frozenset(("failures", "paused", "trouble", "digest"))


def choice(site: Site, kind: Kind) -> Choice:
    """How the owner wants to be told of this kind."""
    chosen: dict[Kind, str] = {
        "sent": site.notice_sent,
        "failures": site.notice_failures,
        "paused": site.notice_paused,
        "cancelled": site.notice_cancelled,
        "skipped": site.notice_skipped,
        "late": site.notice_worker,
        "trouble": site.notice_troubles,
        "worker": site.notice_worker,
        "readers": "off" if site.notice_readers == "off" else "mail",
        "waiting": site.notice_waiting,
        "retention": site.notice_retention,
        "digest": "mail",
    }
    return cast(Choice, chosen[kind])


def recipient(site: Site) -> str:
    """Where notices go; empty while nobody owns the hub."""
    return site.notice_address or site.owner_email


def room(kind: str, most: int) -> int:
    """How many mails may have left today for one more of this kind to leave.

    A quarter of the day's `most` is kept for what waits for the owner.
    """
    return most if kind in _URGENT else max(1, most - max(1, most // 4))


def too_many_failed(site: Site, accepted: int, failed: int) -> bool:
    """Whether so many of an edition's mails failed that the owner should look."""
    return failed >= LEAST_FAILURES and failed * 100 > (
        (accepted + failed) * site.notice_failures_above
    )


def once_a_day(subject: object, now: datetime, timezone: str) -> str:
    """The period of a notice that comes once a day for each subject."""
    return f"{subject}@{_local_day(now, timezone).isoformat()}"


def today(now: datetime, timezone: str) -> Span:
    """The owner's day that `now` is in; over a change of the clocks it has 23 or 25 hours."""
    return _days(_local_day(now, timezone), 1, timezone, "")


def last_whole(every: str, now: datetime, timezone: str) -> Span:
    """The last day (`daily`) or week from Monday (`weekly`) that is over at `now`."""
    day = _local_day(now, timezone)
    if every == "daily":
        return _days(day - timedelta(days=1), 1, timezone, "")
    monday = day - timedelta(days=day.weekday() + 7)
    year, week, _ = monday.isocalendar()
    return _days(monday, 7, timezone, f"{year:04}-W{week:02}")


def zone(name: str) -> tzinfo:
    """The owner's time zone; UTC for a name that means none, which the schedule of the newsletter
    says aloud: telling the owner must not stop for it too."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _days(first: date, number: int, timezone: str, name: str) -> Span:
    return Span(
        name or first.isoformat(),
        _midnight(first, timezone),
        _midnight(first + timedelta(days=number), timezone),
    )


def _midnight(day: date, timezone: str) -> datetime:
    # One that the clocks skip is the moment at which they do; one that comes twice is the first.
    return datetime.combine(day, time(), zone(timezone)).astimezone(UTC)


def _local_day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(zone(timezone)).date()
