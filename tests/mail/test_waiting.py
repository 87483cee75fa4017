"""When a message is tried again, and when a worker is dead."""

from datetime import timedelta

import pytest

from hub.mail.retrying import EXPIRES_AFTER, next_attempt, too_far
from hub.mail.workers import Heartbeat, SilenceWatch
from tests.conftest import NOW

MINUTES = {1: 5, 2: 15, 3: 30, 4: 60, 5: 120, 6: 240, 7: 240}


@pytest.mark.parametrize(("attempts", "minutes"), MINUTES.items())
def test_the_waits_grow(attempts: int, minutes: int) -> None:
    due = next_attempt(attempts, created_at=NOW, now=NOW, chance=0.5)
    assert due == NOW + timedelta(minutes=minutes)


def test_chance_spreads_the_tries_by_a_tenth() -> None:
    early = next_attempt(4, created_at=NOW, now=NOW, chance=0.0)
    late = next_attempt(4, created_at=NOW, now=NOW, chance=1.0)
    assert (early, late) == (NOW + timedelta(minutes=54), NOW + timedelta(minutes=66))


def test_what_would_come_after_48_hours_is_given_up() -> None:
    last = NOW + EXPIRES_AFTER - timedelta(hours=4)
    assert next_attempt(7, created_at=NOW, now=last, chance=0.5) is not None
    assert next_attempt(7, created_at=NOW, now=last, chance=0.6) is None


def test_nothing_is_given_up_before_each_wait_was_kept_once() -> None:
    long_after = NOW + timedelta(days=30)
    assert next_attempt(6, created_at=NOW, now=long_after, chance=0.5) is not None
    assert next_attempt(7, created_at=NOW, now=long_after, chance=0.5) is None


def test_no_wait_is_so_long_that_it_looks_like_a_clock_set_back() -> None:
    longest = next_attempt(99, created_at=NOW, now=NOW, chance=1.0)
    assert longest is not None
    assert longest < too_far(NOW)


def test_a_heartbeat_that_stands_still_for_20_seconds_is_dead() -> None:
    watch = SilenceWatch()
    still = [Heartbeat(1, NOW)]
    for second in range(0, 20, 2):
        assert watch.dead(still, now=NOW, steady=float(second)) == []
    assert watch.dead(still, now=NOW, steady=19.9) == []
    assert watch.dead(still, now=NOW, steady=20.0) == [1]


def test_while_nobody_could_look_nobody_has_died() -> None:
    watch = SilenceWatch()
    assert watch.dead([Heartbeat(1, NOW)], now=NOW, steady=0.0) == []
    back = NOW + timedelta(seconds=30)
    assert watch.dead([Heartbeat(1, NOW)], now=back, steady=30.0) == []
    assert watch.dead([Heartbeat(1, NOW)], now=back, steady=34.9) == []
    assert watch.dead([Heartbeat(1, NOW)], now=back, steady=35.0) == [1]


def test_a_heartbeat_that_is_old_already_is_watched_for_a_moment_only() -> None:
    watch = SilenceWatch()
    old = [Heartbeat(1, NOW - timedelta(seconds=21))]
    assert watch.dead(old, now=NOW, steady=0.0) == []
    assert watch.dead(old, now=NOW, steady=5.0) == [1]


def test_a_clock_that_jumps_kills_nobody_who_lives() -> None:
    watch = SilenceWatch()
    later = NOW + timedelta(days=300)
    assert watch.dead([Heartbeat(1, NOW)], now=NOW, steady=0.0) == []
    assert watch.dead([Heartbeat(1, NOW)], now=later, steady=1.0) == []
    assert watch.dead([Heartbeat(1, later)], now=later, steady=6.0) == []
    assert watch.dead([Heartbeat(1, NOW)], now=NOW, steady=12.0) == []
