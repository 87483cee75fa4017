"""A certificate like that of SNS, and messages signed with it."""

import base64
import json
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.times import to_text
from tests.conftest import NOW

TOPIC = "arn:aws:sns:eu-west-1:123456789012:returns"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-{'0a' * 16}.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_FIELDS = ("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn")


def certificate(
    name: str = "sns.amazonaws.com", *, begins: datetime = NOW, key: rsa.RSAPrivateKey = KEY
) -> bytes:
    """PEM, valid for a year from `begins`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins - timedelta(days=1))
        .not_valid_after(begins + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def message(
    event: object = None, *, version: str = "2", at: datetime = NOW, **fields: str
) -> dict[str, str]:
    """A signed notification, or what `Type` says."""
    found = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": event if isinstance(event, str) else json.dumps(event),
        "Timestamp": to_text(at),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **fields,
    }
    lines = [f"{name}\n{found[name]}\n" for name in _FIELDS if name in found]
    signed = "".join([*lines, f"Type\n{found['Type']}\n"]).encode()
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = KEY.sign(signed, padding.PKCS1v15(), algorithm)
    return {**found, "Signature": base64.b64encode(signature).decode()}


def bounce(address: str, *, source: str = "owner@hub.test", **recipient: str) -> dict[str, object]:
    """What SES says of mail that came back."""
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": address, **recipient}],
            "timestamp": to_text(NOW),
            "feedbackId": "f-1",
        },
        "mail": {"source": source, "commonHeaders": {"messageId": "<x@hub.test>"}},
    }


def complaint(address: str, kind: str = "abuse") -> dict[str, object]:
    return {
        "eventType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": address}],
            "complaintFeedbackType": kind,
            "timestamp": to_text(NOW),
            "feedbackId": "f-2",
        },
        "mail": {"source": "owner@hub.test"},
    }
