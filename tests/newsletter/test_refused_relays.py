"""A relay that wants nothing of ours: no reader is burnt, the edition waits, the owner is told."""

import asyncio
import ssl
from pathlib import Path

import pytest

from hub.mail.model import Mailer
from hub.mail.relay import RelayMailer
from hub.mail.session import Waits
from hub.newsletter import steering
from hub.settings import SmtpRelay
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer
from tests.mail.test_secured_relay import PASSWORD, certificate, relay
from tests.newsletter.cast import newest, reply_of, send_to, sending_edition, states, worker_of

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

__all__ = ["certificate"]

SMALL = ("PIPELINING", "SIZE 2000", "8BITMIME")


def send_over(hub: Hub, server: FaultServer, smtp: SmtpRelay, trusted: Path | None = None) -> str:
    """One tick; what the worker says is the trouble."""

    async def run() -> str:
        async with server.running():
            context = ssl.create_default_context(cafile=trusted) if trusted else None
            way: Mailer = RelayMailer(
                SmtpRelay("127.0.0.1", server.port, smtp.username, smtp.password, smtp.tls),
                local_name="hub.test",
                waits=Waits(goodbye=0.2),
                context=context,
            )
            worker = await asyncio.to_thread(worker_of, hub, way)
            await worker.tick(NOW)
            await worker.close(NOW)
            return worker.trouble

    return asyncio.run(run())


def letters(hub: Hub) -> list[str]:
    """The owner's mails: `wanted` until a worker queues them."""
    with hub.db.read() as tx:
        waiting = tx.all(str, "SELECT mail FROM notices WHERE mail <> 'queued' ORDER BY id")
        return [*tx.all(str, "SELECT state FROM mails ORDER BY id"), *waiting]


@pytest.mark.parametrize(
    ("smtp", "trusts", "reason"),
    [
        (SmtpRelay("", 0, "me", PASSWORD, "required"), False, "the relay's certificate is not"),
        (SmtpRelay("", 0, "me", "secret", "required"), True, "the relay refuses the log-in: 535"),
    ],
    ids=["certificate", "password"],
)
def test_a_relay_that_cannot_be_used_pauses_the_edition(
    hub: Hub, certificate: Path, smtp: SmtpRelay, trusts: bool, reason: str
) -> None:
    edition_id = sending_edition(hub, "ada", "bea")
    server = relay(certificate, implicit=False)
    trouble = send_over(hub, server, smtp, certificate if trusts else None)
    assert states(hub, edition_id) == {"queued": 2}
    edition = newest(hub)
    assert edition.status == "paused"
    assert edition.reason.startswith(reason)
    assert trouble == edition.reason
    assert letters(hub) == ["wanted"]
    assert "secret" not in edition.reason
    # The next round tries the owner's mail, which has to wait as well.
    send_over(hub, server, smtp, certificate if trusts else None)
    assert letters(hub) == ["deferred"]
    # The owner mends it: the mail that was waiting goes out, then the rest.
    good = SmtpRelay("", 0, "me", PASSWORD, "required")
    with hub.db.write() as tx:
        tx.execute("UPDATE mails SET due_at = :now", now=NOW)
        steering.resume(tx, edition_id, now=NOW)
    mended = relay(certificate, implicit=False)
    send_over(hub, mended, good, certificate)
    assert states(hub, edition_id) == {"accepted": 2}
    assert len(mended.accepted) == 2


def test_a_relay_without_starttls_pauses_the_edition(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    send_over(hub, FaultServer(), SmtpRelay("", 0, tls="required"))
    assert states(hub, edition_id) == {"queued": 1}
    assert newest(hub).status == "paused"
    assert "STARTTLS" in newest(hub).reason


def test_a_sender_who_is_refused_pauses_the_edition(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada", "bea")
    send_to(hub, FaultServer(refuse_mail=b"550 5.7.1 not from you\r\n"))
    assert states(hub, edition_id) == {"queued": 2}
    assert newest(hub).reason == "the relay refuses the sender: 550 5.7.1 not from you"
    assert letters(hub) == ["wanted"]


def test_an_edition_over_the_relays_size_is_not_even_tried(hub: Hub) -> None:
    names = [f"r{n}" for n in range(40)]
    edition_id = sending_edition(hub, *names)
    server = FaultServer(extensions=SMALL)
    send_to(hub, server, connections=3)
    assert server.accepted == []
    assert not any(command.startswith(b"MAIL") for command in server.commands)
    edition = newest(hub)
    assert edition.status == "paused"
    assert edition.reason.endswith(" kB, the relay takes 2 kB")
    assert letters(hub) == ["wanted"]
    counted = states(hub, edition_id)
    # What each connection had in hand, and no reader more.
    assert counted.pop("failed") <= 3
    assert list(counted) == ["queued"]
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM subscribers WHERE status = 'active'") == 40


def test_a_relay_that_says_only_at_mail_from_that_it_is_too_big(hub: Hub) -> None:
    edition_id = sending_edition(hub, *[f"r{n}" for n in range(40)])
    send_to(hub, FaultServer(refuse_mail=b"552 5.3.4 too big\r\n"), connections=3)
    assert newest(hub).status == "paused"
    assert newest(hub).reason == "the relay answers 552 5.3.4 too big"
    assert states(hub, edition_id)["queued"] >= 40 - 6


def test_a_letter_over_the_relays_size_fails_alone(hub: Hub) -> None:
    sending_edition(hub, "554-rcpt")
    send_to(hub, FaultServer())
    send_to(hub, FaultServer(extensions=SMALL))
    with hub.db.read() as tx:
        assert tx.scalar("SELECT state FROM mails") == "failed"
        assert "the relay takes 2 kB" in tx.scalar("SELECT reply FROM mails")


def test_an_answer_with_a_nul_is_written_down(hub: Hub) -> None:
    sending_edition(hub, "ada")
    send_to(hub, FaultServer(refuse_mail=b"550 5.7.1 n\0t\x07 you\r\n"))
    assert newest(hub).reason == "the relay refuses the sender: 550 5.7.1 n t  you"
    assert reply_of(hub, "ada")[0] == "queued"
