"""What the ledger notes of a mail's fate and the log of its origin, in the owner's language.

Both keep English texts, with the mail server's own answer behind a colon. A text that is not
among these is shown as it is.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hub import i18n
from hub.i18n import N_
from hub.mail import relay_words

_NONE: Mapping[str, str] = MappingProxyType({})
_KNOWN = (
    N_("given up after 48 hours: %(reason)s"),
    N_("the relay refuses the log-in: %(reason)s"),
    N_("the relay refuses the sender: %(reason)s"),
    N_("the relay refuses the newsletter: %(reason)s"),
    N_("the relay refuses: %(reason)s"),
    N_("the relay answers %(reason)s"),
    N_("the relay cannot be reached: %(reason)s"),
    N_("the relay's certificate is not valid: %(reason)s"),
    N_("no secure connection to the relay: %(reason)s"),
    N_("the relay closed the connection"),
    N_("the password of the mail server cannot be read with this secret key: type it again"),
    N_("the relay takes no address with letters beyond ASCII before the @ (SMTPUTF8)"),
    N_("the message has %(size)s kB, the relay takes %(limit)s kB"),
    N_("no answer to the message: %(reason)s"),
    N_("no answer within %(seconds)s seconds"),
    N_("before the message: %(reason)s"),
    N_("the server closed the connection"),
    N_("the server's answer is too long"),
    N_("the server's answer is no SMTP reply"),
    N_("the hub was stopped"),
    N_("%(relay)s takes no more connections: %(reason)s"),
    N_("%(relay)s takes no more connections"),
    N_("the outbox cannot be written: %(reason)s"),
    N_("the reader was erased before it was sent"),
    N_("the reader was %(status)s before it was sent"),
    N_("the hub answers %(status)s"),
    N_("the name is not known"),
    N_("the name leads to an address that is not public"),
    N_("the certificate is not valid: %(reason)s"),
    N_("the connection is refused"),
    N_("the connection failed: %(reason)s"),
    N_("the answer has more than %(number)s bytes"),
    N_("of %(asked)s mails that asked to confirm, %(confirmed)s were answered"),
    N_("no new articles"),
    N_("no readers"),
    N_("paused by the owner"),
    N_("the ramp-up stopped: %(failed)s of %(sent)s mails failed for good"),
    N_("the ramp-up stopped: %(complained)s of %(sent)s readers complained"),
    N_("%(number)s of %(sent)s mails came back because of the sender: %(reason)s"),
    N_("cancelled by the owner"),
    N_("cancelled by the owner while %(number)s were waiting"),
    N_("cancelled by the owner: %(reason)s"),
    N_("cancelled by the owner before anything was sent; its articles are in the next one"),
    N_("cancelled by the owner before anything was sent; the letter is a draft again"),
    N_("pending"),
    N_("waiting"),
    N_("unsubscribed"),
    N_("bounced"),
    N_("complained"),
    N_("suppressed"),
    N_("import %(file)s"),
    N_("invite %(code)s"),
    N_("form %(place)s"),
)
_ORIGINS = {
    "form": N_("the form on the site"),
    "link": N_("the link in a mail"),
    "stay": N_("the question whether they still want it"),
    "owner": N_("the desk"),
    "complaint": N_("a complaint"),
    "declined": N_("declined by you"),
    # Where it was heard that mail came back.
    "smtp": N_("the mail server"),
    "dsn": N_("the mailbox for undeliverable mail"),
    "arf": N_("the mailbox for undeliverable mail"),
    "webhook:ses": "Amazon SES",
    "webhook:postmark": "Postmark",
    "webhook:mailgun": "Mailgun",
    "webhook:sendgrid": "SendGrid",
}


def said(text: str, language: str) -> str:
    """A note of the ledger in `language`, the server's own words left as they are."""
    for known, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            values = {name: said(value, language) for name, value in found.groupdict().items()}
            return i18n.translate(language, known, **values)
    return _said_of_each(text, language)


def of_relay(relay: str, reason: str, language: str) -> tuple[str, str]:
    """Why a mail server cannot be used: in plain words, and what the machine said (or nothing)."""
    told = relay_words.told(relay, reason)
    if told is None:
        return said(reason, language), ""
    return i18n.translate(language, told.text, **told.values), told.answer


def _said_of_each(text: str, language: str) -> str:
    """`one.test:587: reason; two.test:587: reason`, when several relays were asked."""
    parts = [_OF_A_RELAY.fullmatch(part) for part in _NEXT_RELAY.split(text)]
    shown = [
        i18n.translate(
            language, N_("%(relay)s: %(reason)s"), relay=part[1], reason=said(part[2], language)
        )
        for part in parts
        if part
    ]
    return "; ".join(shown) if len(shown) == len(parts) else text


def origin(source: str, language: str, invitations: Mapping[str, str] = _NONE) -> str:
    """Where a subscriber or a line of the log came from; `invitations`: names by source."""
    if source in invitations:
        return i18n.translate(language, N_("the invitation “%(name)s”"), name=invitations[source])
    known = _ORIGINS.get(source)
    return i18n.translate(language, known) if known else said(source, language)


def _pattern(known: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", re.escape(known)), re.DOTALL)


_OF_A_RELAY = re.compile(r"(\S+:\d+): (.+)", re.DOTALL)
_NEXT_RELAY = re.compile(r"; (?=\S+:\d+: )")
_PATTERNS = tuple((known, _pattern(known)) for known in _KNOWN)
