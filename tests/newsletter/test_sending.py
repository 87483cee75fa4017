"""Deliveries: each ends in the right state, and nobody is missed or mailed twice."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from hub.addresses import key
from hub.audience import suppression
from hub.mail import workers
from hub.newsletter import claiming, deliveries, steering
from hub.newsletter.model import Retry
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import (
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

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def state_of(hub: Hub, subscriber_id: int) -> tuple[str, str]:
    with hub.db.read() as tx:
        sql = "SELECT {} FROM deliveries WHERE subscriber_id = :id"
        return (
            tx.scalar(sql.format("state"), id=subscriber_id),
            tx.scalar(sql.format("reply"), id=subscriber_id),
        )


def test_each_fault_ends_in_its_state_and_the_others_arrive(hub: Hub) -> None:
    plain = [f"r{n}" for n in range(40)]
    faults = ["451-rcpt", "550-rcpt", "421-rcpt", "451-data", "550-data", "421-data"]
    faults += ["drop-rcpt", "drop-data", "hang-data"]
    edition_id = sending_edition(hub, *plain, *faults)
    server = FaultServer(close_after=7)
    send_to(hub, server)
    assert states(hub, edition_id) == {"accepted": 40, "deferred": 5, "failed": 2, "unknown": 2}
    assert Counter(name for name, _ in server.accepted) == Counter(
        f"{name}@mail.test" for name in plain
    )
    assert newest(hub).status == "sending"


def test_a_deferred_delivery_comes_again_when_it_is_due(hub: Hub) -> None:
    edition_id = sending_edition(hub, "451-rcpt")
    send_to(hub, FaultServer())
    server = FaultServer()
    send_to(hub, server, NOW + 5 * MINUTE - timedelta(seconds=1))
    assert server.commands == []
    send_to(hub, server, NOW + 5 * MINUTE)
    assert b"RCPT TO:<451-rcpt@mail.test>" in server.commands
    assert states(hub, edition_id) == {"deferred": 1}


def test_after_48_hours_a_delivery_is_given_up(hub: Hub) -> None:
    edition_id = sending_edition(hub, "451-rcpt")
    now = NOW
    for _ in range(6):
        send_to(hub, FaultServer(), now)
        now += 4 * HOUR
    assert states(hub, edition_id) == {"deferred": 1}
    send_to(hub, FaultServer(), NOW + 48 * HOUR)
    assert states(hub, edition_id) == {"failed": 1}
    assert "48 hours" in state_of(hub, 1)[1]
    assert newest(hub).status == "sent"


def test_a_relay_that_is_down_defers_and_says_so(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b")

    async def run() -> str:
        worker = await asyncio.to_thread(worker_of, hub, relay_at(1))
        await worker.tick(NOW)
        await worker.close(NOW)
        return worker.trouble

    assert "cannot be reached" in asyncio.run(run())
    assert states(hub, edition_id) == {"deferred": 2}


def test_a_refused_sender_pauses_the_edition_and_burns_nobody(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b")
    worker = send_to(hub, FaultServer(refuse_mail=b"550 5.7.1 not from you\r\n"))
    assert states(hub, edition_id) == {"queued": 2}
    assert newest(hub).status == "paused"
    assert "550 5.7.1 not from you" in newest(hub).reason
    assert worker.trouble


def test_who_left_since_gets_no_mail(hub: Hub) -> None:
    edition_id = sending_edition(hub, "stays", "leaves", "erased", "suppressed")
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id = 2")
        tx.execute("DELETE FROM subscribers WHERE id = 3")
        suppression.suppress(tx, key("suppressed@mail.test"), "owner", now=NOW)
    server = FaultServer()
    send_to(hub, server)
    assert [name for name, _ in server.accepted] == ["stays@mail.test"]
    assert states(hub, edition_id) == {"accepted": 1, "failed": 3}
    assert state_of(hub, 2) == ("failed", "the reader was unsubscribed before it was sent")


@pytest.mark.slow
def test_who_leaves_while_a_claim_waits_gets_no_mail(hub: Hub) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(30)])
    server = FaultServer(delay=0.05)
    clock = iter(range(100_000))

    async def run() -> None:
        async with server.running():
            worker = await asyncio.to_thread(
                lambda: worker_of(
                    hub, relay_at(server.port), steady=lambda: float(next(clock)), connections=1
                )
            )
            task = asyncio.create_task(worker.tick(NOW))
            while not server.accepted:
                await asyncio.sleep(0.005)
            with hub.db.write() as tx:
                tx.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id > 20")
            await task

    asyncio.run(run())
    assert states(hub, edition_id) == {"accepted": 20, "failed": 10}


def test_two_workers_share_an_edition_without_a_repeat(hub: Hub) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(300)])
    server = FaultServer()

    async def run() -> None:
        async with server.running():
            both = [
                await asyncio.to_thread(worker_of, hub, relay_at(server.port)) for _ in range(2)
            ]
            await asyncio.gather(*(worker.tick(NOW) for worker in both))

    asyncio.run(run())
    assert max(Counter(name for name, _ in server.accepted).values()) == 1
    assert states(hub, edition_id) == {"accepted": 300}
    assert newest(hub).status == "sent"


def test_what_a_dead_worker_held_is_sent_again_byte_by_byte(hub: Hub) -> None:
    edition_id = sending_edition(hub, "hang-data")
    first = FaultServer()

    async def die() -> Worker:
        async with first.running():
            worker = await asyncio.to_thread(worker_of, hub, relay_at(first.port))
            task = asyncio.create_task(worker.tick(NOW))
            while not first.unanswered:
                await asyncio.sleep(0.005)
            # Killed: it writes nothing down and does not sign off.
            _forbid_writing(worker)
            task.cancel()
            await asyncio.wait([task])
            with pytest.raises(_Killed):
                task.result()
        return worker

    # While its process lives, only silence says that it is dead.
    silent = asyncio.run(die())
    assert states(hub, edition_id) == {"claimed": 1}
    second, steady = FaultServer(), [0.0]

    async def go_on() -> None:
        async with second.running():
            worker = await asyncio.to_thread(
                lambda: worker_of(
                    hub, relay_at(second.port, final_dot=0.1), steady=lambda: steady[0]
                )
            )
            await worker.tick(NOW)
            while steady[0] < workers.SILENT_SECONDS:
                assert second.unanswered == []
                steady[0] += workers.BEAT_SECONDS
                await worker.tick(NOW)
            await worker.close(NOW)

    asyncio.run(go_on())
    del silent
    assert second.unanswered == first.unanswered
    assert states(hub, edition_id) == {"unknown": 1}


class _Killed(Exception):
    pass


def _forbid_writing(worker: Worker) -> None:
    def killed(*_args: object, **_kwargs: object) -> None:
        raise _Killed

    worker.editions._books.record = killed  # type: ignore[method-assign]  # the kill


def test_a_worker_that_is_stopped_repeats_nothing_and_gives_back_the_rest(hub: Hub) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(200)])
    server = FaultServer(delay=0.01)

    async def stop() -> None:
        async with server.running():
            worker = await asyncio.to_thread(worker_of, hub, relay_at(server.port))
            task = asyncio.create_task(worker.tick(NOW))
            while len(server.accepted) < 10:
                await asyncio.sleep(0.005)
            worker.stopping.set()
            await task
            await worker.close(NOW)

    asyncio.run(stop())
    arrived = len(server.accepted)
    assert arrived < 200
    assert states(hub, edition_id) == {"accepted": arrived, "queued": 200 - arrived}
    send_to(hub, server)
    assert Counter(Counter(name for name, _ in server.accepted).values()) == {1: 200}


def test_only_the_owners_retry_sends_failed_and_unknown_again(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "drop-data", "552-rcpt", "550-rcpt", "left")
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE email = 'left@mail.test'")
    send_to(hub, FaultServer())
    send_to(hub, again := FaultServer(), NOW + timedelta(days=1))
    assert again.commands == []
    with hub.db.write() as tx:
        found = steering.retry(tx, edition_id, now=NOW)
    assert found == Retry(2, left_out=(("bounced", 1), ("unsubscribed", 1)), unknown=1)
    assert states(hub, edition_id) == {"accepted": 1, "failed": 2, "queued": 2}
    send_to(hub, third := FaultServer())
    assert {name for name, _ in third.unanswered} == {"drop-data@mail.test"}
    assert third.commands.count(b"RCPT TO:<552-rcpt@mail.test>") == 1
    assert third.accepted == []


def test_the_mail_stays_as_it_was_made(hub: Hub) -> None:
    sending_edition(hub, "a")
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET title = 'Changed'")
        tx.execute("UPDATE settings SET value = 'Changed' WHERE name = 'title'")
    tick(hub)
    (raw,) = outbox(hub)
    assert parsed(raw)["Subject"] == "Ropes"
    assert b"Changed" not in raw


def test_a_claim_that_was_taken_away_is_not_written_over(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a")
    with hub.db.write() as tx:
        assert len(claiming.claim(tx, 1, now=NOW, limit=9)) == 1
        assert claiming.claim(tx, 2, now=NOW, limit=9) == []
        assert claiming.give_back_all(tx, 1, now=NOW) == 1
        assert len(claiming.claim(tx, 2, now=NOW, limit=9)) == 1
        late = deliveries.Result(edition_id, 1, "accepted", 250, "", NOW)
        assert deliveries.record(tx, 1, [late]) == 0
    assert states(hub, edition_id) == {"claimed": 1}
