"""A letter to one person as bytes: confirmations, passwords, notices."""

import hmac
from datetime import datetime

from hub.mail import headers, lines, mime
from hub.mail.model import Letter
from hub.site.model import Site

_NAME, _SUBJECT = 120, 200


def written(
    letter: Letter, *, site: Site, recipient: str, number: int, key: bytes, created_at: datetime
) -> bytes:
    """The message, CRLF lines of 998 octets at most, 7-bit but for an address in UTF-8.

    `number` is the queued mail's id: with `key` it makes the Message-ID, so that a retry
    carries the same one. Raises Refused for a control character in the recipient's address.
    """
    identity = hmac.digest(key, b"mail %d" % number, "sha256").hex()[:32]
    domain = headers.domain_of(site.from_email)
    return b"".join(
        (
            headers.address("From", site.from_email, lines.cut(site.from_name, _NAME)),
            headers.address("To", recipient),
            headers.address("Reply-To", site.replies_to),
            headers.text("Subject", lines.cut(letter.subject, _SUBJECT)),
            headers.date(created_at),
            headers.line("Message-ID", f"<{identity}@{domain}>"),
            # RFC 3834: no robot answers this one.
            headers.line("Auto-Submitted", "auto-generated"),
            *_one_press(letter),
            mime.alternative(letter.text, letter.html, boundary=f"=_{identity}"),
        )
    )


def _one_press(letter: Letter) -> tuple[bytes, ...]:
    """RFC 8058: one https address, never folded."""
    if not letter.unsubscribe_url:
        return ()
    return (
        headers.line("List-Unsubscribe", f"<{letter.unsubscribe_url}>"),
        headers.line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
