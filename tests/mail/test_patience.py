"""Each wait has its own limit, though one timer serves all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from hub.mail.patience import Patience


@dataclass
class Alarm:
    at: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Loop:
    """A loop whose time is set by hand."""

    now: float = 0.0
    alarms: list[Alarm] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, call: Callable[[], None]) -> Alarm:
        self.alarms.append(Alarm(at, call))
        return self.alarms[-1]

    def advance(self, to: float) -> None:
        while due := [a for a in self.alarms if a.at <= to and not a.cancelled]:
            first = min(due, key=lambda alarm: alarm.at)
            self.alarms.remove(first)
            self.now = first.at
            first.call()
        self.now = to


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def patience(loop: Loop, told: list[str]) -> Patience:
    return Patience(cast(asyncio.AbstractEventLoop, loop), told.append)


def test_a_wait_runs_out_at_its_limit(loop: Loop, patience: Patience, told: list[str]) -> None:
    patience.start(300)
    loop.advance(299.9)
    assert told == []
    loop.advance(300)
    assert told == ["no answer within 300 seconds"]


def test_a_wait_that_ended_runs_out_no_more(
    loop: Loop, patience: Patience, told: list[str]
) -> None:
    patience.start(300)
    patience.stop()
    loop.advance(1000)
    assert told == []


@pytest.mark.parametrize(("first", "second"), [(600, 2), (2, 600), (5, 5)])
def test_the_next_wait_has_a_limit_of_its_own(
    loop: Loop, patience: Patience, told: list[str], first: float, second: float
) -> None:
    patience.start(first)
    loop.advance(1)
    patience.stop()
    patience.start(second)
    loop.advance(1 + second - 0.1)
    assert told == []
    loop.advance(1 + second)
    assert told == [f"no answer within {second:g} seconds"]


def test_many_waits_take_one_alarm(loop: Loop, patience: Patience) -> None:
    for second in range(100):
        patience.start(300)
        loop.advance(second)
        patience.stop()
    assert len(loop.alarms) == 1


def test_a_connection_that_ends_leaves_no_alarm(loop: Loop, patience: Patience) -> None:
    patience.start(300)
    patience.end()
    assert all(alarm.cancelled for alarm in loop.alarms)
