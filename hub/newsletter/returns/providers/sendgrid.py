"""SendGrid: a list of events, signed with ECDSA over the timestamp and the raw body."""

import base64
import binascii
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hub.mail.returned import digits_of, status_of
from hub.newsletter.returns.model import Report
from hub.newsletter.returns.providers.request import (
    Document,
    Events,
    Incoming,
    check_fresh,
    moment,
    needed,
    not_proven,
    parsed,
    text,
    unreadable,
)

_SOURCE = "webhook:sendgrid"
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# It does not even try these.
_DROPPED = {"bounced address": "5.1.1", "invalid": "5.1.3"}
_DROPPED_COMPLAINT = "spam reporting address"


def read(request: Incoming, key: bytes, now: datetime) -> Events:
    """The events, when they are signed with the owner's key. Raises NotAllowed, Refused."""
    timestamp = request.headers.get(_TIMESTAMP, "")
    _check(key, timestamp.encode() + request.body, request.headers.get(_SIGNATURE, ""))
    check_fresh(moment(timestamp), now)
    found = parsed(request.body)
    if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
        raise unreadable()
    return Events(tuple(report for event in found if (report := _report(event)) is not None))


def _check(key: bytes, signed: bytes, signature: str) -> None:
    try:
        public = load_der_public_key(key)
        raw = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise not_proven() from error
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise not_proven()
    try:
        public.verify(raw, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise not_proven() from error


def _report(event: Document) -> Report | None:
    """None for whatever is neither a complaint nor a failure for good."""
    kind, reason = text(event, "event"), text(event, "reason")
    dropped = reason.strip().lower() if kind == "dropped" else ""
    complaint = kind == "spamreport" or dropped == _DROPPED_COMPLAINT
    if not complaint and kind != "bounce" and dropped not in _DROPPED:
        return None
    status = _DROPPED.get(dropped) or status_of(text(event, "status")) or status_of(reason)
    if not status and text(event, "type") == "blocked":
        status = "5.7.1"
    return Report(
        source=_SOURCE,
        event_id=needed(event, "sg_event_id"),
        complaint=complaint,
        code=0 if complaint else digits_of(reason),
        status="" if complaint else status,
        text=reason,
        address=needed(event, "email"),
        message_id=text(event, "smtp-id"),
        at=moment(needed(event, "timestamp")),
    )
