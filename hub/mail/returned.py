"""What a message in the mailbox for bounces is: a bounce, a complaint, a robot's or a person's.

Whoever knows the address can write to it, so nothing here is believed: this says what a message
claims, within bounds, and where a token of ours may stand in it. A delivery status notification
is a multipart/report (RFC 3464) from nobody (the null sender), a complaint one with an abuse
report (RFC 5965). flufl.bounce reads what odd servers send instead.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_string
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Literal

from flufl.bounce import all_failures

# It logs the tracebacks of its detectors, and those may hold an address.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)

# How much of a message is looked at: what a report says comes before the mail that it is about.
LOOKED_AT = 256_000
LONGEST_TEXT = 500
_ODD_LOOKED_AT = 64_000
_MOST_PARTS = 200
_MOST_NESTED = 10
_MOST_RECIPIENTS = 50

Kind = Literal["bounce", "complaint", "status", "automatic", "other"]

# Where the address stands that a message was delivered to.
_DELIVERED_TO = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "To",
)
_ROBOTS = re.compile(r"^\s*<?\s*(|mailer-daemon|postmaster)(@[^>\s]*)?\s*>?\s*$", re.IGNORECASE)
_FROM_A_ROBOT = re.compile(r"\b(mailer-daemon|postmaster|mail delivery)", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DIGITS = re.compile(r"(?<![\w.])([45]\d\d)(?=[ \-]|$)")
_SAID = re.compile(r"(?<![\w.])[45]\d\d[ \-]#?\S.*")
_UNSUBSCRIBE = re.compile(r"/unsubscribe/([A-Za-z0-9_\-]{32})(?![\w\-])")
_EDITION = re.compile(r"\s*(\d{1,9}):")
_COMPLAINTS = ("abuse", "opt-out", "opt-out-list")


class Unreadable(Exception):
    """A message that is not taken apart; the reason in words, without a word of the message."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a message says. Nothing in it is proven.

    `code` has three digits and `status` is the enhanced one (RFC 3463), 0 and empty when not
    given; `paths` are texts in which a return path of ours may stand, `link` the token of the
    unsubscribe link in the mail that came back, `edition` what its Feedback-ID says, 0 without.
    `identity` is the same for the same message.
    """

    kind: Kind
    identity: str
    paths: tuple[str, ...] = ()
    link: str = ""
    edition: int = 0
    code: int = 0
    status: str = ""
    text: str = ""


def read(content: bytes) -> Returned:
    """What a message is, by its first LOOKED_AT octets. Raises Unreadable."""
    content = content[:LOOKED_AT]
    _bound(content)
    try:
        message = BytesParser(policy=compat32).parsebytes(content)
        return _read(message, content)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        # What the email package says of the strangest ones.
        raise Unreadable(f"it cannot be taken apart ({type(error).__name__})") from error


def shortened(text: str) -> str:
    """One line of what a server said, without control characters, 500 of it at most."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def status_of(text: str) -> str:
    """The enhanced status code in a field or a server's answer; empty for none and for `5.0.0`,
    which says no more than the three digits do."""
    for found in _STATUS.finditer(text):
        if found[0][1:] != ".0.0":
            return found[0]
    return ""


def digits_of(text: str) -> int:
    """The three digits of a server's answer, 0 when there are none."""
    found = _DIGITS.search(text)
    return int(found[1]) if found else 0


def _bound(content: bytes) -> None:
    """Refuse what takes long to take apart, before it is."""
    lowered = content.lower()
    if lowered.count(b"\n--") > 2 * _MOST_PARTS:
        raise Unreadable(f"it has more than {_MOST_PARTS} parts")
    nested = lowered.count(b"message/rfc822") + lowered.count(b"content-type: multipart")
    if nested > _MOST_NESTED:
        raise Unreadable(f"messages are nested in it more than {_MOST_NESTED} deep")


def _read(message: Message, content: bytes) -> Returned:
    identity = hashlib.sha256(_text(message, "Message-ID").strip().encode() or content).hexdigest()
    parts = {part.get_content_type(): part for part in reversed(_children(message))}
    original = _original(parts)
    paths = tuple(_all(message, *_DELIVERED_TO))
    link = _UNSUBSCRIBE.search(_text(original, "List-Unsubscribe"))
    edition = _EDITION.match(_text(original, "Feedback-ID"))
    found = Returned(
        "other",
        identity,
        paths,
        link=link[1] if link else "",
        edition=int(edition[1]) if edition else 0,
    )
    if (report := parts.get("message/feedback-report")) is not None:
        kind = _fields(report, "Feedback-Type").strip().lower()
        return replace(
            found,
            kind="complaint" if kind in _COMPLAINTS else "status",
            paths=(*paths, _fields(report, "Original-Mail-From"), *_all(original, "Return-Path")),
            text=shortened(f"{kind} {_fields(report, 'User-Agent')}"),
        )
    if _from_nobody(message) and (report := parts.get("message/delivery-status")) is not None:
        with_original = replace(found, paths=(*paths, *_all(original, "Return-Path")))
        return _delivery_status(with_original, report)
    if (odd := _odd(found, message, content)) is not None:
        return odd
    return replace(found, kind="automatic" if _is_automatic(message) else "other")


def _delivery_status(found: Returned, report: Message) -> Returned:
    """RFC 3464 §2: the fields of the first recipient whose mail failed, if there is one."""
    groups = [g for g in _children(report)[: _MOST_RECIPIENTS + 1] if g["Status"] or g["Action"]]
    failed = [g for g in groups if _text(g, "Action").strip().lower() in ("failed", "")]
    if not failed:
        return replace(found, kind="status")
    diagnostic = _text(failed[0], "Diagnostic-Code")
    said = diagnostic.partition(";")[2] or diagnostic
    return replace(
        found,
        kind="bounce",
        code=digits_of(said),
        status=status_of(_text(failed[0], "Status")),
        text=shortened(said),
    )


def _odd(found: Returned, message: Message, content: bytes) -> Returned | None:
    """A bounce that is no report, from a robot that says so."""
    robot = _from_nobody(message, known=True) or _FROM_A_ROBOT.search(_text(message, "From"))
    if not (robot and _from_nobody(message)):
        return None
    short = BytesParser(policy=compat32).parsebytes(content[:_ODD_LOOKED_AT])
    try:
        temporary, permanent = all_failures(short)
    except Exception as error:  # its detectors stumble over what they do not expect
        raise Unreadable(f"it cannot be taken apart ({type(error).__name__})") from error
    if not permanent:
        return replace(found, kind="status") if temporary else None
    said = _SAID.search(_plain(short))
    text = said[0] if said else ""
    return replace(
        found, kind="bounce", code=digits_of(text), status=status_of(text), text=shortened(text)
    )


def _is_automatic(message: Message) -> bool:
    """RFC 3834 §5, and what robots said before it."""
    submitted = _text(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if _text(message, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk", "list"):
        return True
    return bool(_all(message, "X-Autoreply", "X-Autorespond")) or _from_nobody(message, known=True)


def _from_nobody(message: Message, *, known: bool = False) -> bool:
    """Whether the envelope's sender was null, or that of a robot (RFC 5321 §4.5.5).

    What no server wrote down counts as null too, unless it must be `known`.
    """
    paths = _all(message, "Return-Path")
    return bool(_ROBOTS.match(paths[0])) if paths else not known


def _original(parts: dict[str, Message]) -> Message:
    """The mail that came back, or its headers; an empty message when it was not sent along."""
    if (whole := parts.get("message/rfc822")) is not None:
        return next(iter(_children(whole)), Message())
    for name in ("text/rfc822-headers", "message/rfc822-headers"):
        if (part := parts.get(name)) is not None:
            inner = _children(part)
            return inner[0] if inner else message_from_string(_payload(part))
    return Message()


def _fields(report: Message, name: str) -> str:
    """A field of an abuse report, whose body is parsed as the headers of a message."""
    inner = _children(report)
    return _text(inner[0], name) if inner else _text(message_from_string(_payload(report)), name)


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    if not isinstance(payload, list):
        return []
    return [part for part in payload if isinstance(part, Message)][: 2 * _MOST_PARTS]


def _plain(message: Message) -> str:
    """The text of a message that is no report: its first plain part."""
    for part in _walked(message):
        if part.get_content_type() == "text/plain":
            return _payload(part)
    return ""


def _walked(message: Message) -> Iterator[Message]:
    yield message
    yield from _children(message)


def _payload(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _text(message: Message, name: str) -> str:
    found = _all(message, name)
    return found[0] if found else ""


def _all(message: Message, *names: str) -> list[str]:
    return [str(value)[:1_000] for name in names for value in message.get_all(name, ())][:10]
