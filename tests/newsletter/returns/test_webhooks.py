"""Webhooks of mail providers: proven, taken once, and 200 only when it is written down."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from hub.app import create_app
from hub.errors import DatabaseBusy
from hub.newsletter import slots
from hub.newsletter.returns import store
from hub.settings import WebhookKeys
from hub.times import to_text
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import status_of, subscribe
from tests.newsletter.returns.cast import evidence, mailed, path_of
from tests.newsletter.returns.conftest import Provider

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

ADDRESS = "ada@mail.test"
HOUR = 3600.0


def postmark(**fields: object) -> dict[str, object]:
    event = {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "Details": "smtp;550 5.1.1 The account does not exist.",
        "Email": ADDRESS,
        "BouncedAt": to_text(NOW),
    }
    return {**event, **fields}


def mailgun(**fields: object) -> dict[str, object]:
    event = {
        "id": "e-1",
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "timestamp": NOW.timestamp(),
        "recipient": ADDRESS,
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "no such user"},
        "message": {"headers": {"message-id": "x@hub.test"}},
        "envelope": {"sender": "owner@hub.test"},
    }
    return {**event, **fields}


def sendgrid(**fields: object) -> dict[str, object]:
    event = {
        "email": ADDRESS,
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 no such user",
        "timestamp": int(NOW.timestamp()),
        "sg_event_id": "s-1",
        "smtp-id": "<x@hub.test>",
    }
    return {**event, **fields}


Send = Callable[[Provider], int]
SENT: dict[str, Send] = {
    "postmark": lambda p: p.postmark(postmark()).status_code,
    "mailgun": lambda p: p.mailgun(mailgun()).status_code,
    "sendgrid": lambda p: p.sendgrid([sendgrid()]).status_code,
}


@pytest.mark.parametrize("name", SENT)
def test_a_dead_address_is_bounced_once(listening: Hub, provider: Provider, name: str) -> None:
    _, reader = mailed(listening)
    assert SENT[name](provider) == 200
    assert status_of(listening, "ada") == "bounced"
    assert SENT[name](provider) == 200
    (event,) = evidence(listening, reader)
    assert (event.kind, event.code, event.source) == ("hard", "550 5.1.1", f"webhook:{name}")


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (lambda p: p.postmark(postmark(Type="SoftBounce", Details="full")), "soft"),
        (lambda p: p.postmark(postmark(Type="HardBounce", Details="")), "hard"),
        (lambda p: p.postmark(postmark(Type="HardBounce", Details="550 5.7.1 no")), "sender"),
        (lambda p: p.postmark(postmark(Type="Blocked", Details="")), "sender"),
        (lambda p: p.postmark(postmark(RecordType="SpamComplaint")), "complaint"),
        (lambda p: p.postmark(postmark(Type="SpamComplaint")), "complaint"),
        (lambda p: p.mailgun(mailgun(**{"delivery-status": {"code": 550}})), "soft"),
        (lambda p: p.mailgun(mailgun(reason="suppress-bounce")), "hard"),
        (lambda p: p.mailgun(mailgun(reason="suppress-complaint")), "complaint"),
        (lambda p: p.mailgun(mailgun(event="complained")), "complaint"),
        (lambda p: p.sendgrid([sendgrid(status="", reason="", type="blocked")]), "sender"),
        (lambda p: p.sendgrid([sendgrid(status="4.2.2", reason="full")]), "soft"),
        (lambda p: p.sendgrid([sendgrid(event="dropped", reason="Bounced Address")]), "hard"),
        (lambda p: p.sendgrid([sendgrid(event="dropped", reason="Spam Reporting Address")]),
         "complaint"),
        (lambda p: p.sendgrid([sendgrid(event="spamreport")]), "complaint"),
    ],
)  # fmt: skip
def test_each_event_has_its_kind(
    listening: Hub, provider: Provider, send: Send, expected: str
) -> None:
    _, reader = mailed(listening)
    send(provider)
    assert [event.kind for event in evidence(listening, reader)] == [expected]


@pytest.mark.parametrize(
    "send",
    [
        lambda p: p.postmark(postmark(RecordType="Open")),
        lambda p: p.postmark(postmark(Type="AutoResponder")),
        lambda p: p.postmark({}),
        lambda p: p.mailgun(mailgun(event="opened")),
        lambda p: p.mailgun(mailgun(severity="temporary")),
        lambda p: p.sendgrid([{"event": "delivered"}, {"event": "what is this"}]),
        lambda p: p.sendgrid([sendgrid(event="dropped", reason="Unsubscribed Address")]),
        lambda p: p.sendgrid([]),
    ],
)
def test_what_says_nothing_is_taken_and_forgotten(
    listening: Hub, provider: Provider, send: Callable[[Provider], object]
) -> None:
    _, reader = mailed(listening)
    assert getattr(send(provider), "status_code", None) == 200
    assert (status_of(listening, "ada"), evidence(listening, reader)) == ("active", [])


@pytest.mark.parametrize(
    "send",
    [
        lambda p: p.post("postmark", postmark()),
        lambda p: p.post("postmark", postmark(), Authorization="Basic !"),
        lambda p: p.post("postmark", postmark(), Authorization="Bearer x"),
        lambda p: p.postmark(postmark(), secret="hub:wrong"),
        lambda p: p.mailgun(mailgun(), key="wrong"),
        lambda p: p.mailgun(mailgun(), token=""),
        lambda p: p.mailgun(mailgun(), at=NOW.timestamp() - 13 * HOUR),
        lambda p: p.mailgun(mailgun(), at=NOW.timestamp() + HOUR),
        lambda p: p.post("sendgrid", [sendgrid()]),
        lambda p: p.sendgrid([sendgrid()], key=ec.generate_private_key(ec.SECP256R1())),
        lambda p: p.sendgrid([sendgrid()], at=NOW.timestamp() - 73 * HOUR),
        lambda p: p.sendgrid([sendgrid()], at=NOW.timestamp() + HOUR),
    ],
)
def test_what_is_not_proven_or_not_fresh_is_refused(
    listening: Hub, provider: Provider, send: Callable[[Provider], object]
) -> None:
    _, reader = mailed(listening)
    assert getattr(send(provider), "status_code", None) == 403
    assert (status_of(listening, "ada"), evidence(listening, reader)) == ("active", [])


def test_a_signed_body_cannot_be_changed(listening: Hub, provider: Provider) -> None:
    mailed(listening)
    request = provider.sendgrid([sendgrid(email="ben@mail.test")]).request
    changed = request.read().replace(b"ben@", b"ada@")
    answer = provider.client.post(request.url.path, content=changed, headers=request.headers)
    assert answer.status_code == 403
    assert status_of(listening, "ada") == "active"


def test_a_token_of_mailgun_counts_once(listening: Hub, provider: Provider) -> None:
    """Its signature does not cover the event: who overheard one could write another."""
    mailed(listening)
    assert provider.mailgun(mailgun(recipient="nobody@mail.test")).status_code == 200
    assert provider.mailgun(mailgun(id="e-2")).status_code == 200
    assert status_of(listening, "ada") == "active"
    assert provider.mailgun(mailgun(id="e-2"), token="t-2").status_code == 200
    assert status_of(listening, "ada") == "bounced"
    with listening.db.write() as tx:
        assert store.forget_spent(tx, NOW + timedelta(hours=12)) == 0
        assert store.forget_spent(tx, NOW + timedelta(hours=13)) == 2


@pytest.mark.parametrize(
    "send",
    [
        lambda p: p.postmark(b"no json"),
        lambda p: p.postmark([postmark()]),
        lambda p: p.postmark(postmark(Email=None)),
        lambda p: p.postmark(postmark(ID="")),
        lambda p: p.postmark(b"[" * 100_000),
        lambda p: p.post("mailgun", {"signature": "text", "event-data": {}}),
        lambda p: p.mailgun("text"),
        lambda p: p.mailgun(mailgun(**{"delivery-status": []})),
        lambda p: p.sendgrid({"event": "bounce"}),
        lambda p: p.sendgrid([sendgrid(), "text"]),
        lambda p: p.sendgrid([sendgrid(sg_event_id=["x"])]),
        lambda p: p.sendgrid(b"\xff\xfe"),
    ],
)
def test_a_wrong_shape_is_refused(
    listening: Hub, provider: Provider, send: Callable[[Provider], object]
) -> None:
    mailed(listening)
    assert getattr(send(provider), "status_code", None) == 400
    assert status_of(listening, "ada") == "active"


def test_a_large_body_is_refused(provider: Provider) -> None:
    assert provider.postmark(b" " * 1_000_001).status_code == 413


@pytest.mark.parametrize("name", ["ses", "postmark", "mailgun", "sendgrid", "brevo", "x"])
def test_without_a_key_nobody_listens(hub: Hub, name: str) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        assert client.post(f"/webhooks/{name}", content=b"{}").status_code == 404
        assert client.get(f"/webhooks/{name}").status_code == 404


def test_the_answer_comes_after_the_commit(
    listening: Hub, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed(listening)

    def busy(*_: object, **__: object) -> None:
        raise DatabaseBusy("busy")

    with monkeypatch.context() as patch:
        patch.setattr("hub.newsletter.bouncing.follow_return", busy)
        assert provider.mailgun(mailgun()).status_code == 503
    # The token was not used up with it: the repeat is taken.
    assert provider.mailgun(mailgun()).status_code == 200
    assert status_of(listening, "ada") == "bounced"


def test_one_request_may_hold_many_events(listening: Hub, provider: Provider) -> None:
    for name in ("ada", "ben", "cem"):
        subscribe(listening, f"{name}@mail.test")
    events = [sendgrid(email=f"{n}@mail.test", sg_event_id=n) for n in ("ada", "ben", "nobody")]
    assert provider.sendgrid(events).status_code == 200
    found = [status_of(listening, name) for name in ("ada", "ben", "cem")]
    assert found == ["bounced", "bounced", "active"]


def test_the_mail_is_found_by_its_message_id_or_return_path(
    listening: Hub, provider: Provider
) -> None:
    first, reader = mailed(listening)
    second, _ = mailed(listening, "ben", at=NOW + timedelta(days=1))
    identity = slots.identity(listening.signer, first, reader).decode()
    provider.sendgrid([sendgrid(**{"smtp-id": f"<{identity}@hub.test>"})])
    path = path_of(listening, second, reader)
    provider.mailgun(mailgun(envelope={"sender": path}))
    assert [event.edition_id for event in evidence(listening, reader)] == [second, first]


def test_no_address_and_no_secret_is_logged(
    listening: Hub, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    mailed(listening)
    with caplog.at_level(logging.DEBUG, "hub"):
        provider.postmark(postmark())
        provider.postmark(postmark(), secret="hub:wrong")
    assert "webhook.read" in caplog.text
    assert "webhook.refused" in caplog.text
    for secret in (ADDRESS, "password", "account does not exist"):
        assert secret not in caplog.text


def test_the_keys_are_not_in_what_is_printed() -> None:
    shown = repr(WebhookKeys((), "user:secret-one", "secret-two", b"public"))
    assert "secret" not in shown
    assert replace(WebhookKeys(), mailgun="x").mailgun == "x"
