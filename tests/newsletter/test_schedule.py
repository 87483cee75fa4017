"""Periods: their names, when they begin, and that none comes twice or is lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.newsletter.model import Schedule, Stream
from hub.newsletter.schedule import current, due, following, next_due

ZONES = ("Europe/Paris", "America/New_York", "UTC", "Pacific/Auckland")


def weekly(zone: str = "Europe/Paris", time: str = "08:00", weekday: int = 5) -> Schedule:
    return Schedule("weekly", zone, time, weekday, 1)


def monthly(day: int = 1, zone: str = "Europe/Paris") -> Schedule:
    return Schedule("monthly", zone, "08:00", 5, day)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day, …


START = utc(2026, 11, 22, 12)
SATURDAY = utc(2026, 11, 28, 7)


def test_the_first_period_begins_after_set_up() -> None:
    assert due(weekly(), None, START, SATURDAY - timedelta(seconds=1)) is None
    period = due(weekly(), None, START, SATURDAY)
    assert period is not None
    assert (period.name, period.begins_at) == ("2026-W48", SATURDAY)


def test_a_set_up_at_the_very_moment_waits_a_week() -> None:
    assert due(weekly(), None, SATURDAY, SATURDAY + timedelta(days=1)) is None


def test_a_period_that_was_made_is_not_due_again() -> None:
    assert due(weekly(), "2026-W48", START, SATURDAY + timedelta(days=6)) is None


def test_after_an_outage_only_the_latest_is_due() -> None:
    period = due(weekly(), "2026-W48", START, SATURDAY + timedelta(days=30))
    assert period is not None
    assert period.name == "2026-W52"


def test_a_monthly_period_is_named_after_its_month() -> None:
    period = due(monthly(), None, START, utc(2026, 12, 1, 7))
    assert period is not None
    assert (period.name, period.begins_at) == ("2026-12", utc(2026, 12, 1, 7))


def test_the_first_days_of_january_may_lie_in_the_old_year() -> None:
    assert current(weekly(weekday=5), utc(2027, 1, 2, 12)).name == "2026-W53"


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Paris", utc(2026, 3, 28, 7), utc(2026, 4, 4, 6)),
        ("Europe/Paris", utc(2026, 10, 24, 6), utc(2026, 10, 31, 7)),
        ("America/New_York", utc(2026, 3, 7, 13), utc(2026, 3, 14, 12)),
        ("America/New_York", utc(2026, 10, 31, 12), utc(2026, 11, 7, 13)),
    ],
)
def test_the_local_time_stays_over_a_change_of_clocks(
    zone: str, before: datetime, after: datetime
) -> None:
    assert current(weekly(zone), before).begins_at == before
    assert following(weekly(zone), before).begins_at == after


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", utc(2026, 3, 29)), ("America/New_York", utc(2026, 3, 8))],
)
def test_a_time_that_the_clocks_skip_still_comes(zone: str, day: datetime) -> None:
    schedule = weekly(zone, "02:30", 6)
    period = current(schedule, day + timedelta(hours=20))
    assert period.begins_at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") == (
        f"{day:%m-%d} 03:30"
    )


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", utc(2026, 10, 25)), ("America/New_York", utc(2026, 11, 1))],
)
def test_a_time_that_comes_twice_is_one_period(zone: str, day: datetime) -> None:
    schedule = weekly(zone, "02:30" if zone == "Europe/Paris" else "01:30", 6)
    names = {
        current(schedule, day + timedelta(minutes=10 * step)).name
        for step in range(12 * 6)
        if current(schedule, day + timedelta(minutes=10 * step)).begins_at > day
    }
    assert len(names) == 1


schedules = st.builds(
    Schedule,
    st.sampled_from(("weekly", "monthly")),
    st.sampled_from(ZONES),
    st.sampled_from(("00:00", "01:30", "02:30", "08:00", "23:59")),
    st.integers(0, 6),
    st.integers(1, 28),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


@given(schedules, moments)
def test_a_moment_lies_in_one_period(schedule: Schedule, moment: datetime) -> None:
    now, then = current(schedule, moment), following(schedule, moment)
    assert now.begins_at <= moment < then.begins_at
    assert now.name < then.name
    assert following(schedule, now.begins_at) == then
    assert current(schedule, then.begins_at) == then


@given(schedules, moments, st.lists(st.integers(-40, 40), min_size=1, max_size=30))
def test_clocks_that_jump_and_two_schedulers_make_each_period_once(
    schedule: Schedule, start: datetime, jumps: list[int]
) -> None:
    made: list[str] = []
    now = start
    for jump in jumps:
        now += timedelta(days=jump, hours=7)
        for _scheduler in range(2):
            name = current(schedule, now).name
            period = due(schedule, name if name in made else None, start, now)
            if period is not None:
                assert period.begins_at > start
                made.append(period.name)
    assert len(made) == len(set(made))


@given(schedules, moments, st.integers(1, 60))
def test_a_clock_that_runs_reaches_every_period(
    schedule: Schedule, start: datetime, days: int
) -> None:
    made: list[str] = []
    expected = []
    period = following(schedule, start)
    while period.begins_at <= start + timedelta(days=days):
        expected.append(period.name)
        period = following(schedule, period.begins_at)
    for hour in range(days * 24 + 1):
        found = due(schedule, made[-1] if made else None, start, start + timedelta(hours=hour))
        if found is not None:
            made.append(found.name)
    assert made == expected


@pytest.mark.parametrize("stream", ["weekly", "monthly"])
def test_what_comes_next_is_what_is_due_then(stream: Stream) -> None:
    schedule = Schedule(stream, "Europe/Paris", "08:00", 5, 3)
    period = next_due(schedule, None, START, START)
    assert due(schedule, None, START, period.begins_at) == period
    assert next_due(schedule, period.name, START, period.begins_at).begins_at > period.begins_at
