"""The lane within the owner's limits: real deliveries to a real server, time passed in."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from hub.mail.model import Connection, Done, Envelope, Outcome, Take
from hub.newsletter import deliveries, pace_store, pacing, sending, steering
from hub.site import store as sites
from hub.users import letters
from hub.users import store as users
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
    counts,
    newest,
    outbox,
    parsed,
    relay_at,
    send_to,
    sending_edition,
    states,
    tick,
    worker_of,
)

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def limit(hub: Hub, **options: str) -> None:
    with hub.db.write() as tx:
        for name, value in options.items():
            sites.put(tx, name, value)


def readers(number: int) -> list[str]:
    return [f"r{n}" for n in range(number)]


def ask_for_a_password(hub: Hub) -> None:
    """A letter waits from now on."""
    with hub.db.write() as tx:
        user = users.insert(
            tx,
            email="o@hub.test",
            email_key="o@hub.test",
            name="O",
            role="owner",
            password_hash=None,
            now=NOW,
        )
        letters.ask(tx, user, language="en", signer=hub.signer, now=NOW)


def accepted(hub: Hub, edition_id: int) -> int:
    return counts(hub, edition_id).accepted


def live(
    hub: Hub,
    server: FaultServer,
    *,
    after: int,
    change: Callable[[], None],
    until: Callable[[], bool],
) -> None:
    """A worker at its own pace, as in `hub worker`: `change` comes `after` that many messages."""

    async def wait(condition: Callable[[], bool], task: asyncio.Task[None]) -> None:
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(condition):
                if task.done():
                    # What ended the worker says more than that the condition never came.
                    await task
                await asyncio.sleep(0.02)

    async def work(worker: Worker) -> None:
        while not worker.stopping.is_set():
            await worker.beat(hub.now())
            if not await worker.send(hub.now):
                await asyncio.sleep(0.02)

    async def run() -> None:
        async with server.running():
            worker = await asyncio.to_thread(worker_of, hub, relay_at(server.port), connections=5)
            task = asyncio.create_task(work(worker))
            await wait(lambda: len(server.accepted) >= after, task)
            await asyncio.to_thread(change)
            await wait(until, task)
            worker.stopping.set()
            await task
            await worker.close(hub.now())

    asyncio.run(run())


def test_at_one_instant_only_the_burst_leaves_and_the_rest_waits(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_second="10")
    tick(hub)
    assert states(hub, edition_id) == {"accepted": 3, "queued": 27}
    tick(hub, NOW + SECOND / 5)
    tick(hub, NOW + SECOND / 5)
    assert states(hub, edition_id) == {"accepted": 5, "queued": 25}


def test_a_slow_machine_loses_no_permit_of_its_instant(hub: Hub) -> None:
    """Permits wait for the one connection while the clock runs on."""
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_second="10")
    clock = count(0.0, 0.3)
    server = FaultServer(delay=0.05)

    async def run() -> None:
        async with server.running():
            worker = await asyncio.to_thread(
                lambda: worker_of(
                    hub, relay_at(server.port), steady=lambda: next(clock), connections=1
                )
            )
            await worker.tick(NOW)
            await worker.close(NOW)

    asyncio.run(run())
    assert accepted(hub, edition_id) == 3


def test_an_hour_that_is_used_up_makes_the_edition_wait_and_then_go_on(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_hour="20")
    tick(hub)
    tick(hub, NOW + 30 * MINUTE)
    assert states(hub, edition_id) == {"accepted": 20, "queued": 10}
    assert newest(hub).status == "sending"
    tick(hub, NOW + HOUR + 2 * MINUTE)
    assert states(hub, edition_id) == {"accepted": 30}
    assert newest(hub).status == "sent"


def test_a_wait_claims_nothing(hub: Hub) -> None:
    sending_edition(hub, *readers(30))
    limit(hub, send_per_hour="20")
    tick(hub)
    assert not tick(hub, NOW + MINUTE)


def test_a_clock_set_back_by_days_stops_an_hour_for_no_longer_than_an_hour(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_hour="20", send_per_second="100")
    tick(hub)
    earlier = NOW - timedelta(days=40)
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET due_at = :at WHERE state = 'queued'", at=earlier)
    tick(hub, earlier)
    assert accepted(hub, edition_id) == 20
    for n in range(2):
        tick(hub, earlier + HOUR + 2 * MINUTE + n * SECOND)
    assert accepted(hub, edition_id) == 30


def test_who_left_uses_up_no_permit(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id <= 15")
    limit(hub, send_per_hour="20")
    tick(hub)
    assert states(hub, edition_id) == {"accepted": 15, "failed": 15}
    with hub.db.read() as tx:
        assert tx.scalar("SELECT sum(number) FROM sent_minutes") == 15


def test_without_limits_what_leaves_is_counted_all_the_same(hub: Hub) -> None:
    sending_edition(hub, *readers(30))
    tick(hub)
    limit(hub, send_per_hour="30")
    with hub.db.read() as tx:
        assert pacing.waiting(tx, hub.site(), NOW) is not None


def test_letters_go_when_the_hour_is_used_up_and_count_in_it(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_hour="20")
    tick(hub)
    ask_for_a_password(hub)
    tick(hub, NOW + MINUTE)
    assert accepted(hub, edition_id) == 20
    with hub.db.read() as tx:
        assert tx.scalar("SELECT state FROM mails") == "accepted"
        assert tx.scalar("SELECT sum(number) FROM sent_minutes") == 21


def test_a_limited_domain_waits_and_nobody_else_does(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    with hub.db.write() as tx:
        tx.execute(
            "UPDATE subscribers SET email = replace(email, 'mail.test', 'slow.test'),"
            " email_key = replace(email_key, 'mail.test', 'slow.test') WHERE id <= 20"
        )
    limit(hub, send_per_domain="slow.test 1/s")
    tick(hub)
    assert states(hub, edition_id) == {"accepted": 11, "queued": 19}
    for n in range(1, 4):
        tick(hub, NOW + n * SECOND)
    assert states(hub, edition_id) == {"accepted": 14, "queued": 16}
    with hub.db.read() as tx:
        assert tx.scalar("SELECT max(attempts) FROM deliveries") == 1


def test_a_limit_that_is_lifted_lets_everybody_go(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(30))
    limit(hub, send_per_domain="mail.test 1/h")
    tick(hub)
    assert states(hub, edition_id) == {"accepted": 1, "queued": 29}
    limit(hub, send_per_domain="")
    # A worker that was not there when it was set.
    for n in range(3):
        tick(hub, NOW + n * SECOND)
    assert states(hub, edition_id) == {"accepted": 30}


def test_what_a_ramp_holds_back_does_not_expire(hub: Hub) -> None:
    edition_id = sending_edition(hub, "r0", "r1", "451-rcpt", "r2")
    limit(hub, ramp_up="2")
    send_to(hub, server := FaultServer())
    assert len(server.accepted) == 2
    send_to(hub, FaultServer(), NOW + timedelta(days=3))
    assert states(hub, edition_id) == {"accepted": 3, "deferred": 1}


def test_a_ramp_stops_itself_and_pauses_the_edition(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(98), *["550+5.4.1-data" + n * "x" for n in range(3)])
    limit(hub, ramp_up="1000")
    send_to(hub, FaultServer())
    with hub.db.write() as tx:
        steering.retry(tx, edition_id, now=NOW)
    tick(hub, NOW + MINUTE)
    assert newest(hub).status == "paused"
    assert newest(hub).reason == "the ramp-up stopped: 3 of 101 mails failed for good"
    tick(hub, NOW + 2 * MINUTE)
    told = [parsed(raw) for raw in outbox(hub)][-1]
    assert told["To"] == "owner@hub.test"
    assert told["Subject"] == "The newsletter is paused: Ropes"


@pytest.mark.parametrize("fault", ["421-rcpt", "421-data"])
def test_a_domain_that_refuses_is_slowed_down(hub: Hub, fault: str) -> None:
    sending_edition(hub, *[fault + n * "x" for n in range(12)])
    send_to(hub, FaultServer())
    with hub.db.read() as tx:
        assert [slow.domain for slow in pacing.slowed(tx, NOW)] == ["mail.test"]
        assert pacing.slowed(tx, NOW + HOUR) == []


def test_a_refused_sender_or_a_full_mailbox_slows_nobody_down(hub: Hub) -> None:
    sending_edition(hub, *["451-rcpt" + n * "x" for n in range(12)])
    send_to(hub, FaultServer())
    send_to(hub, FaultServer(refuse_mail=b"450 4.7.1 too much from you\r\n"), NOW + HOUR)
    send_to(hub, FaultServer(refuse_mail=b"421 4.7.0 too much from you\r\n"), NOW + 3 * HOUR)
    with hub.db.read() as tx:
        assert pace_store.with_slowdown(tx) == []


# At their own pace, with real clocks.


@pytest.mark.slow
def test_two_workers_share_a_rate(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(400))
    limit(hub, send_per_second="100")
    server = FaultServer()

    async def run() -> float:
        async with server.running():
            both = [
                await asyncio.to_thread(worker_of, hub, relay_at(server.port)) for _ in range(2)
            ]
            began = time.monotonic()
            await asyncio.gather(*(worker.send(hub.now) for worker in both))
            took = time.monotonic() - began
            for worker in both:
                await worker.close(hub.now())
            return took

    took = asyncio.run(run())
    # Never faster; how much slower depends on the machine (see `make bench`).
    assert took >= (400 - 21) / 100
    assert states(hub, edition_id) == {"accepted": 400}
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 400}


@pytest.mark.slow
def test_a_limit_that_is_lifted_while_it_is_sent_takes_effect(hub: Hub) -> None:
    sending_edition(hub, *readers(300))
    limit(hub, send_per_second="5", send_per_domain="mail.test 3/s")
    live(
        hub,
        FaultServer(),
        after=5,
        change=lambda: limit(hub, send_per_second="", send_per_domain=""),
        until=lambda: newest(hub).status == "sent",
    )


@pytest.mark.slow
def test_nobody_gets_lost_when_the_books_are_slow(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers are admitted while those in hand are looked at again."""
    edition_id = sending_edition(hub, *readers(150))
    limit(hub, send_per_domain="mail.test 40/s")
    admit = pacing.admit

    def slowly(*args: Any, **named: Any) -> Any:
        time.sleep(0.05)
        return admit(*args, **named)

    monkeypatch.setattr(pacing, "admit", slowly)
    monkeypatch.setattr(sending, "RECHECK_SECONDS", 0.0)
    live(
        hub,
        FaultServer(),
        after=1,
        change=lambda: None,
        until=lambda: newest(hub).status == "sent",
    )
    assert states(hub, edition_id) == {"accepted": 150}


@pytest.mark.slow
def test_a_limit_that_is_set_while_it_is_sent_takes_effect(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(1_500))
    limit(hub, send_per_second="50")

    def waits() -> bool:
        with hub.db.read() as tx:
            shut = pacing.waiting(tx, hub.site(), hub.now()) is not None
        return shut and not counts(hub, edition_id).claimed

    live(
        hub,
        FaultServer(),
        after=20,
        change=lambda: limit(hub, send_per_second="", send_per_hour="200"),
        until=waits,
    )
    assert states(hub, edition_id) == {"accepted": 200, "queued": 1_300}


@pytest.mark.slow
def test_a_limited_domain_is_not_starved_by_a_queue_that_has_none(hub: Hub) -> None:
    """Few connections and many others in front of it: its turns come all the same."""
    edition_id = sending_edition(hub, *readers(1_000))
    with hub.db.write() as tx:
        tx.execute(
            "UPDATE subscribers SET email = replace(email, 'mail.test', 'slow.test'),"
            " email_key = replace(email_key, 'mail.test', 'slow.test') WHERE id <= 100"
        )
    limit(hub, send_per_domain="slow.test 20/s")
    server = FaultServer(delay=0.05)

    def slow() -> int:
        return sum(name.endswith("@slow.test") for name, _ in server.accepted)

    # A busy machine loses turns, never all of them: a part is waited for, not the last one.
    live(hub, server, after=1, change=lambda: None, until=lambda: slow() >= 30)
    assert accepted(hub, edition_id) < 1_000


# The other lane.


class _Stuck:
    """A mailer whose connections take editions and never answer; letters they take at once."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.held = asyncio.Event()

    async def connect(self) -> Connection:
        return _StuckConnection(self)


class _StuckConnection:
    usable = True

    def __init__(self, mailer: _Stuck) -> None:
        self._mailer = mailer

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        if isinstance(first.key, tuple):
            self._mailer.held.set()
            try:
                await asyncio.Event().wait()
            finally:
                done(first, Outcome("unknown", None, "stuck"))
        self._mailer.letters.append(first.recipient)
        done(first, Outcome("accepted", 250, "ok"))

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("options", [{}, {"send_per_second": "1"}, {"send_per_hour": "1"}])
def test_the_letter_lane_never_waits_for_the_edition_lane(
    hub: Hub, options: dict[str, str]
) -> None:
    edition_id = sending_edition(hub, *readers(20))
    limit(hub, **options)
    mailer = _Stuck()

    async def run() -> None:
        worker = await asyncio.to_thread(worker_of, hub, mailer)
        edition = asyncio.create_task(worker.send(hub.now))
        await mailer.held.wait()
        await asyncio.to_thread(ask_for_a_password, hub)
        await worker.post(hub.now())
        # Every connection of editions still waits for its answer.
        assert mailer.letters == ["o@hub.test"]
        assert not edition.done()
        edition.cancel()
        await asyncio.wait([edition])
        await worker.close(hub.now())

    asyncio.run(run())
    with hub.db.read() as tx:
        assert "accepted" not in deliveries.count_states(tx, edition_id)


def test_time_is_an_argument(hub: Hub) -> None:
    """A tick waits for nothing, however slow the limit: the next one goes when it is time."""
    edition_id = sending_edition(hub, *readers(3))
    limit(hub, send_per_second="0.001")
    at: datetime = NOW
    for _ in range(3):
        tick(hub, at)
        tick(hub, at + 10 * MINUTE)
        at += timedelta(seconds=1_000)
    assert states(hub, edition_id) == {"accepted": 3}


def test_readers_who_wait_for_their_domain_are_told_of(hub: Hub) -> None:
    sending_edition(hub, *readers(30))
    limit(hub, send_per_domain="mail.test 60/h")
    tick(hub)
    with hub.db.read() as tx:
        assert pacing.limited(tx, hub.site(), NOW) == [pacing.Limited("mail.test", 60.0)]
    limit(hub, send_per_domain="")
    with hub.db.read() as tx:
        assert pacing.limited(tx, hub.site(), NOW) == []
