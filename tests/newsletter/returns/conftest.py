"""Requests of providers, to a hub that has a key of each."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import Response
from starlette.testclient import TestClient

from hub.app import create_app
from hub.errors import Unavailable
from hub.settings import WebhookKeys
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.returns.amazon import TOPIC, certificate

SENDGRID = ec.generate_private_key(ec.SECP256R1())
MAILGUN = "key-of-mailgun"
POSTMARK = "hub:a-long-password-of-postmark"
KEYS = WebhookKeys(
    (TOPIC,),
    POSTMARK,
    MAILGUN,
    SENDGRID.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
)


@dataclass
class Internet:
    """What the hub fetches: `pages` by address; `fetched` in order."""

    pages: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url not in self.pages:
            raise Unavailable("does not answer")
        return self.pages[url]


@dataclass
class Provider:
    """Posts as the providers do, each with a right proof unless told otherwise."""

    client: TestClient

    def post(self, name: str, body: object, **headers: str) -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/webhooks/{name}", content=content, headers=headers)

    def postmark(self, event: object, secret: str = POSTMARK) -> Response:
        proof = base64.b64encode(secret.encode()).decode()
        return self.post("postmark", event, Authorization=f"Basic {proof}")

    def mailgun(
        self, event: object, *, token: str = "t-1", at: float = NOW.timestamp(), key: str = MAILGUN
    ) -> Response:
        timestamp = str(int(at))
        proof = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        signature = {"timestamp": timestamp, "token": token, "signature": proof}
        return self.post("mailgun", {"signature": signature, "event-data": event})

    def sendgrid(
        self,
        events: object,
        *,
        at: float = NOW.timestamp(),
        key: ec.EllipticCurvePrivateKey = SENDGRID,
    ) -> Response:
        body = events if isinstance(events, bytes) else json.dumps(events).encode()
        timestamp = str(int(at))
        proof = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(proof).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }
        return self.post("sendgrid", body, **headers)


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
def listening(hub: Hub, internet: Internet) -> Hub:
    """A hub that has the keys of every provider."""
    settings = replace(hub.settings, webhooks=KEYS)
    return replace(hub, settings=settings, now=lambda: NOW, fetch=internet.fetch)


@pytest.fixture
def provider(listening: Hub) -> Iterator[Provider]:
    with TestClient(create_app(listening), base_url="https://hub.test") as client:
        yield Provider(client)


@pytest.fixture
def pem(internet: Internet) -> bytes:
    """The certificate of SNS, where SNS has it."""
    from_amazon = certificate()
    internet.pages[
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "0a" * 16 + ".pem"
    ] = from_amazon
    return from_amazon
