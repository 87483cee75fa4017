"""Slots, windows and slow-downs, whatever the load: never more than allowed, never much less."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.newsletter import pace_rules
from hub.newsletter.pace_rules import BURST_SECONDS, Counted, Limits, Pace

NOW = 1_800_000_000.0
rates = st.floats(0.05, 3_000)
# How long a worker takes between two looks.
pauses = st.lists(st.floats(0.001, 1.5), min_size=1, max_size=60)


def reserve(
    next_at: float, rate: float, at: float, wanted: int = 10**6
) -> tuple[list[float], float]:
    return pace_rules.slots(next_at, rate, at, wanted=wanted, ahead=0.25)


@given(rates, pauses, st.data())
def test_no_window_holds_more_than_the_rate_and_the_burst(
    rate: float, pauses: list[float], data: st.DataObject
) -> None:
    at, next_at, given_out = NOW, 0.0, list[float]()
    for pause in pauses:
        at += pause
        some, next_at = reserve(next_at, rate, at, data.draw(st.integers(0, 500)))
        given_out += some
    assert given_out == sorted(given_out)
    span = data.draw(st.floats(0.01, 60))
    first = 0
    for last, slot in enumerate(given_out):
        while given_out[first] <= slot - span:
            first += 1
        assert last - first + 1 <= rate * (span + BURST_SECONDS) + 1.01


@given(rates, st.lists(st.floats(0.01, BURST_SECONDS), min_size=50, max_size=120))
def test_with_enough_work_nearly_every_slot_is_given_out(rate: float, pauses: list[float]) -> None:
    at, next_at, number = NOW, 0.0, 0
    for pause in pauses:
        at += pause
        some, next_at = reserve(next_at, rate, at)
        number += len(some)
    assert number >= 0.95 * rate * sum(pauses) - 1


def test_a_late_worker_catches_up_on_the_burst_alone() -> None:
    _, next_at = reserve(0.0, 100.0, NOW)
    some, _ = pace_rules.slots(next_at, 100.0, NOW + 60, wanted=10**6)
    assert len(some) == 100 * BURST_SECONDS + 1


def test_a_clock_set_forwards_gives_the_burst_alone() -> None:
    some, _ = pace_rules.slots(NOW, 100.0, NOW + 86_400, wanted=10**6)
    assert len(some) == 100 * BURST_SECONDS + 1


def test_a_clock_set_back_stops_nothing() -> None:
    _, next_at = reserve(0.0, 10.0, NOW)
    some, _ = reserve(next_at, 10.0, NOW - 3_600)
    assert some[0] == NOW - 3_600


def test_a_slow_bucket_is_not_taken_for_a_clock_set_back() -> None:
    """Its next slot lies far ahead: one an hour."""
    _, next_at = reserve(0.0, 1 / 3_600, NOW)
    assert reserve(next_at, 1 / 3_600, NOW + 60)[0] == []


@given(
    st.lists(st.tuples(st.floats(0, 7_200), st.integers(1, 50)), min_size=1, max_size=200),
    st.integers(1, 300),
)
def test_no_hour_holds_more_than_allowed(wishes: list[tuple[float, int]], limit: int) -> None:
    """Whatever is wished for when, by counting in minutes."""
    minutes: dict[float, int] = {}
    sent: list[tuple[float, int]] = []
    for offset, wanted in sorted(wishes):
        at = NOW + offset
        counted = [Counted(minute, number) for minute, number in sorted(minutes.items())]
        room = pace_rules.left(counted, limit, 3_600.0, at)
        assert (pace_rules.opens_at(counted, limit, 3_600.0, at) <= at) == (room > 0)
        number = min(wanted, room)
        if number > 0:
            minutes[at // 60 * 60] = minutes.get(at // 60 * 60, 0) + number
            sent.append((at, number))
    for at, _ in sent:
        assert sum(n for other, n in sent if at - 3_600 < other <= at) <= limit


def test_a_window_opens_when_it_said() -> None:
    counted = [Counted(NOW, 5), Counted(NOW + 600, 5)]
    then = pace_rules.opens_at(counted, 8, 3_600.0, NOW + 700)
    assert pace_rules.left(counted, 8, 3_600.0, then - 0.1) == -2
    assert pace_rules.left(counted, 8, 3_600.0, then) == 3
    # No later than a minute after the hour: 98 % of what is allowed.
    assert then == NOW + 3_660


# Slow-downs.

GREEDY = Pace("mail.test")


def refuse(
    pace: Pace, at: float, number: int = pace_rules.REFUSALS, *, limit: float | None = 8.0
) -> Pace:
    return pace_rules.refused(pace, number, at, limit=limit, observed=20.0)


def test_ten_refusals_in_a_minute_halve_the_owners_limit() -> None:
    assert pace_rules.rate_of(refuse(GREEDY, NOW), 8.0, NOW) == 4.0


def test_without_a_limit_they_halve_what_was_seen() -> None:
    assert pace_rules.rate_of(refuse(GREEDY, NOW, limit=None), None, NOW) == 10.0


def test_a_reader_whose_server_greylists_slows_nobody_down() -> None:
    pace = GREEDY
    for n in range(20):
        pace = refuse(pace, NOW + 40 * n, 1)
    assert pace_rules.slowed_rate(pace, NOW + 800) is None


def test_at_most_one_halving_in_30_seconds() -> None:
    pace = refuse(refuse(GREEDY, NOW), NOW + 29, 50)
    assert pace_rules.rate_of(pace, 8.0, NOW + 29) == 4.0
    assert pace_rules.rate_of(refuse(pace, NOW + 31, 1), 8.0, NOW + 31) == 2.0


def test_nobody_is_slowed_to_death() -> None:
    pace = GREEDY
    for n in range(100):
        pace = refuse(pace, NOW + 31 * n)
    assert pace_rules.rate_of(pace, 8.0, NOW + 3_100) == pace_rules.FLOOR


def test_an_owner_who_is_slower_than_the_floor_stays_so() -> None:
    assert pace_rules.rate_of(refuse(GREEDY, NOW, limit=0.01), 0.01, NOW) == 0.01


def test_it_doubles_every_ten_minutes_until_it_is_whole() -> None:
    pace = refuse(refuse(GREEDY, NOW), NOW + 31)
    seen = [pace_rules.rate_of(pace, 8.0, NOW + 31 + 600 * n) for n in range(4)]
    assert seen == [2.0, 4.0, 8.0, 8.0]
    assert pace_rules.slowed_rate(pace, NOW + 31 + 1_200) is None


def test_a_refusal_on_the_way_up_starts_the_ten_minutes_anew_and_loses_nothing() -> None:
    pace = refuse(refuse(GREEDY, NOW), NOW + 31)
    pace = refuse(pace, NOW + 700, 1)
    assert pace_rules.rate_of(pace, 8.0, NOW + 700) == 4.0
    assert pace_rules.rate_of(pace, 8.0, NOW + 1_299) == 4.0
    assert pace_rules.rate_of(pace, 8.0, NOW + 1_301) == 8.0


# Readers who are put off.


def test_readers_are_put_off_one_after_another() -> None:
    times, pace = pace_rules.parked(replace(GREEDY, next_at=NOW), 4.0, 3)
    assert times == [NOW, NOW + 0.25, NOW + 0.5]
    later, _ = pace_rules.parked(pace, 4.0, 1)
    assert later == [NOW + 0.75]


def test_a_plan_is_stale_when_the_limit_is_raised_or_gone_or_slots_pass_unused() -> None:
    _, plan = pace_rules.parked(replace(GREEDY, next_at=NOW), 4.0, 4_000)
    assert not pace_rules.plan_is_stale(plan, 4.0, NOW + 1)
    assert not pace_rules.plan_is_stale(plan, 2.0, NOW + 1)
    assert pace_rules.plan_is_stale(plan, 8.0, NOW + 1)
    assert pace_rules.plan_is_stale(plan, None, NOW + 1)
    assert pace_rules.plan_is_stale(plan, 4.0, NOW + 60)
    assert pace_rules.plan_is_stale(plan, 4.0, NOW - 3_600)
    assert not pace_rules.plan_is_stale(plan, 8.0, NOW + 2_000)


def test_a_limit_of_one_domain_beats_that_of_the_others() -> None:
    limits = Limits(domains={"gmail.com": 5.0, "*": 1.0})
    assert (limits.of_domain("gmail.com"), limits.of_domain("orange.fr")) == (5.0, 1.0)
    assert Limits(domains={"gmail.com": 5.0}).of_domain("orange.fr") is None
