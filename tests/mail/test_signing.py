"""Signatures are made in threads while the relay is told of the message."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail import dkim
from hub.mail.dkim import DkimSigner, Identity
from hub.mail.model import Envelope, Outcome, Signature
from hub.mail.signing import _Bench
from tests.newsletter.cast import relay_at

SIGNER = DkimSigner(Identity("hub.test", "hub"), dkim.new_key())
MESSAGE = b"From: a@hub.test\r\nTo: b@mail.test\r\nSubject: Ropes\r\n\r\nHello.\r\n"


def envelope(content: bytes) -> Envelope:
    return Envelope(content, "a@hub.test", "b@mail.test", content)


def at_a_bench(work: Callable[[_Bench], Any]) -> Any:
    async def run() -> Any:
        return await work(_Bench(SIGNER, asyncio.get_running_loop()))

    return asyncio.run(run())


def test_many_at_once_get_each_its_own() -> None:
    messages = [MESSAGE.replace(b"Ropes", b"Ropes %d" % n) for n in range(40)]

    async def work(bench: _Bench) -> list[bytes]:
        return list(await asyncio.gather(*[bench.signature(envelope(m)).made for m in messages]))

    assert at_a_bench(work) == [SIGNER.signature(message) for message in messages]


def test_what_cannot_be_signed_is_told_and_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = SIGNER.signature
    monkeypatch.setattr(SIGNER, "signature", lambda m, **_: 1 / 0 if b"bad" in m else real(m))

    async def work(bench: _Bench) -> list[bytes | BaseException]:
        asked = [bench.signature(envelope(b"bad")).made for _ in range(5)] + [
            bench.signature(envelope(MESSAGE)).made
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    *bad, good = at_a_bench(work)
    assert [str(one) for one in bad] == ["a message could not be signed"] * 5
    assert good == real(MESSAGE)


@given(st.sets(st.sampled_from(sorted(dkim._SIGNED))))
def test_no_signature_is_longer_than_was_announced(names: set[bytes]) -> None:
    message = b"".join(name + b": x\r\n" for name in sorted(names)) + b"\r\nHello.\r\n"
    size = len(SIGNER.signature(message))
    assert size <= SIGNER.most <= size + 300


async def _hangs_up_after_354(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 ready\r\n")
    while line := await reader.readline():
        writer.write(b"354 go on\r\n" if line == b"DATA\r\n" else b"250 ok\r\n")
        if line == b"DATA\r\n":
            break
    await writer.drain()
    writer.close()


def test_a_server_that_goes_while_a_message_is_signed_has_not_got_it() -> None:
    async def run() -> Outcome | None:
        server = await asyncio.start_server(_hangs_up_after_354, "127.0.0.1", 0)
        async with server:
            connection = await relay_at(server.sockets[0].getsockname()[1]).connect()
            made: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            outcomes: list[Outcome | None] = []
            waiting = replace(envelope(MESSAGE), signature=Signature(500, made))
            delivering = asyncio.create_task(
                connection.deliver(waiting, lambda: None, lambda _e, o: outcomes.append(o))
            )
            while connection.usable:
                await asyncio.sleep(0.005)
            made.set_result(SIGNER.signature(MESSAGE))
            await delivering
            await connection.close()
        return outcomes[0]

    outcome = asyncio.run(run())
    assert outcome is not None
    # Not `unknown`: nothing of the body has left, so it can go out again.
    assert outcome.state == "deferred"
