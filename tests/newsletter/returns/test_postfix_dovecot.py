"""A newsletter through a real Postfix, and what comes back of it read from a real Dovecot."""

import asyncio
import smtplib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hub.app import COMPOSERS
from hub.newsletter.returns import store
from hub.running import run_once
from hub.settings import SmtpRelay
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail import mailhost
from tests.mail.mailhost import MailHost
from tests.mail.reports import arf, plain
from tests.newsletter.cast import send_out, subscribe
from tests.newsletter.returns.cast import evidence, path_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(mailhost.why_not()), reason=mailhost.why_not() or "-"),
]


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with mailhost.running() as host:
        yield host


@pytest.fixture
def sending(hub: Hub, host: MailHost, request: pytest.FixtureRequest) -> Hub:
    """A hub that sends through the host and reads a mailbox of its own there."""
    user = f"bounces{abs(hash(request.node.name)) % 10**8}"
    with hub.db.write() as tx:
        sites.put(tx, "bounce_address", f"{user}@hub.test")
    settings = replace(
        hub.settings,
        smtp=(SmtpRelay("127.0.0.1", host.smtp, tls="no"),),
        imap=host.box(f"{user}@hub.test"),
    )
    return replace(hub, settings=settings, now=lambda: NOW)


def work(hub: Hub) -> None:
    asyncio.run(run_once(hub, composers=COMPOSERS))


def statuses(hub: Hub, readers: dict[str, int]) -> dict[str, str]:
    with hub.db.read() as tx:
        return {
            name: str(tx.scalar("SELECT status FROM subscribers WHERE id = :id", id=reader))
            for name, reader in readers.items()
        }


def box_name(hub: Hub) -> str:
    assert hub.settings.imap is not None
    return hub.settings.imap.username.partition("@")[0]


def test_every_reader_has_the_status_that_the_servers_said(sending: Hub, host: MailHost) -> None:
    readers = {
        address: subscribe(sending, address)
        for address in (
            "ada@hub.test",
            "hardbounce1@hub.test",
            "softbounce1@hub.test",
            "gone@bounce.test",
        )
    }
    edition = send_out(sending)
    work(sending)
    host.messages(1, box_name(sending))
    work(sending)
    assert statuses(sending, readers) == {
        "ada@hub.test": "active",
        "hardbounce1@hub.test": "bounced",
        "softbounce1@hub.test": "active",
        "gone@bounce.test": "bounced",
    }
    (event,) = evidence(sending, readers["gone@bounce.test"])
    assert (event.edition_id, event.kind, event.code) == (edition, "hard", "5.1.1")
    assert (event.text, event.source) == ("mailbox does not exist", "dsn")
    assert evidence(sending, readers["hardbounce1@hub.test"])[0].source == "smtp"
    assert host.seen(box_name(sending)) == [True]


def test_replies_forgeries_and_complaints_in_one_mailbox(sending: Hub, host: MailHost) -> None:
    readers = {name: subscribe(sending, f"{name}@hub.test") for name in ("ada", "ben", "cem")}
    edition = send_out(sending)
    work(sending)
    box = box_name(sending)
    local = f"{box}@hub.test"

    def path(name: str) -> str:
        return path_of(sending, edition, readers[name]).replace("bounces+", f"{box}+")

    link = sending.signer.sign("unsubscribe", readers["cem"])
    complaint = arf(original=f"List-Unsubscribe: <https://hub.test/unsubscribe/{link}>\r\n")
    forged = path("ada").replace("+a", "+b")
    with smtplib.SMTP("127.0.0.1", host.smtp, timeout=20) as smtp:
        # The host itself writes down from whom each message came.
        smtp.sendmail("ada@hub.test", [path("ada")], plain(path("ada")))
        smtp.sendmail("", [path("ben")], plain(path("ben"), "Auto-Submitted: auto-replied"))
        smtp.sendmail("", [forged], plain(forged, body="550 5.1.1 no such user"))
        smtp.sendmail("fbl@hub.test", [local], complaint)
    host.messages(4, box)
    work(sending)
    assert statuses(sending, readers) == {"ada": "active", "ben": "active", "cem": "complained"}
    with sending.db.read() as tx:
        assert sending.settings.imap is not None
        state = store.box_state(tx, sending.settings.imap.name)
    assert state is not None
    # Ada's reply waits for the owner, unread.
    assert (state.last_uid, state.replies) == (4, 1)
    assert host.seen(box) == [False, True, True, True]
