"""The relay: what each fault of a server makes of one message, and of the others."""

import asyncio
from collections import deque
from collections.abc import Iterable

import pytest

from hub.mail.model import Envelope, Outcome, RelayAway, RelayRefuses
from hub.mail.relay import RelayMailer
from hub.mail.session import Waits
from hub.settings import SmtpRelay
from tests.mail.fault_server import FaultServer

CONTENT = b"Subject: x\r\n\r\nWords.\r\n.dotted\r\n"
QUICK = Waits(command=2.0, final_dot=0.05, goodbye=0.05)
PLAIN = ("SIZE 1000000", "8BITMIME")

Outcomes = dict[str, Outcome | None]


async def over_one_connection(server: FaultServer, locals_: Iterable[str]) -> Outcomes:
    """Send to each over one connection; what is left after it broke is not in the answer."""
    waiting = deque(
        Envelope(name, "owner@hub.test", f"{name}@mail.test", CONTENT) for name in locals_
    )
    outcomes: Outcomes = {}

    def done(envelope: Envelope, outcome: Outcome | None) -> None:
        assert envelope.key not in outcomes
        outcomes[str(envelope.key)] = outcome

    async with server.running():
        mailer = RelayMailer(
            SmtpRelay("127.0.0.1", server.port, tls="no"), local_name="hub.test", waits=QUICK
        )
        connection = await mailer.connect()
        try:
            await connection.deliver(
                waiting.popleft(), lambda: waiting.popleft() if waiting else None, done
            )
        finally:
            await connection.close()
    return outcomes


def states(outcomes: Outcomes) -> dict[str, str]:
    return {name: outcome.state if outcome else "given back" for name, outcome in outcomes.items()}


@pytest.mark.parametrize("extensions", [("PIPELINING", *PLAIN), PLAIN])
@pytest.mark.parametrize("go_ahead_always", [False, True])
def test_each_answer_belongs_to_its_message(
    extensions: tuple[str, ...], go_ahead_always: bool
) -> None:
    server = FaultServer(extensions=extensions, go_ahead_always=go_ahead_always)
    sent = ["a", "550-rcpt", "b", "451-rcpt", "451-data", "c", "550-data", "d"]
    outcomes = asyncio.run(over_one_connection(server, sent))
    assert states(outcomes) == {
        "a": "accepted",
        "550-rcpt": "failed",
        "b": "accepted",
        "451-rcpt": "deferred",
        "451-data": "deferred",
        "c": "accepted",
        "550-data": "failed",
        "d": "accepted",
    }
    assert [name for name, _ in server.accepted] == [f"{x}@mail.test" for x in "abcd"]
    assert {content for _, content in server.accepted} == {CONTENT}
    assert server.connections == 1


def test_a_refusal_keeps_code_and_text() -> None:
    outcome = asyncio.run(over_one_connection(FaultServer(), ["550-rcpt"]))["550-rcpt"]
    assert outcome == Outcome("failed", 550, "5.1.1 no such user")


@pytest.mark.parametrize("extensions", [("PIPELINING", *PLAIN), PLAIN])
def test_a_connection_lost_before_the_dot_defers_the_first_message(
    extensions: tuple[str, ...],
) -> None:
    server = FaultServer(extensions=extensions)
    assert states(asyncio.run(over_one_connection(server, ["drop-rcpt", "next"]))) == {
        "drop-rcpt": "deferred"
    }


def test_a_kept_connection_lost_before_the_dot_gives_the_message_back() -> None:
    assert states(asyncio.run(over_one_connection(FaultServer(), ["a", "drop-rcpt"]))) == {
        "a": "accepted",
        "drop-rcpt": "given back",
    }


@pytest.mark.parametrize("fault", ["drop-data", "hang-data"])
def test_no_answer_to_the_dot_is_unknown_and_the_next_is_given_back(fault: str) -> None:
    assert states(asyncio.run(over_one_connection(FaultServer(), ["a", fault, "next"]))) == {
        "a": "accepted",
        fault: "unknown",
        "next": "given back",
    }


def test_a_421_after_the_dot_defers_and_gives_the_next_back() -> None:
    outcomes = asyncio.run(over_one_connection(FaultServer(), ["421-data", "next"]))
    assert states(outcomes) == {"421-data": "deferred", "next": "given back"}
    assert outcomes["421-data"] is not None
    assert outcomes["421-data"].code == 421


def test_a_421_at_rcpt_keeps_its_code() -> None:
    outcomes = asyncio.run(over_one_connection(FaultServer(), ["421-rcpt"]))
    assert outcomes["421-rcpt"] is not None
    assert (outcomes["421-rcpt"].state, outcomes["421-rcpt"].code) == ("deferred", 421)


def test_a_server_that_closes_after_some_gives_the_rest_back() -> None:
    outcomes = asyncio.run(over_one_connection(FaultServer(close_after=2), ["a", "b", "c"]))
    assert states(outcomes) == {"a": "accepted", "b": "accepted", "c": "given back"}


def test_a_refused_sender_burns_no_reader() -> None:
    server = FaultServer(refuse_mail=b"550 5.7.1 not you\r\n")
    with pytest.raises(RelayRefuses, match=r"550 5\.7\.1 not you"):
        asyncio.run(over_one_connection(server, ["a", "b"]))


def test_a_message_over_the_size_fails_alone() -> None:
    server = FaultServer(refuse_mail=b"552 5.3.4 too big\r\n")
    assert states(asyncio.run(over_one_connection(server, ["a"]))) == {"a": "failed"}


def test_an_address_beyond_ascii_needs_the_extension() -> None:
    with_it = FaultServer()
    assert states(asyncio.run(over_one_connection(with_it, ["zoé", "b"]))) == {
        "zoé": "accepted",
        "b": "accepted",
    }
    assert any(b"SMTPUTF8" in command for command in with_it.commands)
    without = FaultServer(extensions=("PIPELINING",))
    outcomes = asyncio.run(over_one_connection(without, ["zoé", "b"]))
    assert states(outcomes) == {"zoé": "failed", "b": "accepted"}
    assert outcomes["zoé"] is not None
    assert "SMTPUTF8" in outcomes["zoé"].reply


def test_a_cancelled_task_leaves_no_message_without_an_outcome() -> None:
    async def cancelled() -> Outcomes:
        outcomes: Outcomes = {}
        waiting = deque(["next"])
        async with FaultServer().running() as server:
            mailer = RelayMailer(
                SmtpRelay("127.0.0.1", server.port, tls="no"), local_name="hub.test"
            )
            connection = await mailer.connect()
            task = asyncio.ensure_future(
                connection.deliver(
                    Envelope("hang-data", "o@hub.test", "hang-data@mail.test", CONTENT),
                    lambda: (
                        Envelope(waiting.pop(), "o@hub.test", "next@mail.test", CONTENT)
                        if waiting
                        else None
                    ),
                    lambda envelope, outcome: outcomes.update({str(envelope.key): outcome}),
                )
            )
            while not server.unanswered:
                await asyncio.sleep(0.005)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            assert not connection.usable
        return outcomes

    assert states(asyncio.run(cancelled())) == {"hang-data": "unknown", "next": "given back"}


@pytest.mark.parametrize("greeting", [b"554 5.7.1 not from there\r\n", b"no smtp at all\r\n"])
def test_a_server_that_does_not_want_us(greeting: bytes) -> None:
    with pytest.raises((RelayRefuses, RelayAway)):
        asyncio.run(over_one_connection(FaultServer(greeting=greeting), ["a"]))


def test_a_relay_that_is_down_is_away() -> None:
    async def connect() -> None:
        await RelayMailer(SmtpRelay("127.0.0.1", 1, tls="no"), local_name="hub.test").connect()

    with pytest.raises(RelayAway, match="cannot be reached"):
        asyncio.run(connect())


def test_a_relay_without_starttls_is_refused_where_it_is_required() -> None:
    async def connect() -> None:
        async with FaultServer().running() as server:
            relay = SmtpRelay("127.0.0.1", server.port, tls="required")
            await RelayMailer(relay, local_name="hub.test").connect()

    with pytest.raises(RelayRefuses):
        asyncio.run(connect())


def test_a_relay_without_the_log_in_is_refused() -> None:
    async def connect() -> None:
        async with FaultServer().running() as server:
            relay = SmtpRelay("127.0.0.1", server.port, "me", "secret", tls="no")
            await RelayMailer(relay, local_name="hub.test").connect()

    with pytest.raises(RelayRefuses) as refused:
        asyncio.run(connect())
    assert "secret" not in str(refused.value)
