"""`hub subscribers` and `hub export subscribers`, as they are typed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.audience import store, suppression
from hub.cli import main
from hub.mail import relays
from hub.mail.model import Standing
from hub.times import to_text
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.newsletter.cast import send_to, sending_edition, subscribe

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    hub: Hub,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Run:
    """Run a command in the hub of the test: exit code, stdout, stderr."""

    monkeypatch.setenv("HUB_DATABASE", database_url)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", "--data", str(hub.settings.data), *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


def test_add_show_list_erase(run: Run, hub: Hub) -> None:
    added = run("subscribers", "add", "Ada@reader.test", "--consent", "at the fair", "--name", "A")
    assert added[0] == 0
    code, out, _ = run("subscribers", "show", "ada@READER.test")
    assert code == 0
    assert "status: active" in out
    assert "at the fair" in out
    code, out, _ = run("subscribers", "list", "--json", "--status", "active")
    assert [person["email"] for person in json.loads(out)] == ["Ada@reader.test"]
    assert run("subscribers", "erase", "ada@reader.test")[0] == 0
    with hub.db.read() as tx:
        assert store.page(tx) == []
        assert suppression.reason(tx, "ada@reader.test") == "erased"
        assert tx.scalar("SELECT count(*) FROM consent_events") == 0


def test_show_tells_what_became_of_the_last_newsletters(run: Run, hub: Hub) -> None:
    sending_edition(hub, "a", "550-rcpt")
    send_to(hub, FaultServer())
    with hub.db.write() as tx:
        relays.note(tx, [Standing("mail.test:587")], NOW)
        tx.execute("UPDATE deliveries SET relay_id = (SELECT max(id) FROM relays)")
        tx.execute("UPDATE deliveries SET reply = :x WHERE code = 250", x="queued \x1b[2J")
    code, out, _ = run("subscribers", "show", "550-rcpt@mail.test")
    assert code == 0
    assert f"{to_text(NOW)} edition 1 (weekly now-" in out
    assert "failed by mail.test:587: 550 5.1.1 no such user" in out
    (one,) = json.loads(run("subscribers", "show", "a@mail.test", "--json")[1])["deliveries"]
    assert (one["edition"], one["state"], one["relay"]) == (1, "accepted", "mail.test:587")
    assert "\x1b" not in run("subscribers", "show", "a@mail.test")[1]


@pytest.mark.parametrize("action", ["show", "erase", "confirm"])
@pytest.mark.parametrize("address", ["nobody@reader.test", "not an address"])
def test_an_unknown_address_is_one_clear_line(run: Run, action: str, address: str) -> None:
    code, out, err = run("subscribers", action, address)
    assert (code, out) == (1, "")
    assert err == f"hub: {address} is not on the list.\n"


def test_adding_somebody_twice_or_suppressed_is_refused(run: Run) -> None:
    arguments = ("subscribers", "add", "ada@reader.test", "--consent", "fair")
    assert run(*arguments)[0] == 0
    assert run(*arguments)[0] == 1
    run("subscribers", "erase", "ada@reader.test")
    code, _, err = run(*arguments)
    assert code == 1
    assert err.count("\n") == 1


def test_the_owner_confirms_who_is_pending(run: Run, hub: Hub) -> None:
    run("subscribers", "add", "ada@reader.test", "--consent", "fair")
    assert run("subscribers", "confirm", "ada@reader.test")[0] == 1
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'pending', confirmed_at = NULL")
    assert run("subscribers", "confirm", "ada@reader.test")[0] == 0
    with hub.db.read() as tx:
        (person,) = store.page(tx)
        assert person.status == "active"
        assert store.consent_log(tx, person.id)[-1].source == "owner"


def test_export_to_a_file_and_to_stdout(run: Run, hub: Hub, tmp_path: Path) -> None:
    run("subscribers", "add", "ada@reader.test", "--consent", "fair")
    target = tmp_path / "people.ndjson"
    assert run("export", "subscribers", "-o", str(target)) == (0, "", "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert json.loads(target.read_text(encoding="utf-8"))["email"] == "ada@reader.test"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["people.ndjson"]
    code, out, _ = run("export", "subscribers", "--format", "ndjson")
    assert (code, out) == (0, target.read_text(encoding="utf-8"))
    assert run("export", "subscribers")[1].startswith("email,name,status,")


def test_export_into_a_folder_that_is_not_there(run: Run, tmp_path: Path) -> None:
    code, _, err = run("export", "subscribers", "-o", str(tmp_path / "no" / "people.csv"))
    assert code == 1
    assert err.count("\n") == 1


def test_who_waits_is_listed_accepted_and_declined(run: Run, hub: Hub) -> None:
    for name in ("ada", "bea", "cleo"):
        subscribe(hub, f"{name}@mail.test", status="waiting")
    code, out, _ = run("subscribers", "waiting", "--json")
    assert code == 0
    assert [one["email"] for one in json.loads(out)] == [
        f"{name}@mail.test" for name in ("ada", "bea", "cleo")
    ]
    assert run("subscribers", "accept", "ada@mail.test", "--word", "Hi")[1] == (
        "ada@mail.test is accepted.\n"
    )
    assert run("subscribers", "decline", "cleo@mail.test")[0] == 0
    code, _, err = run("subscribers", "accept", "bea@mail.test", "cleo@mail.test")
    assert code == 1
    assert "does not wait" in err
    code, out, _ = run("subscribers", "list", "--json", "--status", "waiting")
    assert [one["email"] for one in json.loads(out)] == ["bea@mail.test"]


def test_notes_and_tags_are_kept_shown_and_found(run: Run, hub: Hub) -> None:
    for name in ("ada", "bea"):
        subscribe(hub, f"{name}@mail.test")
    assert run("subscribers", "note", "ada@mail.test", "Knows ropes")[0] == 0
    assert run("subscribers", "note", "ada@mail.test", "--replied")[0] == 0
    assert run("subscribers", "note", "ada@mail.test")[0] == 1
    code, out, _ = run("subscribers", "tag", "ada@mail.test", "bea@mail.test", "--add", "VIP,crew")
    assert (code, out) == (0, "ada@mail.test: crew, vip\nbea@mail.test: crew, vip\n")
    assert run("subscribers", "tag", "bea@mail.test", "--remove", "vip")[1] == (
        "bea@mail.test: crew\n"
    )
    assert run("subscribers", "tag", "bea@mail.test")[0] == 1
    shown = json.loads(run("subscribers", "show", "ada@mail.test", "--json")[1])
    assert shown["tags"] == ["crew", "vip"]
    assert [(one["kind"], one["text"]) for one in shown["notes"]] == [
        ("note", "Knows ropes"),
        ("replied", ""),
    ]
    assert "note: Knows ropes" in run("subscribers", "show", "ada@mail.test")[1]
    for wanted in (("--tag", "VIP"), ("--search", "ropes")):
        assert run("subscribers", "list", *wanted)[1].startswith("ada@mail.test\t")
