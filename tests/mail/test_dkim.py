"""Signatures as dkimpy reads them."""

import asyncio
from typing import Never

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.audience import consent, signup
from hub.audience.model import Wish
from hub.errors import Unavailable
from hub.mail import dkim, dkim_store
from hub.mail.dkim import DkimSigner, Identity
from hub.mail.model import RelayFull
from hub.mail.outbox import OutboxMailer
from hub.mail.signing import SigningMailer
from hub.newsletter import planning
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, press, publish, subscribe, tick

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

PEM = dkim.new_key()
SIGNER = DkimSigner(Identity("hub.test", "hub"), PEM)
HEAD = (
    b'From: "Harbour  Notes" <news@hub.test>\r\nTo: ada@reader.test\r\n'
    b"Subject: =?utf-8?q?caf=C3=A9?=\r\n =?utf-8?q?_noir?=\r\nMessage-ID: <1@hub.test>\r\n"
    b"List-Unsubscribe: <https://hub.test/unsubscribe/abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n\r\n"
)


class Away:
    """A database that cannot be reached."""

    def read(self) -> Never:
        raise Unavailable("away")


def verifies(message: bytes, pem: bytes = PEM) -> bool:
    asked = []

    def txt(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return dkim.record(pem).encode()

    good = bool(dkimpy.verify(message, dnsfunc=txt))
    assert set(asked) <= {b"hub._domainkey.hub.test."}
    return good


def signature_of(message: bytes) -> bytes:
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b"")
    return next(line for line in head.split(b"\r\n") if line.startswith(b"DKIM-Signature:"))


def test_a_message_is_signed_with_all_that_matters() -> None:
    signed = SIGNER.signed(HEAD + b"Hello.\r\n")
    assert signed.endswith(HEAD + b"Hello.\r\n")
    assert verifies(signed)
    names = signature_of(signed).partition(b"h=")[2].partition(b";")[0].replace(b" ", b"")
    # RFC 8058 §4.
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names.split(b":"))
    assert all(len(line) <= 78 for line in signed.split(b"\r\n")[:12])


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"a", b"word", b" ", b"\t", b"\r\n", b".", b"\xc3\xa9"])))
def test_any_body_verifies(parts: list[bytes]) -> None:
    assert verifies(SIGNER.signed(HEAD + b"".join(parts) + b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Hello", b"Hullo"),
        (b"ada@reader", b"eve@reader"),
        (b"/unsubscribe/abc", b"/unsubscribe/xyz"),
        (b"From: ", b"From: evil@other.test\r\nFrom: "),
        (b"Subject: ", b"Subject: Buy\r\nSubject: "),
    ],
)
def test_a_changed_message_does_not_verify(old: bytes, new: bytes) -> None:
    signed = SIGNER.signed(HEAD + b"Hello.\r\n")
    assert old in signed
    assert not verifies(signed.replace(old, new))


def test_white_space_that_a_relay_adds_does_no_harm() -> None:
    signed = SIGNER.signed(HEAD + b"Hello there.\r\n")
    assert verifies(signed.replace(b"Hello there.\r\n", b"Hello  there. \r\n\r\n"))


def test_the_same_message_gets_the_same_signature() -> None:
    assert SIGNER.signed(HEAD + b"Hello.\r\n") == SIGNER.signed(HEAD + b"Hello.\r\n")


@pytest.fixture
def key(hub: Hub) -> bytes:
    """The owner's key, and signing switched on."""
    with hub.db.write() as tx:
        sites.put(tx, "dkim", "on")
        return dkim_store.make_key(tx)


def test_an_edition_leaves_signed(hub: Hub, key: bytes) -> None:
    publish(hub, "Of tides  and — harbours")
    for name in ("ada", "grace"):
        subscribe(hub, f"{name}@reader.test", name=name)
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub)
    messages = outbox(hub)
    assert len(messages) == 2
    assert all(verifies(message, key) for message in messages)


def test_a_confirmation_leaves_signed(hub: Hub, key: bytes) -> None:
    with hub.db.write() as tx:
        signup.sign_up(
            tx,
            Wish(email="ada@reader.test", name="", cadence="weekly", language="en", topics=()),
            consent.consent_text(hub.site(), "en"),
            form_url="https://hub.test/subscribe",
            network="here",
            now=NOW,
        )
    tick(hub)
    [message] = outbox(hub)
    assert verifies(message, key)


def test_nothing_is_signed_unless_the_owner_wants_it(hub: Hub, key: bytes) -> None:
    publish(hub, "One")
    subscribe(hub, "ada@reader.test")
    with hub.db.write() as tx:
        sites.put(tx, "dkim", "off")
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub)
    assert [b"DKIM-Signature" in message for message in outbox(hub)] == [False]


def test_a_key_that_is_published_is_never_replaced(hub: Hub, key: bytes) -> None:
    with hub.db.write() as tx:
        assert dkim_store.make_key(tx) == key


def test_a_database_that_is_away_changes_nothing_of_what_is_known(hub: Hub, key: bytes) -> None:
    async def connect() -> tuple[object, object]:
        mailer = SigningMailer(OutboxMailer(hub.settings.outbox), hub.db, lambda _tx: hub.site())
        signing = await mailer.connect()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mailer, "_db", Away())
            return signing, await mailer.connect()

    signing, meanwhile = asyncio.run(connect())
    assert type(meanwhile) is type(signing)


def test_a_database_that_was_never_seen_lets_nothing_out_unsigned(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = SigningMailer(OutboxMailer(hub.settings.outbox), hub.db, lambda _tx: hub.site())
    monkeypatch.setattr(mailer, "_db", Away())
    with pytest.raises(RelayFull):
        asyncio.run(mailer.connect())
