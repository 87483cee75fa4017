"""`hub worker --once` may send for hours in one tick: its heartbeat goes on."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from hub.app import COMPOSERS
from hub.mail import workers
from hub.running import run_once
from hub.settings import SmtpRelay
from hub.web.state import Hub
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import send_out, subscribe


def test_the_heart_beats_while_a_relay_hangs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.01)
    subscribe(hub, "hang-data@mail.test")
    send_out(hub)

    def beat() -> datetime:
        with hub.db.read() as tx:
            (heart,) = workers.others(tx, 0)
            return heart.seen_at

    async def run() -> None:
        server = FaultServer()
        async with server.running(), asyncio.timeout(20):
            relay = SmtpRelay("127.0.0.1", server.port, tls="no")
            sending = replace(hub, settings=replace(hub.settings, smtp=(relay,)))
            task = asyncio.create_task(run_once(sending, composers=COMPOSERS))
            while not (server.unanswered or task.done()):
                await asyncio.sleep(0.005)
            seen = beat()
            while beat() == seen:
                await asyncio.sleep(0.005)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(run())
