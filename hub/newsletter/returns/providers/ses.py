"""Amazon SES: bounces and complaints as notifications of SNS (sns.py checks who they are from)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hub.errors import Refused
from hub.mail.returned import digits_of, status_of
from hub.newsletter.returns.model import Report
from hub.newsletter.returns.providers import sns
from hub.newsletter.returns.providers.request import (
    Document,
    Events,
    Incoming,
    document,
    each,
    iso,
    needed,
    part,
    text,
)

_SOURCE = "webhook:ses"
# What its subtypes mean where the report has no status of its own.
_STATUS = {
    "NoEmail": "5.1.1",
    "Suppressed": "5.1.1",
    "OnAccountSuppressionList": "5.1.1",
    "MailboxFull": "5.2.2",
    "MessageTooLarge": "5.3.4",
    "ContentRejected": "5.6.0",
    "AttachmentRejected": "5.6.0",
}
_GENERAL = {"Permanent": "5.0.0", "Transient": "4.0.0"}
# Complaints that say the opposite, or speak of signatures.
_NO_COMPLAINTS = ("not-spam", "auth-failure")


def read(
    request: Incoming, topics: tuple[str, ...], now: datetime, certificate: Callable[[str], bytes]
) -> Events:
    """The events, when SNS signed them for one of the owner's topics. Raises NotAllowed, Refused,
    and Unreachable when the certificate cannot be fetched."""
    message = document(request.body)
    sns.check(message, topics, certificate, now)
    kind = needed(message, "Type")
    if kind == "SubscriptionConfirmation":
        return Events(visit=sns.subscribe_url(message))
    if kind != "Notification":
        return Events()
    try:
        event = document(needed(message, "Message"))
    except Refused:
        # SNS and SES say hello in plain words.
        return Events()
    return Events(tuple(_reports(event)))


def _reports(event: Document) -> list[Report]:
    kind = text(event, "notificationType") or text(event, "eventType")
    if kind == "Bounce":
        return _bounces(part(event, "mail"), part(event, "bounce"))
    if kind == "Complaint":
        return _complaints(part(event, "mail"), part(event, "complaint"))
    return []


def _bounces(mail: Document, bounce: Document) -> list[Report]:
    general = _GENERAL.get(text(bounce, "bounceType"), "")
    by_type = _STATUS.get(text(bounce, "bounceSubType"), general)
    reports = []
    for recipient in each(bounce, "bouncedRecipients"):
        said = text(recipient, "diagnosticCode").removeprefix("smtp;").strip()
        status = status_of(text(recipient, "status")) or status_of(said) or by_type
        found = _report(mail, bounce, recipient, said)
        reports.append(replace(found, code=digits_of(said), status=status))
    return reports


def _complaints(mail: Document, complaint: Document) -> list[Report]:
    kind = text(complaint, "complaintFeedbackType")
    if kind in _NO_COMPLAINTS:
        return []
    return [
        replace(_report(mail, complaint, recipient, kind), complaint=True)
        for recipient in each(complaint, "complainedRecipients")
    ]


def _report(mail: Document, about: Document, recipient: Document, said: str) -> Report:
    """What both have in common. SES gives back the envelope's sender, where a token may stand,
    and the Message-ID that the mail had before SES gave it another."""
    address = needed(recipient, "emailAddress")
    headers = mail.get("commonHeaders")
    return Report(
        source=_SOURCE,
        event_id=f"{needed(about, 'feedbackId')} {address}",
        text=said,
        paths=(text(mail, "source"),),
        address=address,
        message_id=text(headers, "messageId") if isinstance(headers, dict) else "",
        at=iso(text(about, "timestamp")),
    )
