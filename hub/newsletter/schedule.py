"""When the periods of a stream begin, and which one is due. Pure rules.

A period's name is what is stored, once for ever: neither a clock that jumps nor a change
of daylight saving time can make one come twice.
"""

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.errors import Refused
from hub.i18n import N_
from hub.newsletter.model import Period, Schedule, Stream
from hub.site.model import Site
from hub.site.options import WEEKDAYS

# Streams that follow the calendar; `each` follows the posts, a letter its author.
SCHEDULED: tuple[Stream, ...] = ("weekly", "monthly")


def schedule_of(site: Site, stream: Stream) -> Schedule:
    """The schedule that the owner set for a stream of SCHEDULED."""
    return Schedule(
        stream=stream,
        timezone=site.timezone,
        time=site.weekly_time,
        weekday=WEEKDAYS.index(site.weekly_day),
        day_of_month=site.monthly_day,
    )


def begins_with(site: Site, stream: str, now: datetime) -> datetime | None:
    """After when the first period begins: set-up, or the last change of its day or time.

    None before set-up. A change that is ahead of `now` was made by a clock that went wrong.
    """
    changed = {"weekly": site.weekly_from, "monthly": site.monthly_from}.get(stream)
    if site.ready_at is None or changed is None or changed > now:
        return site.ready_at
    return max(site.ready_at, changed)


def due(
    schedule: Schedule, last: str | None, ledger_start: datetime, now: datetime
) -> Period | None:
    """The period whose edition is due at `now`, or None.

    `last` is the name of the period that was made or skipped last, as far as it is not
    ahead of `now` (a clock may have been set back). The first period is the first
    that begins after `ledger_start` (see `begins_with`). Of several missed ones only the
    latest is due: the ledger puts into it what the others would have held.
    """
    latest = current(schedule, now)
    if latest.begins_at <= ledger_start:
        return None
    if last is not None and latest.name <= last:
        return None
    return latest


def current(schedule: Schedule, moment: datetime) -> Period:
    """The last period that began at `moment` or before."""
    day = _local_day(schedule, moment)
    while True:
        period = _beginning(schedule, day)
        if period is not None and period.begins_at <= moment:
            return period
        day -= timedelta(days=1)


def following(schedule: Schedule, moment: datetime) -> Period:
    """The first period that begins after `moment`."""
    day = _local_day(schedule, moment)
    while True:
        period = _beginning(schedule, day)
        if period is not None and period.begins_at > moment:
            return period
        day += timedelta(days=1)


def next_due(schedule: Schedule, last: str | None, ledger_start: datetime, now: datetime) -> Period:
    """The period that comes next: one that is due, or the first that is still ahead."""
    waiting = due(schedule, last, ledger_start, now)
    if waiting is not None:
        return waiting
    period = following(schedule, max(now, ledger_start))
    while last is not None and period.name <= last:
        period = following(schedule, period.begins_at)
    return period


def _beginning(schedule: Schedule, day: date) -> Period | None:
    """The period that begins on `day` of the site's calendar, if one does."""
    if schedule.stream == "monthly":
        if day.day != schedule.day_of_month:
            return None
        name = f"{day.year:04}-{day.month:02}"
    else:
        if day.weekday() != schedule.weekday:
            return None
        year, week, _ = day.isocalendar()
        name = f"{year:04}-W{week:02}"
    # A time that the clocks skip is taken as an hour later, one that comes twice as the first.
    hour, minute = map(int, schedule.time.split(":"))
    local = datetime.combine(day, time_of_day(hour, minute), _zone(schedule))
    return Period(name, local.astimezone(UTC))


def _local_day(schedule: Schedule, moment: datetime) -> date:
    return moment.astimezone(_zone(schedule)).date()


def _zone(schedule: Schedule) -> ZoneInfo:
    """Settings hold zones that were known; another machine, or another year, may not know one."""
    try:
        return ZoneInfo(schedule.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(
            N_("The time zone %(zone)s is not known here: choose another one in the settings."),
            zone=schedule.timezone,
        ) from error
