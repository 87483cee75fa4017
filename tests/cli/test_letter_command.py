"""hub newsletter letter, as the owner types it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hub.audience import segments, store
from hub.audience.segments import Segment
from hub.cli import cli
from hub.errors import NotFound, Refused
from hub.newsletter import letter_store
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import all_editions, newest, outbox, parsed, subscribe

Run = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.md"
    path.write_text("---\ntitle: We move\npreheader: New rooms\n---\nTo the *customs house*.\n")
    return path


@pytest.fixture
def run(hub: Hub, file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `hub newsletter letter FILE …` on the hub's data folder."""
    monkeypatch.setenv("HUB_DATABASE", hub.settings.database)

    def command(*arguments: str, fails: type[BaseException] | None = None) -> Result:
        given = ["--data", str(hub.settings.data), "newsletter", "letter", str(file), *arguments]
        result = CliRunner().invoke(cli, given)
        if fails is None:
            assert result.exit_code == 0, result.output + repr(result.exception)
        else:
            assert isinstance(result.exception, fails), result.output
        return result

    return command


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_sent_now_its_deliveries_are_there_before_it_returns(hub: Hub, run: Run) -> None:
    subscribe(hub, "a@mail.test")
    made = document(run("--now", "--json"))
    assert (made["status"], made["readers"], made["on_site"]) == ("sent", 1, True)
    assert made["deliveries"]["queued"] == 1
    assert (newest(hub).status, newest(hub).starts_at) == ("sending", None)
    CliRunner().invoke(cli, ["--data", str(hub.settings.data), "worker", "--once"])
    mail = parsed(outbox(hub)[0])
    assert mail["Subject"] == "We move"
    assert "customs house" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


def test_without_a_time_it_is_a_draft(hub: Hub, run: Run) -> None:
    assert "is a draft for 0 readers" in run().stdout
    with hub.db.read() as tx:
        assert [line.status for line in letter_store.unsent(tx, limit=9)] == ["draft"]


def test_a_dry_run_keeps_nothing(hub: Hub, run: Run) -> None:
    subscribe(hub, "a@mail.test")
    result = run("--dry-run")
    assert "would go to 1 reader" in result.stdout
    assert "bytes of HTML" in result.stderr
    with hub.db.read() as tx:
        assert letter_store.unsent(tx, limit=9) == []


def test_to_topics_and_to_a_segment(hub: Hub, run: Run) -> None:
    reader = subscribe(hub, "a@mail.test", language="fr")
    subscribe(hub, "b@mail.test")
    with hub.db.write() as tx:
        store.set_topics(tx, reader, ("sea",))
        segments.add(tx, "French", Segment(language="fr"), now=NOW)
    for chosen in (("--topic", "sea", "--topic", "rope"), ("--segment", "French")):
        found = document(run(*chosen, "--json"))
        assert (found["readers"], found["on_site"]) == (1, False)
    run("--segment", "Nobody", fails=NotFound)
    run("--segment", "French", "--topic", "sea", fails=SystemExit)


def test_scheduled_it_stands_in_the_status(hub: Hub, run: Run) -> None:
    assert "goes out on Wednesday 1 January 2098, 08:00" in run("--at", "2098-01-01 08:00").stdout
    given = ["--data", str(hub.settings.data), "newsletter", "status"]
    status = CliRunner().invoke(cli, given).stdout
    assert "letter 1: goes out on Wednesday 1 January 2098, 08:00" in status


@pytest.mark.parametrize("arguments", [("--at", "2020-01-01 08:00"), ("--at", "soon"), ("--now",)])
def test_what_cannot_be_sent_is_refused_and_kept_nowhere(
    hub: Hub, run: Run, arguments: tuple[str, ...]
) -> None:
    run(*arguments, fails=Refused)
    with hub.db.read() as tx:
        assert letter_store.unsent(tx, limit=9) == []
    assert all_editions(hub) == []


def test_its_front_matter_and_its_pictures_come_along(hub: Hub, run: Run, file: Path) -> None:
    Image.new("RGB", (4, 4)).save(file.parent / "sea.png")
    file.write_text(
        "---\nsubject: Nous partons\nlanguage: fr\nshow_on_site: no\n---\n![mer](sea.png)\n"
    )
    run()
    with hub.db.read() as tx:
        letter = letter_store.get(tx, 1)
    assert letter is not None
    assert (letter.subject, letter.language, letter.on_site) == ("Nous partons", "fr", "no")
    assert 'src="/media/' in letter.html


@pytest.mark.parametrize("content", [b"\xff\xfe", b"no heading", b"---\ntitle: [\n---\n"])
def test_a_file_that_is_no_letter_is_refused(run: Run, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    run(fails=Refused)
