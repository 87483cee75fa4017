"""hub doctor: says what is, what should be, and the line to paste."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.app import create_hub
from hub.cli import cli
from hub.mail import in_force
from hub.settings import SmtpRelay, from_environment
from tests.mail.dns_server import Zone, dns_server
from tests.mail.imap_server import ImapServer

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("HUB_SMTP", raising=False)
    data = tmp_path / "data"
    run(data, "setup", "--title=Notes", "--base-url=https://hub.test", "--email=ada@hub.test")
    return data


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["--data", str(data), *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def levels(data: Path, zone: Zone) -> dict[str, str]:
    with dns_server(zone) as port:
        found = json.loads(run(data, "doctor", "--json", f"--dns=127.0.0.1:{port}"))
    return {finding["name"]: finding["level"] for finding in found}


def test_a_domain_without_records_is_told_what_to_paste(data: Path) -> None:
    with dns_server({}) as port:
        said = run(data, "doctor", f"--dns=127.0.0.1:{port}")
    assert "BAD  SPF: hub.test has no SPF record" in said
    assert "put this into the DNS: _dmarc.hub.test. TXT v=DMARC1; p=none" in said


def test_a_domain_in_order(data: Path) -> None:
    name, _, text = run(data, "doctor", "--make-dkim").strip().partition(". TXT ")
    run(data, "settings", "set", "dkim", "on")
    zone = {
        ("hub.test", "TXT"): ['"v=spf1 mx -all"'],
        ("hub.test", "MX"): ["10 mail.hub.test."],
        ("_dmarc.hub.test", "TXT"): ['"v=DMARC1; p=none"'],
        (name, "TXT"): [f'"{text[:200]}" "{text[200:]}"'],
    }
    found = levels(data, zone)
    assert {found[name] for name in ("SPF", "DKIM", "DMARC", "MX", "Address")} == {"good"}
    assert found["Relay"] == "warning"


def test_the_key_is_made_once(data: Path) -> None:
    assert run(data, "doctor", "--make-dkim") == run(data, "doctor", "--make-dkim")


def test_signing_without_a_key_is_found(data: Path) -> None:
    run(data, "settings", "set", "dkim", "on")
    assert levels(data, {})["DKIM"] == "bad"


def test_a_relay_that_does_not_answer_is_found(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SMTP", "smtp://127.0.0.1:9?starttls=no")
    assert levels(data, {})["Relay"] == "bad"


def test_the_way_back_is_looked_at(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not {"Bounces", "Mailbox"} & set(levels(data, {}))
    run(data, "settings", "set", "bounce_address", "bounces@hub.test")
    with dns_server({}) as port:
        said = run(data, "doctor", f"--dns=127.0.0.1:{port}")
    assert "ok  Bounces: Undeliverable mail comes back to addresses like bounces+" in said
    assert "look  Bounces: Nobody reads what comes back to bounce_address: set HUB_IMAP." in said
    with ImapServer().running() as imap:
        url = f"imap://bounces%40hub.test:pass%20%22word%22@127.0.0.1:{imap.port}/INBOX?tls=no"
        monkeypatch.setenv("HUB_IMAP", url)
        assert levels(data, {})["Mailbox"] == "good"
        monkeypatch.setenv("HUB_IMAP", url.replace("pass", "word"))
        assert levels(data, {})["Mailbox"] == "bad"


def test_a_domain_of_their_own_for_bounces_is_looked_up(data: Path) -> None:
    run(data, "settings", "set", "bounce_address", "b@returns.test")
    with dns_server({}) as port:
        said = run(data, "doctor", f"--dns=127.0.0.1:{port}")
    assert "returns.test has no SPF record" in said
    assert "returns.test takes no mail" in said


def test_the_server_that_was_named_at_the_desk_is_asked(data: Path) -> None:
    settings = from_environment({}, data=data)
    hub = create_hub(settings)
    with hub.db.write() as tx:
        in_force.choose(tx, settings, SmtpRelay("127.0.0.1", 1, tls="no"), hub.now())
    hub.db.close()
    assert levels(data, {})["Relay"] == "bad"
