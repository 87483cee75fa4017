"""The clock is set forwards or back while mail waits or goes out: nobody is missed or mailed
twice, nothing is given up that was hardly tried, and nothing waits for a day."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import chain, repeat

import pytest

from hub.mail import queue
from hub.newsletter import steering
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    all_editions,
    newest,
    publish,
    relay_at,
    send_to,
    sending_edition,
    states,
    subscribe,
    tick,
    worker_of,
)

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JUMPS = pytest.mark.parametrize("jump", [2 * DAY, -DAY], ids=["forwards", "back"])


@JUMPS
def test_an_edition_whose_clock_jumps_before_it_is_sent(hub: Hub, jump: timedelta) -> None:
    edition_id = sending_edition(hub, "ada", "bea")
    send_to(hub, server := FaultServer(), NOW + jump)
    assert states(hub, edition_id) == {"accepted": 2}
    assert len(server.accepted) == 2


@JUMPS
def test_an_edition_whose_clock_jumps_while_it_is_sent(hub: Hub, jump: timedelta) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(250)])
    server = FaultServer()
    times = chain(repeat(NOW, 60), repeat(NOW + jump))

    async def run() -> None:
        async with server.running():
            worker = await asyncio.to_thread(worker_of, hub, relay_at(server.port))
            while await worker.send(lambda: next(times)):
                pass
            await worker.close(NOW + jump)

    asyncio.run(run())
    assert states(hub, edition_id) == {"accepted": 250}
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 250}
    assert newest(hub).status == "sent"
    assert next(times) != NOW


def test_who_was_put_off_is_not_given_up_by_a_jump(hub: Hub) -> None:
    edition_id = sending_edition(hub, "451-rcpt")
    send_to(hub, FaultServer())
    now = NOW + 2 * DAY
    tries = 0
    while states(hub, edition_id) == {"deferred": 1}:
        send_to(hub, FaultServer(), now)
        now += 4 * HOUR
        tries += 1
    assert states(hub, edition_id) == {"failed": 1}
    assert tries == 6


def test_who_was_put_off_by_a_clock_that_was_ahead_is_tried_at_once(hub: Hub) -> None:
    edition_id = sending_edition(hub, "greylist", "ada")
    server = FaultServer()
    send_to(hub, server)
    assert states(hub, edition_id) == {"accepted": 1, "deferred": 1}
    send_to(hub, server, NOW - DAY)
    assert states(hub, edition_id) == {"accepted": 2}
    assert len(server.accepted) == 2


def test_a_letter_that_a_clock_put_ahead_goes_out(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    with hub.db.write() as tx:
        steering.stop(tx, edition_id, reason="x", site=hub.site(), now=NOW)
        assert not queue.is_due(tx, NOW - HOUR)
    send_to(hub, server := FaultServer(), NOW - DAY)
    assert [name for name, _ in server.accepted] == ["owner@hub.test"]


def test_a_period_comes_once_whatever_the_clock_does(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    saturday = datetime.fromisoformat("2026-11-28T07:00:00+00:00")
    for at, title in [
        (saturday - DAY, "Before"),
        (saturday + DAY, "After a jump of two days"),
        (saturday, "Set back"),
        (saturday - DAY, "Further back"),
        (saturday + DAY, "And again"),
    ]:
        publish(hub, title, at=NOW)
        tick(hub, at)
    assert weeks(hub) == [("2026-W48", "sent")]
    tick(hub, saturday + 7 * DAY)
    assert weeks(hub) == [("2026-W49", "sent"), ("2026-W48", "sent")]


def weeks(hub: Hub) -> list[tuple[str, str]]:
    return [(e.period, e.status) for e in all_editions(hub) if e.stream == "weekly"]
