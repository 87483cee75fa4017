"""Relays with TLS and a log-in."""

import asyncio
import shutil
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from hub.mail.model import Envelope, Outcome, RelayRefuses, Secured
from hub.mail.relay import RelayMailer
from hub.mail.session import Session, Waits
from hub.settings import SmtpRelay
from hub.times import utcnow
from tests.mail.fault_server import FaultServer

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="apt: openssl")

PASSWORD = "a wörd of passage"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key beside it, that nobody vouches for."""
    path = tmp_path_factory.mktemp("tls") / "relay.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=relay.test", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(path.with_suffix(".key")), "-out", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    return path


def relay(certificate: Path, *, implicit: bool) -> FaultServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return FaultServer(tls=context, implicit_tls=implicit, password=PASSWORD)


def send(
    server: FaultServer, *, tls: str, password: str = PASSWORD, trusted: Path | None
) -> list[str]:
    """Three messages over one connection; their states."""
    states: list[str] = []
    waiting = [Envelope(n, "o@hub.test", f"r{n}@mail.test", b"X: y\r\n\r\nz\r\n") for n in range(3)]

    def done(_envelope: Envelope, outcome: Outcome | None) -> None:
        states.append(outcome.state if outcome else "given back")

    async def deliver() -> None:
        async with server.running():
            mailer = RelayMailer(
                SmtpRelay("127.0.0.1", server.port, "me", password, tls),
                local_name="hub.test",
                waits=Waits(goodbye=0.2),
                context=ssl.create_default_context(cafile=trusted) if trusted else None,
            )
            connection = await mailer.connect()
            await connection.deliver(
                waiting.pop(0), lambda: waiting.pop(0) if waiting else None, done
            )
            await connection.close()

    asyncio.run(deliver())
    return states


@pytest.mark.parametrize("tls", ["required", "auto", "implicit"])
def test_messages_go_over_a_secured_connection(certificate: Path, tls: str) -> None:
    server = relay(certificate, implicit=tls == "implicit")
    assert send(server, tls=tls, trusted=certificate) == ["accepted"] * 3
    assert len(server.accepted) == 3
    assert server.commands[0].startswith(b"AUTH" if tls == "implicit" else b"STARTTLS")


@pytest.mark.parametrize("tls", ["required", "implicit", "no"])
def test_a_connection_says_how_it_is_secured(certificate: Path, tls: str) -> None:
    async def look() -> Secured | None:
        plain = FaultServer()
        server = plain if tls == "no" else relay(certificate, implicit=tls == "implicit")
        async with server.running():
            mailer = RelayMailer(
                SmtpRelay("127.0.0.1", server.port, tls=tls),
                local_name="hub.test",
                waits=Waits(goodbye=0.2),
                context=ssl.create_default_context(cafile=certificate),
            )
            connection = await mailer.connect()
            assert isinstance(connection, Session)
            found = connection.secured
            await connection.close()
            return found

    found = asyncio.run(look())
    if tls == "no":
        assert found is None
    else:
        assert found
        assert found.version == "TLSv1.3"
        assert found.until
        assert timedelta(days=1) < found.until - utcnow() < timedelta(days=3)


@pytest.mark.parametrize("tls", ["required", "implicit"])
def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, tls: str) -> None:
    server = relay(certificate, implicit=tls == "implicit")
    with pytest.raises(RelayRefuses, match="certificate"):
        send(server, tls=tls, trusted=None)
    assert not any(command.startswith(b"AUTH") for command in server.commands)


def test_a_wrong_password_is_refused_and_not_repeated(certificate: Path) -> None:
    server = relay(certificate, implicit=False)
    with pytest.raises(RelayRefuses, match="log-in: 535") as refused:
        send(server, tls="required", password="secret", trusted=certificate)
    assert "secret" not in str(refused.value)


def test_a_relay_that_repeats_the_password_puts_it_into_no_log(certificate: Path) -> None:
    server = FaultServer(greeting=f"554 5.7.1 not with {PASSWORD}\r\n".encode())
    with pytest.raises(RelayRefuses, match="not with •••"):
        send(server, tls="no", trusted=None)
