"""A relay is tried step by step, and each failure is said where it happened."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.mail.model import Envelope
from hub.mail.trial import Trial
from hub.mail.trying import attempt
from hub.settings import SmtpRelay
from tests.certificates import certificate_for
from tests.mail.fault_server import FaultServer

PASSWORD = "a wörd of passage"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for("127.0.0.1", tmp_path_factory.mktemp("tls"))


def secured(certificate: Path, *, implicit: bool = False) -> FaultServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return FaultServer(tls=context, implicit_tls=implicit, password=PASSWORD)


def tried(
    server: FaultServer,
    *,
    host: str = "127.0.0.1",
    tls: str = "no",
    username: str = "",
    password: str = PASSWORD,
    recipient: str = "owner@hub.test",
    trusted: Path | None = None,
    seconds: float = 5.0,
) -> Trial:
    async def run() -> Trial:
        async with server.running():
            return await attempt(
                SmtpRelay(host, server.port, username, password if username else "", tls),
                Envelope("test", "hub@hub.test", recipient, b"Subject: x\r\n\r\ny\r\n"),
                local_name="hub.test",
                seconds=seconds,
                context=ssl.create_default_context(cafile=trusted) if trusted else None,
            )

    return asyncio.run(run())


def states(trial: Trial) -> str:
    return " ".join(f"{step.title}:{step.state}" for step in trial.steps)


@pytest.mark.parametrize(("tls", "implicit"), [("required", False), ("implicit", True)])
def test_a_relay_that_works_is_followed_to_the_end(
    certificate: Path, tls: str, implicit: bool
) -> None:
    server = secured(certificate, implicit=implicit)
    trial = tried(server, tls=tls, username="me", trusted=certificate)
    assert states(trial) == (
        "Name:left Connection:good Encryption:good Certificate:good Log-in:good Test message:good"
    )
    assert trial.works
    assert trial.standing.state == "working"
    assert [step.answer for step in trial.steps][-2:] == ["235 2.7.0 in", "250 2.0.0 queued"]
    assert [to for to, _ in server.accepted] == ["owner@hub.test"]


FAULTS: list[tuple[str, Callable[[Path], FaultServer], dict[str, object], str, str]] = [
    ("name", lambda _: FaultServer(), {"host": "no-such-host.invalid"}, "Name:bad", "away"),
    (
        "not smtp",
        lambda _: FaultServer(greeting=b"HTTP/1.1 400 Bad\r\n"),
        {},
        "Connection:bad",
        "away",
    ),
    (
        "unwelcome",
        lambda _: FaultServer(greeting=b"554 5.7.1 go away\r\n"),
        {},
        "Connection:bad",
        "refusing",
    ),
    ("no starttls", lambda _: FaultServer(), {"tls": "required"}, "Encryption:bad", "refusing"),
    ("plain port", lambda _: FaultServer(), {"tls": "implicit"}, "Encryption:bad", "refusing"),
    ("unknown authority", secured, {"tls": "required"}, "Certificate:bad", "refusing"),
    ("no log-in", lambda _: FaultServer(), {"username": "me"}, "Log-in:bad", "refusing"),
    (
        "wrong password",
        lambda _: FaultServer(password="another"),
        {"username": "me"},
        "Log-in:bad",
        "refusing",
    ),
    (
        "sender",
        lambda _: FaultServer(refuse_mail=b"553 5.7.1 not you\r\n"),
        {},
        "Test message:bad",
        "refusing",
    ),
    (
        "recipient",
        lambda _: FaultServer(),
        {"recipient": "550-rcpt@mail.test"},
        "Test message:bad",
        "working",
    ),
]


@pytest.mark.parametrize(
    ("server", "given", "last", "standing"),
    [fault[1:] for fault in FAULTS],
    ids=[fault[0] for fault in FAULTS],
)
def test_what_fails_is_said_where_it_fails(
    certificate: Path,
    server: Callable[[Path], FaultServer],
    given: dict[str, str],
    last: str,
    standing: str,
) -> None:
    trial = tried(server(certificate), **given)  # type: ignore[arg-type]  # text fields only
    assert states(trial).split(":")[-1] == "bad"
    assert states(trial).endswith(last)
    assert states(trial).count(":bad") == 1
    assert not trial.works
    assert trial.standing.state == standing


def test_a_port_where_nothing_listens_is_named() -> None:
    async def run() -> Trial:
        async with FaultServer().running() as server:
            port = server.port
        relay = SmtpRelay("127.0.0.1", port, tls="no")
        envelope = Envelope("test", "a@hub.test", "b@hub.test", b"x\r\n")
        return await attempt(relay, envelope, local_name="hub.test")

    trial = asyncio.run(run())
    assert states(trial).endswith("Connection:bad")
    assert "Nothing listens" in trial.steps[-1].text


def test_a_server_that_says_nothing_is_given_up() -> None:
    trial = tried(FaultServer(greeting=b""), seconds=0.05)
    assert states(trial).endswith("Connection:bad")
    assert any("choose “TLS”" in step.text for step in trial.steps)
    assert trial.standing.state == "away"


def test_a_server_that_repeats_the_password_does_not_put_it_on_the_page() -> None:
    server = FaultServer(greeting=f"554 your {PASSWORD} is known\r\n".encode())
    trial = tried(server, username="me")
    assert PASSWORD not in repr(trial.steps)
    assert PASSWORD not in trial.standing.reason
    assert "•••" in trial.steps[-1].answer
