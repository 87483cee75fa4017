"""hub newsletter and hub worker, as the owner types them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import Refused
from hub.web.state import Hub
from tests.newsletter.cast import newest, outbox, parsed, publish, subscribe

Run = Callable[..., Result]


@pytest.fixture
def run(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the hub's data folder."""
    monkeypatch.setenv("HUB_DATABASE", hub.settings.database)

    def command(*arguments: str, fails: type[Exception] | None = None) -> Result:
        given = ["--data", str(hub.settings.data), *arguments]
        result = CliRunner().invoke(cli, given)
        if fails is None:
            assert result.exit_code == 0, result.output + repr(result.exception)
        else:
            assert isinstance(result.exception, fails), result.output
        return result

    return command


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_send_now_makes_the_deliveries_and_the_worker_sends_them(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    (made,) = document(run("newsletter", "send", "--now", "--json"))
    assert made["deliveries"]["queued"] == 1
    run("worker", "--once")
    (status,) = document(run("newsletter", "status", "--json"))
    assert status["period"].startswith("now-")
    assert {key: status[key] for key in ("id", "stream", "status", "subject", "posts")} == {
        "id": 1,
        "stream": "weekly",
        "status": "sent",
        "subject": "Ropes",
        "posts": 1,
    }
    assert status["deliveries"] == {
        "queued": 0,
        "claimed": 0,
        "accepted": 1,
        "deferred": 0,
        "failed": 0,
        "unknown": 0,
    }
    assert len(outbox(hub)) == 1


def test_the_same_call_again_sends_nothing_and_says_why(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    again = run("newsletter", "send", "--now", fails=Refused)
    assert "nothing to send" in str(again.exception)


def test_send_without_now_says_when_the_next_comes(hub: Hub, run: Run) -> None:
    refused = run("newsletter", "send", fails=Refused)
    assert "the next one comes on Saturday" in str(refused.exception)


def test_a_stream_of_each_article(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test", cadence="each")
    publish(hub, "Ropes", newsletter="digest+each")
    run("newsletter", "send", "--now", "--stream", "each")
    assert (newest(hub).stream, newest(hub).period) == ("each", "post-1")


def test_preview_shows_the_next_edition_and_takes_nothing(hub: Hub, run: Run) -> None:
    publish(hub, "Ropes")
    text = run("newsletter", "preview")
    assert "Ropes" in text.stdout
    assert "Subject: Ropes" in text.stderr
    assert "<table" not in text.stdout
    html = run("newsletter", "preview", "--html", "--language", "fr")
    assert '<html lang="fr"' in html.stdout
    with pytest.raises(IndexError):
        newest(hub)


def test_preview_of_nothing_is_refused(run: Run) -> None:
    refused = run("newsletter", "preview", fails=Refused)
    assert "no article" in str(refused.exception)


def test_a_test_mail_is_marked_and_changes_nothing(hub: Hub, run: Run) -> None:
    publish(hub, "Ropes")
    run("newsletter", "test", "me@mail.test")
    (raw,) = outbox(hub)
    assert parsed(raw)["Subject"] == "[Test] Ropes"
    assert parsed(raw)["To"] == "me@mail.test"
    with pytest.raises(IndexError):
        newest(hub)


def test_a_test_mail_says_why_the_relay_did_not_take_it(
    hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(hub, "Ropes")
    monkeypatch.setenv("HUB_SMTP", "smtp://127.0.0.1:1?starttls=no")
    refused = run("newsletter", "test", "me@mail.test", fails=Refused)
    assert "cannot be reached" in str(refused.exception)
    run("newsletter", "test", "not an address", fails=Refused)


def test_once_with_a_relay_that_is_down_says_so(
    hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    monkeypatch.setenv("HUB_SMTP", "smtp://127.0.0.1:1?starttls=no")
    refused = run("worker", "--once", fails=Refused)
    assert "cannot be reached" in str(refused.exception)
    (status,) = document(run("newsletter", "status", "--json"))
    assert status["deliveries"]["deferred"] == 1


def test_pause_resume_cancel(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    run("newsletter", "pause")
    run("worker", "--once")
    assert outbox(hub) == []
    assert "paused by the owner" in run("newsletter", "status").stdout
    run("newsletter", "resume")
    run("newsletter", "cancel", "1")
    run("worker", "--once")
    assert outbox(hub) == []
    assert newest(hub).status == "cancelled"


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry"])
def test_there_may_be_nothing_to_steer(run: Run, verb: str) -> None:
    run("newsletter", verb, fails=Refused)
    run("newsletter", verb, "4711", fails=Refused)


def test_an_hour_that_is_used_up_is_no_failure_and_status_says_until_when(
    hub: Hub, run: Run
) -> None:
    for n in range(3):
        subscribe(hub, f"r{n}@mail.test")
    publish(hub, "Ropes")
    run("settings", "set", "send_per_hour", "2")
    run("newsletter", "send", "--now")
    once = run("worker", "--once")
    assert once.stderr.startswith("edition 1 waits until ")
    assert len(outbox(hub)) == 2
    status = run("newsletter", "status").stdout
    assert "2 accepted" in status
    assert ": 2 an hour\n" in status
    (document_of_it,) = document(run("newsletter", "status", "--json"))
    assert document_of_it["status"] == "sending"
