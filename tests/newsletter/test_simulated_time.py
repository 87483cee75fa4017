"""Weeks pass, clocks change, machines fail: one edition a period, and every article once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.newsletter import due, planning
from hub.newsletter.model import Edition
from hub.site import store as sites
from hub.web.state import Hub
from tests.newsletter.cast import all_editions, press, publish, subscribe

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHANGES = [
    ("Europe/Paris", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Paris", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
]


def live(hub: Hub, moments: Iterator[datetime]) -> None:
    """Two schedulers look at each of these moments; an article appears each day at noon UTC."""
    first = None
    for now in moments:
        if first is None:
            first = now
            with hub.db.write() as tx:
                sites.mark_ready(tx, now)
        if now.hour == 12:
            publish(hub, f"{now:%m-%d}", at=now)
        making = press(hub)
        for _ in range(2):
            with hub.db.write() as tx:
                while due.plan_due(tx, making, now) is not None:
                    pass


def hours(first: datetime, days: int) -> Iterator[datetime]:
    return (first + HOUR * number for number in range(days * 24))


def of_stream(hub: Hub, stream: str) -> list[Edition]:
    """Oldest first."""
    return [edition for edition in reversed(all_editions(hub)) if edition.stream == stream]


def taken(hub: Hub, stream: str) -> Counter[str]:
    with hub.db.read() as tx:
        return Counter(
            tx.all(
                str,
                "SELECT p.title FROM edition_posts AS e JOIN posts AS p ON p.id = e.post_id"
                " WHERE e.stream = :stream",
                stream=stream,
            )
        )


def settle(hub: Hub, timezone: str, **options: str) -> None:
    with hub.db.write() as tx:
        for name, value in {"timezone": timezone, **options}.items():
            sites.put(tx, name, value)


@pytest.mark.slow
@pytest.mark.parametrize(("timezone", "change"), CHANGES)
@pytest.mark.parametrize("time", ["08:00", "02:30"])
def test_over_a_change_of_clocks_each_period_has_one_edition(
    hub: Hub, timezone: str, change: datetime, time: str
) -> None:
    subscribe(hub, "a@mail.test", at=change - 30 * DAY)
    subscribe(hub, "b@mail.test", cadence="monthly", at=change - 30 * DAY)
    # On the very day of the change.
    settle(
        hub, timezone, weekly_day="sunday", weekly_time=time, monthly_day=str(min(change.day, 28))
    )
    first = change - 8 * DAY
    live(hub, hours(first, 17))
    weekly, monthly = of_stream(hub, "weekly"), of_stream(hub, "monthly")
    assert len(weekly) == len({edition.period for edition in weekly}) == 3
    assert [edition.period for edition in monthly] == [f"{change:%Y-%m}"]
    for edition in weekly[::2]:
        local = edition.created_at.astimezone(ZoneInfo(timezone))
        expected = datetime.strptime(time, "%H:%M").replace(tzinfo=UTC)
        # The schedulers look once an hour.
        assert 0 <= (local.hour * 60 + local.minute) - (expected.hour * 60 + expected.minute) < 60
    counted = taken(hub, "weekly")
    assert set(counted.values()) == {1}
    noons = [now for now in hours(first, 17) if now.hour == 12]
    assert len(counted) == sum(1 for noon in noons if noon <= weekly[-1].created_at)


@pytest.mark.slow
@pytest.mark.parametrize("asleep", [DAY, 9 * DAY])
def test_over_an_outage_none_is_lost_and_none_comes_twice(hub: Hub, asleep: timedelta) -> None:
    saturday = datetime(2026, 3, 28, 7, tzinfo=UTC)
    subscribe(hub, "a@mail.test", at=saturday - 30 * DAY)
    settle(hub, "Europe/Paris")
    first = saturday - 2 * DAY
    gone, back = saturday - HOUR, saturday - HOUR + asleep
    moments = [now for now in hours(first, 20) if not gone <= now < back]
    live(hub, iter(moments))
    weekly = of_stream(hub, "weekly")
    names = [edition.period for edition in weekly]
    assert len(names) == len(set(names))
    assert names == (
        ["2026-W13", "2026-W14", "2026-W15"] if asleep == DAY else ["2026-W14", "2026-W15"]
    )
    assert weekly[0].created_at == back
    assert set(taken(hub, "weekly").values()) == {1}
    with hub.db.read() as tx:
        left = planning.next_edition(tx, hub.site(), "weekly", moments[-1]).posts
    articles = sum(1 for now in moments if now.hour == 12)
    assert len(taken(hub, "weekly")) + len(left) == articles


FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "comes"),
    [
        # In this week's past: the first that begins after the change.
        ("weekly_day", "thursday", datetime(2026, 12, 3, 7, tzinfo=UTC)),
        ("weekly_day", "sunday", datetime(2026, 11, 29, 7, tzinfo=UTC)),
        ("weekly_time", "09:00", datetime(2026, 11, 28, 8, tzinfo=UTC)),
        ("timezone", "America/New_York", datetime(2026, 11, 28, 13, tzinfo=UTC)),
        # Not the weekly one's business.
        ("monthly_day", "26", datetime(2026, 11, 28, 7, tzinfo=UTC)),
    ],
)
def test_a_changed_schedule_begins_with_the_first_period_after_the_change(
    hub: Hub, name: str, value: str, comes: datetime
) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    settle(hub, "Europe/Paris", monthly_day="20")
    with hub.db.write() as tx:
        sites.change(tx, name, value, now=FRIDAY)
    with hub.db.write() as tx:
        assert due.plan_due(tx, press(hub), FRIDAY) is None
        coming = planning.next_edition(tx, hub.site(), "weekly", FRIDAY).period
        assert coming is not None
        assert coming.begins_at == comes
        assert due.plan_due(tx, press(hub), comes - timedelta(seconds=1)) is None
        made = due.plan_due(tx, press(hub), comes)
    assert made is not None
    assert made.stream == "weekly"


def test_saving_the_settings_as_they_are_changes_no_schedule(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.change(tx, "weekly_day", "saturday", now=FRIDAY)
        sites.change(tx, "title", "Other", now=FRIDAY)
    assert (hub.site().weekly_from, hub.site().monthly_from) == (None, None)


def test_a_change_while_no_worker_runs_counts_from_the_change(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        sites.change(tx, "weekly_time", "09:00", now=FRIDAY)
    with hub.db.write() as tx:
        made = due.plan_due(tx, press(hub), FRIDAY + 2 * DAY)
    assert made is not None
    assert made.period == "2026-W48"
