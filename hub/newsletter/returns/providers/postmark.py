"""Postmark: bounces and spam complaints as one JSON object each, behind Basic authentication.

Postmark signs nothing; what proves it is the password in the address that the owner gave it.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from hub.mail.returned import digits_of, status_of
from hub.newsletter.returns.model import Report
from hub.newsletter.returns.providers.request import (
    Document,
    Events,
    Incoming,
    document,
    iso,
    needed,
    not_proven,
    text,
)

_SOURCE = "webhook:postmark"
# What its types mean where the server's answer holds no enhanced code.
_STATUS = {
    "HardBounce": "5.1.1",
    "BadEmailAddress": "5.1.3",
    "Blocked": "5.7.1",
    "SpamNotification": "5.7.1",
    "VirusNotification": "5.7.1",
    "DMARCPolicy": "5.7.1",
    "SoftBounce": "4.0.0",
    "DnsError": "5.4.4",
    "Undeliverable": "5.0.0",
    "Unknown": "5.0.0",
}


def read(request: Incoming, expected: str, now: datetime) -> Events:
    """The event, when the password is the owner's; `expected` is the SHA-256 of `user:password`,
    in hexadecimal. Raises NotAllowed, Refused."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise not_proven() from error
    if scheme.lower() != "basic" or not hmac.compare_digest(
        hashlib.sha256(decoded).hexdigest(), expected
    ):
        raise not_proven()
    report = _report(document(request.body))
    return Events((report,) if report else ())


def _report(event: Document) -> Report | None:
    """None for the kinds of events that say nothing here: deliveries, opens, replies of robots."""
    record, kind = text(event, "RecordType"), text(event, "Type")
    complaint = record == "SpamComplaint" or (record == "Bounce" and kind == "SpamComplaint")
    if not complaint and not (record == "Bounce" and kind in _STATUS):
        return None
    said = text(event, "Details") or text(event, "Description")
    return Report(
        source=_SOURCE,
        event_id=needed(event, "ID"),
        complaint=complaint,
        code=0 if complaint else digits_of(said),
        status="" if complaint else status_of(said) or _STATUS[kind],
        text=said,
        address=needed(event, "Email"),
        at=iso(text(event, "BouncedAt")),
    )
