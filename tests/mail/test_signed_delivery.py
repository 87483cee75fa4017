"""Signatures as they arrive: through a real Postfix into a real Dovecot, read by dkimpy."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import dkim as dkimpy
import pytest

from hub.audience import consent, signup
from hub.audience.model import Wish
from hub.mail import dkim, dkim_store
from hub.newsletter import planning
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.mail.mailhost import MailHost, running, why_not
from tests.newsletter.cast import parsed, press, publish, relay_at, subscribe, tick

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no mail server to ask: {why_not()}"),
]
SIGNED = {"from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post", "message-id"}


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with running() as servers:
        yield servers


@pytest.fixture
def key(hub: Hub) -> bytes:
    """The owner's key, and signing switched on."""
    with hub.db.write() as tx:
        sites.put(tx, "dkim", "on")
        return dkim_store.make_key(tx)


def verified(message: bytes, pem: bytes) -> bool:
    """Whether dkimpy finds the signature good with the record that the owner publishes."""
    crlf = re.sub(rb"\r?\n", b"\r\n", message)
    return bool(dkimpy.verify(crlf, dnsfunc=lambda _name, timeout=5: dkim.record(pem).encode()))


def signed_names(message: EmailMessage) -> set[str]:
    tags = re.sub(r"\s", "", str(message["DKIM-Signature"]))
    names = re.search(r";h=([^;]*)", tags)
    assert names is not None
    return set(names[1].split(":"))


def send_digest(hub: Hub, host: MailHost, name: str, local: str, language: str = "en") -> bytes:
    subscribe(hub, f"{local}@hub.test", name=name, language=language)
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub, mailer=relay_at(host.smtp, final_dot=30.0))
    (arrived,) = host.messages(1, local)
    return arrived


@pytest.mark.parametrize(
    ("local", "title", "excerpt", "site_title"),
    [
        ("plain", "Ropes", "What it is about.", "Harbour Notes"),
        ("long", "word " * 200, "x" * 3000, "Harbour Notes"),
        ("unbroken", "x" * 1000, "https://hub.test/" + "y" * 900, "Harbour Notes"),
        ("dots", ". .. …", ".\n..\n. dots\n.at.the.start", ".dotted"),
        (
            "accents",
            "L’été à Ærø — 🏴‍☠️",
            "naïve\u00a0: « œuvre »  ,  tab\tand  spaces ",
            "Café du Port",
        ),
        ("scripts", "שלום עולם", "مرحبا بالعالم · 世界 · Здравствуй", "港のノート " * 8),
        ("from", "From here on", "From \nFrom the first line", "From"),
    ],
)
def test_a_newsletter_verifies_as_it_arrives(
    hub: Hub,
    key: bytes,
    host: MailHost,
    engine: str,
    local: str,
    title: str,
    excerpt: str,
    site_title: str,
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "title", site_title.strip())
    publish(hub, title, excerpt=excerpt)
    publish(hub, "A second article with quite a long title of its own, to be folded")
    arrived = send_digest(hub, host, "Zoé", f"{local}-{engine}")
    assert verified(arrived, key)
    assert signed_names(parsed(arrived)) >= SIGNED
    assert not verified(arrived.replace(b"/unsubscribe/", b"/unsubscribe-/"), key)


def test_a_confirmation_verifies_as_it_arrives(hub: Hub, key: bytes, host: MailHost) -> None:
    with hub.db.write() as tx:
        signup.sign_up(
            tx,
            Wish(email="asks@hub.test", name="", cadence="weekly", language="fr", topics=()),
            consent.consent_text(hub.site(), "fr"),
            form_url="https://hub.test/subscribe",
            network="here",
            now=NOW,
        )
    tick(hub, mailer=relay_at(host.smtp, final_dot=30.0))
    arrived = host.messages(1, "asks")[-1]
    assert verified(arrived, key)
    assert "auto-submitted" in signed_names(parsed(arrived))


def test_where_the_relay_signs_the_hub_does_not(
    hub: Hub, key: bytes, host: MailHost, engine: str
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "dkim", "off")
    publish(hub, "Ropes")
    arrived = send_digest(hub, host, "", f"unsigned-{engine}")
    assert parsed(arrived)["DKIM-Signature"] is None
