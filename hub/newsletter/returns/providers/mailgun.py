"""Mailgun: one event a request, signed inside of its body: HMAC-SHA256 over timestamp and token.

The signature says nothing about the event itself, so each token counts once, and only while it
is fresh: who overheard one request could otherwise write another with its signature.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from hub.mail.returned import digits_of, status_of
from hub.newsletter.returns.model import Report
from hub.newsletter.returns.providers.request import (
    AHEAD,
    Document,
    Events,
    Incoming,
    Spend,
    check_fresh,
    document,
    moment,
    needed,
    not_proven,
    part,
    text,
)

_SOURCE = "webhook:mailgun"
# It repeats a request that was not answered for 8 hours.
_FRESH = timedelta(hours=12)
# It does not even try addresses that bounced before (its own code 605), or whose owner complained.
_REASONS = {"suppress-bounce": "5.1.1"}
_COMPLAINED = "suppress-complaint"


def read(request: Incoming, key: str, now: datetime) -> Events:
    """The event, when its signature is right and fresh. Raises NotAllowed, Refused."""
    body = document(request.body)
    signature = part(body, "signature")
    timestamp, token = text(signature, "timestamp"), text(signature, "token")
    expected = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    given = text(signature, "signature")
    if not token or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise not_proven()
    check_fresh(moment(timestamp), now, oldest=_FRESH)
    report = _report(part(body, "event-data"))
    once = hashlib.sha256(token.encode()).hexdigest()
    return Events((report,) if report else (), Spend(f"mailgun {once}", now + _FRESH + AHEAD))


def _report(event: Document) -> Report | None:
    """None for whatever is neither a complaint nor a failure for good."""
    kind, reason = text(event, "event"), text(event, "reason")
    failed = kind == "failed" and text(event, "severity") == "permanent"
    complaint = kind == "complained" or (failed and reason == _COMPLAINED)
    if not failed and not complaint:
        return None
    status = part(event, "delivery-status") if failed else {}
    said = " ".join(filter(None, (text(status, "message"), text(status, "description"))))
    code = digits_of(text(status, "code"))
    return Report(
        source=_SOURCE,
        event_id=needed(event, "id"),
        complaint=complaint,
        code=code if 400 <= code < 600 and reason not in _REASONS else 0,
        status=_REASONS.get(reason) or status_of(text(status, "enhanced-code")) or status_of(said),
        text=said,
        paths=(_within(event, "envelope", "sender"),),
        address=needed(event, "recipient"),
        message_id=_within(event, "message", "headers", "message-id"),
        at=moment(needed(event, "timestamp")),
    )


def _within(found: Document, *names: str) -> str:
    """A text some objects deep; empty when it is not there."""
    *outer, last = names
    for name in outer:
        value = found.get(name)
        if not isinstance(value, dict):
            return ""
        found = value
    return text(found, last)
