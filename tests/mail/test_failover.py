"""Several relays: which one takes the mail, when the next does, and when the first does again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from hub.mail import failover
from hub.mail.failover import FailoverMailer
from hub.mail.model import Connection, Envelope, Mailer, Outcome, RelayAway, RelayFull, RelayRefuses
from hub.mail.relay import RelayMailer
from hub.mail.session import Waits
from hub.settings import SmtpRelay
from tests.mail.fault_server import FaultServer

CONTENT = b"Subject: x\r\n\r\nWords.\r\n"
QUICK = Waits(command=2.0, final_dot=0.5, goodbye=0.05)


class Clock:
    """A steady clock that a test sets forwards."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "_LOOK_SECONDS", 0.005)
    monkeypatch.setattr(failover, "_GOODBYE_SECONDS", 0.02)


def relay(port: int, password: str = "") -> Mailer:
    return RelayMailer(
        SmtpRelay("127.0.0.1", port, "me" if password else "", password, tls="no"),
        local_name="hub.test",
        waits=QUICK,
    )


def over(clock: Clock, *relays: Mailer) -> FailoverMailer:
    """A mailer over relays that are called `first:25`, `second:25`, `third:25`."""
    names = ("first:25", "second:25", "third:25")
    return FailoverMailer(list(zip(names, relays, strict=False)), steady=clock)


def run(*servers: FaultServer, test: Callable[[], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server.running())
            await test()

    asyncio.run(inside())


async def send(mailer: Mailer, *locals_: str) -> dict[str, Outcome | None]:
    """Send over one connection, reconnecting for what was given back, as the lanes do."""
    waiting = list(locals_)
    outcomes: dict[str, Outcome | None] = {}

    def take() -> Envelope | None:
        if not waiting:
            return None
        name = waiting.pop(0)
        return Envelope(name, "owner@hub.test", f"{name}@mail.test", CONTENT)

    def done(envelope: Envelope, outcome: Outcome | None) -> None:
        if outcome is None:
            waiting.insert(0, str(envelope.key))
        else:
            outcomes[str(envelope.key)] = outcome

    while (first := take()) is not None:
        connection = await mailer.connect()
        try:
            await connection.deliver(first, take, done)
        finally:
            await connection.close()
    return outcomes


def ways(outcomes: dict[str, Outcome | None]) -> dict[str, tuple[str, str]]:
    return {name: (o.state, o.relay) for name, o in outcomes.items() if o is not None}


def states(mailer: FailoverMailer) -> list[str]:
    return [standing.state for standing in mailer.standings()]


def received(server: FaultServer) -> list[str]:
    return [name.partition("@")[0] for name, _ in server.accepted]


async def probed(mailer: FailoverMailer) -> None:
    """Wait until no relay is being looked at in the background."""
    while any(one.probe for one in mailer._relays):
        await asyncio.sleep(0.005)


def test_the_first_that_works_takes_everything(clock: Clock) -> None:
    first, second = FaultServer(), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        assert states(mailer) == ["untried", "untried"]
        outcomes = await send(mailer, "a", "451-rcpt", "550-data")
        assert ways(outcomes) == {
            "a": ("accepted", "first:25"),
            "451-rcpt": ("deferred", "first:25"),
            "550-data": ("failed", "first:25"),
        }
        assert states(mailer) == ["working", "untried"]

    run(first, second, test=test)
    assert second.connections == 0


def test_the_next_takes_over_and_the_first_is_not_asked_each_time(clock: Clock) -> None:
    asked = 0

    class Away:
        async def connect(self) -> Connection:
            nonlocal asked
            asked += 1
            raise RelayAway("the relay cannot be reached: no route")

    second = FaultServer()

    async def test() -> None:
        mailer = over(clock, Away(), relay(second.port))
        for name in "abc":
            assert ways(await send(mailer, name)) == {name: ("accepted", "second:25")}
        assert states(mailer) == ["away", "working"]
        assert mailer.standings()[0].reason == "the relay cannot be reached: no route"

    run(second, test=test)
    assert asked == 1


def test_a_relay_that_has_rested_is_tried_beside_the_mail_and_gets_it_again(clock: Clock) -> None:
    first, second = FaultServer(greeting=b"421 4.3.2 not now\r\n"), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        await send(mailer, "a")
        clock.seconds += failover.AWAY_SECONDS - 1
        await send(mailer, "b")
        assert first.connections == 1
        clock.seconds += 1
        await send(mailer, "c")
        await probed(mailer)
        assert first.connections == 2
        first.greeting = b"220 back\r\n"
        clock.seconds += failover.AWAY_SECONDS
        # The mail that finds the rest over does not wait for the look.
        assert ways(await send(mailer, "d"))["d"] == ("accepted", "second:25")
        await probed(mailer)
        assert states(mailer) == ["working", "working"]
        assert ways(await send(mailer, "e"))["e"] == ("accepted", "first:25")

    run(first, second, test=test)


def test_a_kept_connection_to_the_second_ends_when_the_first_is_back(clock: Clock) -> None:
    first, second = FaultServer(greeting=b"421 4.3.2 not now\r\n"), FaultServer(delay=0.01)

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        sending = asyncio.create_task(send(mailer, *[f"r{n}" for n in range(40)]))
        while len(second.accepted) < 3:
            await asyncio.sleep(0.005)
        first.greeting = b"220 back\r\n"
        clock.seconds += failover.AWAY_SECONDS
        outcomes = await sending
        assert {o.state for o in outcomes.values() if o} == {"accepted"}

    run(first, second, test=test)
    assert second.connections == 1
    assert len(second.accepted) < 40
    assert sorted(received(first) + received(second)) == sorted(f"r{n}" for n in range(40))


def test_what_one_relay_refuses_the_next_takes_and_the_reason_is_kept(clock: Clock) -> None:
    first, second = FaultServer(password="right"), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port, "wrong"), relay(second.port))
        assert ways(await send(mailer, "a")) == {"a": ("accepted", "second:25")}
        assert states(mailer) == ["refusing", "working"]
        reason = mailer.standings()[0].reason
        assert reason == "the relay refuses the log-in: 535 5.7.8 wrong"

    run(first, second, test=test)


def test_a_relay_that_refuses_the_sender_gives_the_message_to_the_next(clock: Clock) -> None:
    first, second = FaultServer(refuse_mail=b"550 5.7.1 not you\r\n"), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        assert set(ways(await send(mailer, "a", "b")).values()) == {("accepted", "second:25")}
        assert states(mailer) == ["refusing", "working"]

    run(first, second, test=test)
    assert received(second) == ["a", "b"]


def test_when_all_refuse_the_reasons_of_all_are_told(clock: Clock) -> None:
    first = FaultServer(password="right")
    second = FaultServer(refuse_mail=b"550 5.7.1 not you\r\n")

    async def test() -> None:
        mailer = over(clock, relay(first.port, "wrong"), relay(second.port))
        with pytest.raises(RelayRefuses, match=r"first:25: .* 535 .*; second:25: .* 550 5\.7\.1"):
            await send(mailer, "a")
        # The owner has mended it and goes on: nobody waits for the rest to be over.
        second.refuse_mail = b""
        assert ways(await send(mailer, "a")) == {"a": ("accepted", "second:25")}

    run(first, second, test=test)


def test_one_that_refuses_beside_one_that_is_away_is_away(clock: Clock) -> None:
    first = FaultServer(refuse_mail=b"550 5.7.1 not you\r\n")

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(1))
        with pytest.raises(RelayAway, match=r"first:25: .*550.*; second:25: .*cannot be reached"):
            await send(mailer, "a")

    run(first, test=test)
    assert first.connections == 1


def test_a_single_relay_is_asked_again_at_once_and_speaks_for_itself(clock: Clock) -> None:
    server = FaultServer(greeting=b"421 4.3.2 not now\r\n")

    async def test() -> None:
        mailer = over(clock, relay(server.port))
        with pytest.raises(RelayAway, match=r"^the relay answers 421"):
            await send(mailer, "a")
        server.greeting = b"220 back\r\n"
        assert ways(await send(mailer, "a")) == {"a": ("accepted", "first:25")}

    run(server, test=test)


def test_a_relay_with_few_connections_is_not_away(clock: Clock) -> None:
    first, second = FaultServer(), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        kept = await mailer.connect()
        first.greeting = b"421 4.7.0 too many connections\r\n"
        with pytest.raises(RelayFull, match="too many connections"):
            await mailer.connect()
        assert states(mailer) == ["working", "untried"]
        await kept.close()

    run(first, second, test=test)
    assert second.connections == 0


def test_when_its_connections_break_as_well_it_is_away(clock: Clock) -> None:
    first, second = FaultServer(), FaultServer()

    async def test() -> None:
        mailer = over(clock, relay(first.port), relay(second.port))
        kept = await mailer.connect()
        first.greeting = b"421 4.3.2 shutting down\r\n"
        asking = asyncio.create_task(mailer.connect())
        await asyncio.sleep(0.02)
        assert not asking.done()
        await kept.close()
        await (await asking).close()
        assert states(mailer) == ["away", "working"]

    run(first, second, test=test)


def test_a_letter_gets_the_place_of_a_connection_that_is_under_way(clock: Clock) -> None:
    server = FaultServer(delay=0.01, most=1)

    async def test() -> None:
        mailer = over(clock, relay(server.port))
        sending = asyncio.create_task(_patiently(mailer, *[f"r{n}" for n in range(20)]))
        while len(server.accepted) < 3:
            await asyncio.sleep(0.005)
        await send(mailer.for_letters(), "letter")
        assert not sending.done()
        await sending

    run(server, test=test)
    assert received(server).index("letter") < 15
    assert sorted(received(server)) == sorted(["letter", *[f"r{n}" for n in range(20)]])


async def _patiently(mailer: Mailer, *locals_: str) -> None:
    """As `send`, and comes back when there is no connection to be had."""
    left = list(locals_)
    while left:
        try:
            connection = await mailer.connect()
        except RelayFull:
            await asyncio.sleep(0.005)
            continue

        def take() -> Envelope | None:
            return _envelope(left.pop(0)) if left else None

        await connection.deliver(_envelope(left.pop(0)), take, lambda *_: None)
        await connection.close()


def _envelope(name: str) -> Envelope:
    return Envelope(name, "owner@hub.test", f"{name}@mail.test", CONTENT)
