"""Amazon SNS: the envelope in which the events of SES come, and its signature.

The certificate comes from the SNS of the owner's own region and from nowhere else; whoever may
write there is Amazon. What is signed is put together of the fields, not of the raw body.
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from hub.newsletter.returns.providers.request import (
    Document,
    check_fresh,
    iso,
    needed,
    not_proven,
    text,
)

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{32}\.pem")
_NAME = re.compile(r"sns([.-][a-z0-9-]+)*\.amazonaws\.com")
_LONGEST_SIGNED = 300_000


def check(
    message: Document, topics: tuple[str, ...], certificate: Callable[[str], bytes], now: datetime
) -> None:
    """Whether a message is signed by SNS for one of the owner's topics and fresh.

    `certificate` gives the PEM of an address, which is checked before. Raises NotAllowed.
    """
    kind, topic = needed(message, "Type"), needed(message, "TopicArn")
    if kind not in _SIGNED or topic not in topics:
        raise not_proven()
    url = needed(message, "SigningCertURL")
    if not _is_of_region(url, topic) or not _CERTIFICATE.fullmatch(urlsplit(url).path):
        raise not_proven()
    check_fresh(iso(text(message, "Timestamp")), now)
    if not text(message, "Signature"):
        raise not_proven()
    _verify(certificate(url), _to_sign(message, kind), message, now)


def subscribe_url(message: Document) -> str:
    """The address that confirms a subscription. Raises NotAllowed for one that is not SNS's."""
    url, topic = needed(message, "SubscribeURL"), needed(message, "TopicArn")
    asked = parse_qs(urlsplit(url).query)
    if not _is_of_region(url, topic) or asked.get("Action") != ["ConfirmSubscription"]:
        raise not_proven()
    return url


def _is_of_region(url: str, topic: str) -> bool:
    """Whether an address is https at the SNS of the region in which the topic lives."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = f"sns.{topic.split(':')[3]}.amazonaws.com"
    plain = port is None and not parts.username and parts.password is None
    return parts.scheme == "https" and plain and parts.netloc == host


def _to_sign(message: Document, kind: str) -> bytes:
    lines = []
    for name in _SIGNED[kind]:
        value = message.get(name)
        if value is None and name == "Subject":
            continue
        if not isinstance(value, str) or len(value) > _LONGEST_SIGNED:
            raise not_proven()
        lines.append(f"{name}\n{value}\n")
    return "".join(lines).encode("utf-8", "replace")


def _verify(pem: bytes, signed: bytes, message: Document, now: datetime) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        public = certificate.public_key()
        signature = base64.b64decode(text(message, "Signature"), validate=True)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise not_proven() from error
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not in_time or not any(_NAME.fullmatch(str(name.value)) for name in names):
        raise not_proven()
    versions: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}
    algorithm = versions.get(text(message, "SignatureVersion"))
    if algorithm is None or not isinstance(public, rsa.RSAPublicKey):
        raise not_proven()
    try:
        public.verify(signature, signed, padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise not_proven() from error
