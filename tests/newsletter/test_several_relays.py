"""An edition over two relays: everybody gets it once, whichever of them fails."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hub.mail import failover, relays
from hub.mail.failover import FailoverMailer
from hub.mail.model import Mailer
from hub.mail.relay import RelayMailer
from hub.mail.relays import Stopped
from hub.mail.session import Waits
from hub.newsletter import sending
from hub.settings import SmtpRelay
from hub.users import accounts, letters
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import counts, newest, relay_at, sending_edition, states, worker_of

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

BOTH = ("first:25", "second:25")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "_LOOK_SECONDS", 0.005)
    monkeypatch.setattr(failover, "_GOODBYE_SECONDS", 0.02)


@dataclass(frozen=True, slots=True)
class _Taken:
    relay: str
    state: str
    number: int


def taken(hub: Hub) -> dict[tuple[str, str], int]:
    """How many deliveries are in which state by which relay, as it is written down."""
    with hub.db.read() as tx:
        rows = tx.all(
            _Taken,
            "SELECT coalesce(r.name, '') AS relay, d.state, count(*) AS number FROM deliveries AS d"
            " LEFT JOIN relays AS r ON r.id = d.relay_id GROUP BY coalesce(r.name, ''), d.state",
        )
    return {(row.relay, row.state): row.number for row in rows}


def stopped(hub: Hub) -> list[Stopped]:
    with hub.db.read() as tx:
        return relays.stopped(tx, BOTH)


def over(*ways: Mailer) -> FailoverMailer:
    return FailoverMailer(list(zip(BOTH, ways, strict=True)), steady=lambda: 0.0)


async def tick(hub: Hub, mailer: Mailer, *, connections: int = 3) -> Worker:
    worker = await asyncio.to_thread(worker_of, hub, mailer, connections=connections)
    await worker.tick(NOW)
    await worker.close(NOW)
    return worker


def readers(number: int) -> list[str]:
    return [f"r{n}" for n in range(number)]


def arrivals(*servers: FaultServer) -> Counter[str]:
    return Counter(name.partition("@")[0] for server in servers for name, _ in server.accepted)


def test_the_second_takes_all_when_the_first_is_down(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(40))
    second = FaultServer()

    async def run() -> None:
        async with second.running():
            await tick(hub, over(relay_at(1), relay_at(second.port)))

    asyncio.run(run())
    assert states(hub, edition_id) == {"accepted": 40}
    assert taken(hub) == {("second:25", "accepted"): 40}
    assert arrivals(second) == Counter(readers(40))
    ((name, state, reason),) = [(s.name, s.state, s.reason) for s in stopped(hub)]
    assert (name, state) == ("first:25", "away")
    assert "cannot be reached" in reason


def test_the_first_dies_while_an_edition_goes_out(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(120))
    first, second = FaultServer(delay=0.01), FaultServer()

    async def run() -> None:
        async with second.running():
            async with first.running():
                mailer = over(relay_at(first.port), relay_at(second.port))
                sending = asyncio.create_task(tick(hub, mailer))
                while len(first.accepted) < 20:
                    await asyncio.sleep(0.005)
            await sending

    asyncio.run(run())
    found = states(hub, edition_id)
    in_doubt = found.get("unknown", 0) + found.get("deferred", 0)
    assert in_doubt <= 3
    assert found["accepted"] + in_doubt == 120
    assert set(arrivals(first, second).values()) == {1}
    assert taken(hub)["second:25", "accepted"] == len(second.accepted)
    # Whatever the first had taken without being heard is unknown, and not sent again.
    heard = taken(hub)["first:25", "accepted"]
    assert len(first.accepted) - heard <= found.get("unknown", 0)


def test_a_refused_log_in_is_told_while_the_mail_flows(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(20))
    first, second = FaultServer(password="right"), FaultServer()

    async def run() -> None:
        async with first.running(), second.running():
            refusing = RelayMailer(
                SmtpRelay("127.0.0.1", first.port, "me", "wrong", tls="no"),
                local_name="hub.test",
                waits=Waits(),
            )
            worker = await tick(hub, over(refusing, relay_at(second.port)))
            assert worker.trouble == ""

    asyncio.run(run())
    assert states(hub, edition_id) == {"accepted": 20}
    assert newest(hub).status == "sent"
    (one,) = stopped(hub)
    assert (one.state, one.since) == ("refusing", NOW)
    assert one.reason == "the relay refuses the log-in: 535 5.7.8 wrong"


def test_both_down_defers_and_names_both(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b")
    worker = asyncio.run(tick(hub, over(relay_at(1), relay_at(2))))
    assert states(hub, edition_id) == {"deferred": 2}
    assert "first:25: the relay cannot be reached" in worker.trouble
    assert "second:25: the relay cannot be reached" in worker.trouble
    with hub.db.read() as tx:
        due_at = tx.scalar("SELECT max(due_at) FROM deliveries")
    assert datetime.fromisoformat(due_at) == NOW + timedelta(minutes=5)
    assert taken(hub) == {("", "deferred"): 2}


def test_both_refuse_and_the_edition_waits_for_its_owner(hub: Hub) -> None:
    edition_id = sending_edition(hub, "a", "b")
    servers = [FaultServer(refuse_mail=b"550 5.7.1 not you\r\n") for _ in range(2)]

    async def run() -> None:
        async with servers[0].running(), servers[1].running():
            await tick(hub, over(*[relay_at(server.port) for server in servers]))

    asyncio.run(run())
    assert states(hub, edition_id) == {"queued": 2}
    assert newest(hub).status == "paused"
    assert "first:25" in newest(hub).reason
    assert "second:25" in newest(hub).reason


def test_what_the_first_puts_off_does_not_go_to_the_second(hub: Hub) -> None:
    sending_edition(hub, "a", "451-rcpt", "451-data", "550-rcpt")
    first, second = FaultServer(), FaultServer()

    async def run() -> None:
        async with first.running(), second.running():
            await tick(hub, over(relay_at(first.port), relay_at(second.port)))

    asyncio.run(run())
    assert second.connections == 0
    assert taken(hub) == {
        ("first:25", "accepted"): 1,
        ("first:25", "deferred"): 2,
        ("first:25", "failed"): 1,
    }


def test_a_relay_that_allows_few_connections_sends_all(hub: Hub) -> None:
    edition_id = sending_edition(hub, *readers(80))
    first, second = FaultServer(most=2, delay=0.002), FaultServer()

    async def run() -> None:
        async with first.running(), second.running():
            mailer = over(relay_at(first.port), relay_at(second.port))
            await tick(hub, mailer, connections=8)

    asyncio.run(run())
    assert states(hub, edition_id) == {"accepted": 80}
    assert arrivals(first) == Counter(readers(80))
    assert second.connections == 0
    assert stopped(hub) == []


def test_a_connection_that_ended_is_replaced(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "REPLACE_SECONDS", 0.01)
    sending_edition(hub, *readers(60))
    server = FaultServer(most=1, delay=0.005)

    async def run() -> None:
        async with server.running():
            going = asyncio.create_task(tick(hub, relay_at(server.port)))
            while len(server.accepted) < 10:
                await asyncio.sleep(0.005)
            server.most = 3
            await going

    asyncio.run(run())
    assert counts(hub, 1).accepted == 60
    # Beside the first and those that were refused: at least one that came later and was taken.
    assert server.busiest > 1


def test_a_letter_says_which_relay_took_it(hub: Hub) -> None:
    with hub.db.write() as tx:
        user = accounts.create(
            tx, email="ada@hub.test", name="", role="owner", password_hash=None, now=NOW
        )
        letters.ask(tx, user, language="en", signer=hub.signer, now=NOW)
    second = FaultServer()

    async def run() -> None:
        async with second.running():
            await tick(hub, over(relay_at(1), relay_at(second.port)))

    asyncio.run(run())
    with hub.db.read() as tx:
        relay = tx.scalar(
            "SELECT r.name FROM mails AS m JOIN relays AS r ON r.id = m.relay_id"
            " WHERE m.state = 'accepted'"
        )
    assert relay == "second:25"
