"""When a message may go: slots of a token bucket, windows, and slow-downs. Pure rules.

Times are seconds since 1970, rates messages a second. A bucket is kept as the time of its next
free slot (virtual scheduling, as in GCRA): one number that all workers share, from which no
burst can grow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor

from hub.site import rates
from hub.site.model import Site

# What a bucket may catch up on: over any 10 s this is 2 %.
BURST_SECONDS = 0.2
# A slot further ahead than any worker reserves, and than two clocks differ: a clock set back.
SKEW_SECONDS = 30.0

HALVING_SECONDS = 30.0
DOUBLING_SECONDS = 600.0
# A few readers whose servers greylist are no reason; ten refusals within a minute are.
REFUSALS = 10
REFUSALS_SECONDS = 60.0
# The slowest that a domain is made by its refusals.
FLOOR = 0.1

HOUR, DAY, MINUTE = 3600.0, 86400.0, 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the owner allows; None is no limit."""

    per_second: float | None = None
    per_hour: int | None = None
    per_day: int | None = None
    domains: Mapping[str, float] = field(default_factory=dict)
    ramp_up: int | None = None
    connections: int = 10

    def of_domain(self, domain: str) -> float | None:
        """The rate of a domain in A-label form."""
        return self.domains.get(domain, self.domains.get(rates.OTHERS))

    @property
    def needs_permits(self) -> bool:
        """Whether a message needs more than its domain's leave."""
        return (self.per_second or self.per_hour or self.per_day or self.ramp_up) is not None


def limits_of(site: Site) -> Limits:
    """The limits among the owner's options."""
    return Limits(
        per_second=rates.per_second(site.send_per_second),
        per_hour=_whole(site.send_per_hour),
        per_day=_whole(site.send_per_day),
        domains=rates.by_domain(site.send_per_domain),
        ramp_up=_whole(site.ramp_up),
        connections=site.send_connections,
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """A bucket. `next_at` is its next free slot.

    Up to `parked_until` readers are put off, at `parked_rate`. `refusals` were heard since
    `refusals_from`, the last at `refused_at`. A slow-down began at `slow_rate`, and is over at
    `full_rate`; 0 is none.
    """

    name: str
    next_at: float = 0.0
    parked_until: float = 0.0
    parked_rate: float = 0.0
    refusals: int = 0
    refusals_from: float = 0.0
    refused_at: float = 0.0
    halved_at: float = 0.0
    slow_rate: float = 0.0
    full_rate: float = 0.0


def slots(
    next_at: float, rate: float, now: float, *, wanted: int, ahead: float = 0.0
) -> tuple[list[float], float]:
    """Up to `wanted` slots that lie at most `ahead` seconds in the future, and the next free one.

    In any time of T seconds there are at most `rate * (T + BURST_SECONDS) + 1` of them.
    """
    interval = 1 / rate
    if next_at > now + SKEW_SECONDS + interval:
        next_at = now
    first = max(next_at, now - BURST_SECONDS)
    # A microsecond is less than the clock knows, and more than a float of today's time is off.
    number = min(wanted, floor((now + ahead - first + 1e-6) / interval) + 1)
    if number <= 0:
        return [], next_at
    return [first + n * interval for n in range(number)], first + number * interval


def parked(pace: Pace, rate: float, number: int) -> tuple[list[float], Pace]:
    """When `number` readers who found no slot come again, one after another, and the bucket.

    It is a plan, not a promise: whoever comes takes a real slot, or is put off again.
    """
    start = max(pace.parked_until, pace.next_at)
    times = [start + n / rate for n in range(number)]
    return times, replace(pace, parked_until=start + number / rate, parked_rate=rate)


def plan_is_stale(pace: Pace, rate: float | None, now: float) -> bool:
    """Whether readers are put off for longer than `rate` asks: they should come at once.

    The rate was raised; or slots pass unused although readers wait, because their edition was
    cancelled or paused, or the clock was set back.
    """
    if pace.parked_until <= now:
        return False
    if rate is None or rate > pace.parked_rate * 1.01:
        return True
    slack = SKEW_SECONDS + 2 / rate
    return pace.next_at > now + slack or pace.next_at < now - slack


# Windows.


@dataclass(frozen=True, slots=True)
class Counted:
    """Messages that left in the minute from `at`."""

    at: float
    number: int


def left(counted: Sequence[Counted], limit: int, span: float, now: float) -> int:
    """How many may still leave so that no window of `span` seconds holds more than `limit`."""
    return limit - sum(c.number for c in counted if c.at + MINUTE > now - span)


def opens_at(counted: Sequence[Counted], limit: int, span: float, now: float) -> float:
    """When the window lets the next one go; `now` when it does so already."""
    excess = 1 - left(counted, limit, span, now)
    if excess <= 0:
        return now
    for minute in counted:
        if minute.at + MINUTE > now - span:
            excess -= minute.number
            if excess <= 0:
                return minute.at + MINUTE + span
    return now + span


# Slow-downs.


def slowed_rate(pace: Pace, now: float) -> float | None:
    """The rate of a domain that refused, doubled every ten minutes since; None when it is over."""
    if not pace.slow_rate:
        return None
    doublings = int(max(0.0, now - pace.refused_at) // DOUBLING_SECONDS)
    rate = pace.slow_rate * 2.0 ** min(doublings, 64)
    return rate if rate < pace.full_rate else None


def rate_of(pace: Pace, limit: float | None, now: float) -> float | None:
    """What a domain may get now: the owner's limit, or less while it is slowed down."""
    slow = slowed_rate(pace, now)
    if slow is None or limit is None:
        return limit if slow is None else slow
    return min(slow, limit)


def refused(pace: Pace, number: int, now: float, *, limit: float | None, observed: float) -> Pace:
    """The bucket of a domain after `number` more refusals (421 or 4.7.x).

    Ten within a minute halve its rate: that of the slow-down, else the owner's limit, else
    the `observed` one; at most once in 30 s.
    """
    current = rate_of(pace, limit, now) or max(observed, FLOOR)
    slow = slowed_rate(pace, now)
    # The doublings so far are kept: the clock of the next one starts anew.
    pace = replace(pace, slow_rate=slow or 0.0, refused_at=now)
    if not 0 <= now - pace.refusals_from <= REFUSALS_SECONDS:
        pace = replace(pace, refusals=0, refusals_from=now)
    pace = replace(pace, refusals=pace.refusals + number)
    if pace.refusals < REFUSALS or 0 <= now - pace.halved_at < HALVING_SECONDS:
        return pace
    return replace(
        pace,
        slow_rate=max(current / 2, min(current, FLOOR)),
        full_rate=pace.full_rate if slow else current,
        halved_at=now,
        refusals=0,
    )


def _whole(text: str) -> int | None:
    return int(text) if text else None
