"""hub newsletter and hub worker, as the owner types them."""

import io
import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub import running
from hub.cli import cli, watching
from hub.errors import DatabaseBusy, Refused, Unavailable
from hub.mail import relays, sent, workers
from hub.mail.model import Outcome, Standing
from hub.newsletter import claiming, deliveries, samples, troubles
from hub.web.state import Hub
from hub.worker import Worker
from tests.newsletter.cast import newest, outbox, parsed, publish, subscribe, tick

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


def test_a_preview_of_what_went_out_already_says_that_it_is_a_sample(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    assert "would not go out" not in run("newsletter", "preview").stderr
    run("newsletter", "send", "--now")
    assert "it would not go out" in run("newsletter", "preview").stderr


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


def test_retry_says_how_many_go_out_and_who_is_left_out(hub: Hub, run: Run) -> None:
    for name in ("ada", "bea", "cyd", "dan", "eve"):
        subscribe(hub, f"{name}@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    run("worker", "--once")
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'failed'")
        tx.execute("UPDATE edition_counts SET failed = 5, accepted = 0")
        tx.execute("UPDATE subscribers SET status = 'bounced' WHERE id IN (2, 3)")
        tx.execute("DELETE FROM subscribers WHERE email = 'dan@mail.test'")
    said = run("newsletter", "retry").stdout
    assert "2 mails queued again" in said
    assert "3 readers left out, not active any more: 2 bounced, 1 erased." in said


def test_once_waits_for_a_database_that_is_held(
    hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    beat, calls = Worker.beat, [0]

    async def held(worker: Worker, now: datetime) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise DatabaseBusy("The database is busy.")
        await beat(worker, now)

    monkeypatch.setattr(Worker, "beat", held)
    monkeypatch.setattr(running, "WAITING_SECONDS", 0.0)
    run("worker", "--once")
    assert len(outbox(hub)) == 1


def test_once_gives_up_on_a_database_that_stays_away(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(worker: Worker, now: datetime) -> None:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(Worker, "beat", away)
    monkeypatch.setattr(running, "WAITING_SECONDS", 0.0)
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.02)
    refused = run("worker", "--once", fails=Unavailable)
    assert "away" in str(refused.exception)


def test_once_tells_the_owner_what_stopped_it(
    hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")

    def refuse(outcome: Outcome) -> str:
        return "the relay refuses the newsletter: 554 5.7.1 no" if outcome.state else ""

    monkeypatch.setattr("hub.mail.verdicts.reason_to_pause", refuse)
    refused = run("worker", "--once", fails=Refused)
    assert "554 5.7.1 no" in str(refused.exception)
    assert [parsed(raw)["Subject"] for raw in outbox(hub)] == [
        "Ropes",
        "The newsletter is paused: Ropes",
    ]


def sending(hub: Hub, run: Run) -> None:
    """An edition to three readers; one of them got it within the last 10 s."""
    for name in "abc":
        subscribe(hub, f"{name}@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    now = hub.now()
    samples.take(hub.db, now - timedelta(seconds=10))
    with hub.db.write() as tx:
        worker_id = workers.start(tx, now)
        claiming.claim(tx, worker_id, now=now, limit=1)
        deliveries.record(tx, worker_id, [deliveries.Result(1, 1, "accepted", 250, "", now)])


def test_status_tells_rate_and_time_left_and_its_document_stays(hub: Hub, run: Run) -> None:
    sending(hub, run)
    out = run("newsletter", "status").stdout
    assert "2 queued, 1 accepted" in out
    assert re.search(r" · 0\.\d+ a second, about \d+ seconds left\n", out)
    (status,) = document(run("newsletter", "status", "--json"))
    assert list(status) == ["id", "stream", "period", "status", "subject", "posts", "deliveries"]


def test_status_tells_what_stops_mail(hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP", "smtp://one.test smtp://two.test")
    with hub.db.write() as tx:
        refusing = Standing("one.test:587", "refusing", "the relay refuses the log-in: 535 no")
        forgotten = Standing("old.test:25", "away", "gone")
        relays.note(tx, [refusing, forgotten, Standing("two.test:587")], hub.now())
        troubles.note(tx, troubles.PLANNING, "digest.html: no such filter", hub.now())
    out = run("newsletter", "status").stdout
    assert "relay one.test:587: refusing since" in out
    assert "535 no" in out
    assert "old.test" not in out
    assert "two.test" not in out
    assert "planning fails since" in out


@pytest.mark.parametrize("terminal", [True, False])
def test_watching_renews_its_line_and_ends_with_the_sending(
    hub: Hub, run: Run, terminal: bool
) -> None:
    sending(hub, run)
    out, pauses = io.StringIO(), list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            tick(hub, hub.now())

    watching.watch(hub, out, terminal=terminal, sleep=sleep)
    first, second = out.getvalue().replace("\r", "\n").split("\n")[terminal : 2 + terminal]
    assert re.match(r"edition 1: 1 of 3 · 1 accepted · 0\.\d+ a second", first)
    assert second.startswith("edition 1: 1 of 3")
    assert len(pauses) == 2
    assert newest(hub).status == "sent"
    assert out.getvalue().count("\n") == (1 if terminal else 2)


def test_watching_says_when_nobody_sends(hub: Hub, run: Run) -> None:
    sending(hub, run)
    with hub.db.write() as tx:
        tx.execute("DELETE FROM workers")
    out = io.StringIO()

    def sleep(_seconds: float) -> None:
        tick(hub, hub.now())

    watching.watch(hub, out, terminal=False, sleep=sleep)
    assert "no worker is running" in out.getvalue()


def test_the_status_follows_the_watching(hub: Hub, run: Run) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    run("newsletter", "send", "--now")
    run("worker", "--once")
    result = run("newsletter", "status", "--watch", "--json")
    assert document(result)[0]["status"] == "sent"


def test_whoever_stops_watching_did_not_see_the_end(
    hub: Hub, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending(hub, run)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    result = CliRunner().invoke(
        cli, ["--data", str(hub.settings.data), "newsletter", "status", "--watch"]
    )
    assert result.exit_code == 130


def test_cancelling_leaves_nothing_queued(hub: Hub, run: Run) -> None:
    sending(hub, run)
    assert "while 2 were waiting" in run("newsletter", "cancel").stdout
    (status,) = document(run("newsletter", "status", "--json"))
    assert status["status"] == "cancelled"
    assert {state: n for state, n in status["deliveries"].items() if n} == {"accepted": 1}


def test_whoever_watches_reads_which_limit_holds_it_back(hub: Hub, run: Run) -> None:
    sending(hub, run)
    run("settings", "set", "send_per_hour", "2")
    with hub.db.write() as tx:
        sent.count(tx, 2, hub.now())
    out = io.StringIO()

    def sleep(_seconds: float) -> None:
        run("settings", "set", "send_per_hour", "")
        tick(hub, hub.now())

    watching.watch(hub, out, terminal=False, sleep=sleep)
    assert re.match(r"edition 1: 1 of 3 · 1 accepted · waits until .*: 2 an hour", out.getvalue())
    assert "a second" not in out.getvalue()


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
