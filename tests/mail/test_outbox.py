"""The outbox: whole files, in order, for the owner alone."""

import asyncio
import stat
from pathlib import Path

import pytest

from hub.mail.model import Envelope, Outcome, RelayAway
from hub.mail.outbox import OutboxMailer


def send(folder: Path, *contents: bytes) -> list[Outcome | None]:
    waiting = [Envelope(n, "o@hub.test", "a@mail.test", text) for n, text in enumerate(contents)]
    outcomes: list[Outcome | None] = []

    async def deliver() -> None:
        connection = await OutboxMailer(folder).connect()
        await connection.deliver(
            waiting.pop(0),
            lambda: waiting.pop(0) if waiting else None,
            lambda _envelope, outcome: outcomes.append(outcome),
        )

    asyncio.run(deliver())
    return outcomes


def test_messages_are_files_in_the_order_of_sending(tmp_path: Path) -> None:
    send(tmp_path / "outbox", *(b"%d" % n for n in range(12)))
    files = sorted((tmp_path / "outbox").iterdir())
    assert [file.read_bytes() for file in files] == [b"%d" % n for n in range(12)]
    assert {file.suffix for file in files} == {".eml"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_that_goes_away_puts_off(tmp_path: Path) -> None:
    class Gone(OutboxMailer):
        def write(self, content: bytes) -> None:
            raise OSError(28, "No space left on device")

    outcomes: list[Outcome | None] = []

    async def deliver() -> None:
        connection = await Gone(tmp_path).connect()
        envelope = Envelope(1, "o@hub.test", "a@mail.test", b"x")
        await connection.deliver(
            envelope, lambda: None, lambda _envelope, outcome: outcomes.append(outcome)
        )

    asyncio.run(deliver())
    assert outcomes[0] is not None
    assert outcomes[0].state == "deferred"
    assert "No space left" in outcomes[0].reply


def test_a_folder_that_cannot_be_made_is_a_relay_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RelayAway, match="outbox"):
        asyncio.run(OutboxMailer(tmp_path / "file" / "outbox").connect())
