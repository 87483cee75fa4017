"""Keys of the providers' webhooks that an owner entered at the desk; the environment beats them.

What the hub makes (Postmark's user and password) is kept as a hash. What a provider gives out is
kept as it is: without it no signature could be checked.
"""

import base64
import re
from dataclasses import replace
from datetime import datetime

from hub import tokens
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.settings import TOPIC, WebhookKeys
from hub.site import program_keys

# Provider → its name.
PROVIDERS = {
    "ses": "Amazon SES",
    "postmark": "Postmark",
    "mailgun": "Mailgun",
    "sendgrid": "SendGrid",
}
# The hub makes this one; the others are given out by the provider.
MADE_HERE = "postmark"
_USER = "hub"


def in_force(tx: Transaction, environment: WebhookKeys) -> WebhookKeys:
    """The keys that count: those of the environment, else those of the desk."""
    stored = program_keys.values(tx)
    hashed = "" if environment.postmark else stored.get("postmark", "")
    return replace(
        environment,
        ses=environment.ses or tuple(stored.get("ses", "").split()),
        postmark_hash=hashed,
        mailgun=environment.mailgun or stored.get("mailgun", ""),
        sendgrid=environment.sendgrid or base64.b64decode(stored.get("sendgrid", "")),
    )


def make(tx: Transaction, *, by: str, now: datetime) -> str:
    """`user:password` for Postmark, new; what was there before works no more."""
    secret = f"{_USER}:{tokens.new_token()}"
    _put(tx, MADE_HERE, tokens.token_hash(secret), by=by, now=now)
    return secret


def put(tx: Transaction, provider: str, typed: str, *, by: str, now: datetime) -> None:
    """Keep what a provider gave out. Raises Refused for what cannot be its key, NotFound."""
    check = _CHECKS.get(provider)
    if check is None:
        raise NotFound(N_("There is no such page."))
    _put(tx, provider, check(typed.strip()), by=by, now=now)


def revoke(tx: Transaction, provider: str) -> None:
    """The webhook of this provider is not listened to any more."""
    if program_keys.revoke(tx, provider, name=PROVIDERS[provider]):
        # The privacy page names who is told of what comes back.
        tx.site_changed()


def _put(tx: Transaction, provider: str, value: str, *, by: str, now: datetime) -> None:
    program_keys.put(tx, provider, value, name=PROVIDERS[provider], by=by, now=now)
    tx.site_changed()


def _ses(typed: str) -> str:
    topics = typed.split()
    if not topics or len(topics) > 20 or not all(TOPIC.fullmatch(topic) for topic in topics):
        raise Refused(
            N_("Write the ARN of the SNS topic, like arn:aws:sns:eu-west-1:123456789012:returns."),
            field="ses",
        )
    return "\n".join(topics)


def _mailgun(typed: str) -> str:
    if not re.fullmatch(r"[!-~]{16,200}", typed):
        raise Refused(
            N_("Copy the whole HTTP webhook signing key, without spaces."), field="mailgun"
        )
    return typed


def _sendgrid(typed: str) -> str:
    try:
        whole = base64.b64decode(typed, validate=True)
    except ValueError:
        whole = b""
    if not whole.startswith(b"\x30") or len(whole) > 1_000:
        raise Refused(
            N_("Copy the whole verification key, as SendGrid shows it."), field="sendgrid"
        )
    return typed


_CHECKS = {"ses": _ses, "mailgun": _mailgun, "sendgrid": _sendgrid}
