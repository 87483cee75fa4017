"""The worker goes another way within seconds, without a restart."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from hub.mail import in_force, queue, relays, workers
from hub.mail.following import FollowingMailer
from hub.mail.mailers import mailer
from hub.mail.model import Envelope
from hub.settings import SmtpRelay
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.mail.test_worker_letters import LETTER, composing, put, state


def plain(server: FaultServer) -> SmtpRelay:
    return SmtpRelay("127.0.0.1", server.port, tls="no")


def choose(hub: Hub, relay: SmtpRelay) -> None:
    with hub.db.write() as tx:
        in_force.choose(tx, hub.settings, relay, NOW)


def test_a_worker_takes_up_what_the_desk_chose(hub: Hub) -> None:
    async def run() -> list[list[str]]:
        async with AsyncExitStack() as stack:
            one, two = FaultServer(), FaultServer()
            for server in (one, two):
                await stack.enter_async_context(server.running())
            worker = await asyncio.to_thread(Worker, hub, {"note": composing(LETTER)})
            for server in (one, two):
                put(hub)
                choose(hub, plain(server))
                await worker.tick(NOW)
            with hub.db.read() as tx:
                assert workers.ways(tx, NOW) == [plain(two).name]
            await worker.close(NOW)
            return [[to for to, _ in server.accepted] for server in (one, two)]

    assert asyncio.run(run()) == [["ada@mail.test"], ["ada@mail.test"]]


def test_a_connection_ends_when_mail_goes_another_way(hub: Hub) -> None:
    async def run() -> int:
        async with FaultServer().running() as server:
            before = in_force.Way((plain(server),), "desk")

            def make(way: in_force.Way) -> object:
                return mailer(way, hub.settings.outbox, "https://hub.test")

            following = FollowingMailer(make, before)  # type: ignore[arg-type]  # as it says
            connection = await following.connect()
            letters = [Envelope(n, "o@hub.test", f"{n}@mail.test", b"x\r\n") for n in range(3)]

            def take() -> Envelope | None:
                following.follow(in_force.Way())
                return letters.pop() if letters else None

            await connection.deliver(letters.pop(), take, lambda _envelope, _outcome: None)
            assert not connection.usable
            await connection.close()
            return len(server.accepted)

    # The message that was taken when the way changed is the last one.
    assert asyncio.run(run()) == 2


@pytest.mark.parametrize(("password", "expected"), [("right", ""), ("wrong", "refusing")])
def test_the_worker_finds_out_by_itself_how_a_relay_is(
    hub: Hub, password: str, expected: str
) -> None:
    async def run() -> list[str]:
        async with FaultServer(password="right").running() as server:
            relay = SmtpRelay("127.0.0.1", server.port, "me", password, "no")
            choose(hub, relay)
            worker = await asyncio.to_thread(Worker, hub, {})
            await worker.look_at_relays()
            await worker.beat(NOW)
            with hub.db.read() as tx:
                return [one.state for one in relays.stopped(tx, [relay.name])]

    assert asyncio.run(run()) == ([expected] if expected else [])


def test_letters_that_were_put_off_go_at_once_by_another_relay(hub: Hub) -> None:
    async def run(mail_id: int) -> object:
        async with FaultServer().running() as server:
            worker = await asyncio.to_thread(Worker, hub, {"note": composing(LETTER)})
            with hub.db.read() as tx:
                assert not queue.is_due(tx, NOW)
            choose(hub, plain(server))
            await worker.tick(NOW)
            return state(hub, mail_id)

    mail_id = put(hub)
    with hub.db.write() as tx:
        tx.execute("UPDATE mails SET state = 'deferred', due_at = '2026-11-22T12:30:00.000Z'")
    assert asyncio.run(run(mail_id)) == "accepted"
