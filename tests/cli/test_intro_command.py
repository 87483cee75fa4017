"""hub newsletter intro, as the owner types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import Refused
from hub.web.state import Hub
from tests.newsletter.cast import newest, outbox, parsed, publish, subscribe


@pytest.fixture(autouse=True)
def database(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE", hub.settings.database)


def run(hub: Hub, *arguments: str, given: str | None = None) -> Result:
    data = ["--data", str(hub.settings.data), "newsletter"]
    return CliRunner().invoke(cli, [*data, *arguments], input=given)


def test_it_goes_out_with_the_next_edition_alone(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "intro.md"
    file.write_text("Dear *all*\n", encoding="utf-8")
    assert run(hub, "intro", str(file), "--subject", "From the quay").exit_code == 0
    assert run(hub, "intro").stdout == "Dear *all*\n"
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    assert run(hub, "send", "--now").exit_code == 0
    assert newest(hub).subject == "From the quay"
    assert run(hub, "intro").stdout == ""
    CliRunner().invoke(cli, ["--data", str(hub.settings.data), "worker", "--once"])
    body = parsed(outbox(hub)[0]).get_body(("plain",))
    assert body is not None
    assert "Dear all" in body.get_content()


def test_it_is_read_from_stdin_and_cleared(hub: Hub) -> None:
    assert run(hub, "intro", "-", "--stream", "monthly", given="Hello").exit_code == 0
    assert "Hello" in run(hub, "intro", "--stream", "monthly").stdout
    assert run(hub, "intro", "--stream", "monthly", "--clear").exit_code == 0
    assert run(hub, "intro", "--stream", "monthly").stdout == ""


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 20_001])
def test_what_cannot_be_used_is_refused(hub: Hub, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "intro.md"
    if content is not None:
        file.write_bytes(content)
    assert isinstance(run(hub, "intro", str(file)).exception, Refused)
