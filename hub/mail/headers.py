"""Header lines as bytes: every value checked, nothing folded that must stay whole.

Written by hand, because the `email` package folds a long List-Unsubscribe into an encoded
word, which breaks one-click (RFC 8058), and writes an IDN domain as one too.
"""

import re
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from hub import addresses
from hub.errors import Refused
from hub.i18n import N_

# Control characters, and halves of surrogate pairs, which are no text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LONGEST = 998


def line(name: str, value: str) -> bytes:
    """`Name: value` and CRLF, `value` as it is (UTF-8 only where SMTPUTF8 allows it).

    Raises Refused for a control character (CR, LF, NUL and their kind) or a line over
    998 octets (RFC 5322 §2.1.1).
    """
    _refuse_control(name, value)
    raw = f"{name}: {value}".encode()
    if len(raw) > _LONGEST:
        raise Refused(N_("The mail header %(name)s is too long."), name=name)
    return raw + b"\r\n"


def text(name: str, value: str) -> bytes:
    """An unstructured header: plain when it is ASCII, else encoded words (RFC 2047)."""
    _refuse_control(name, value)
    if value.isascii() and "=?" not in value:
        return line(name, value)
    folded = Header(value, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def address(name: str, email: str, display: str = "") -> bytes:
    """An address header with one address: `Name: "Display" <local@a-label.domain>`."""
    _refuse_control(name, display)
    _refuse_control(name, email)
    mailbox = ascii_domain_of(email)
    if not display:
        return line(name, mailbox)
    if display.isascii() and "=?" not in display:
        return line(name, formataddr((display, mailbox)) if mailbox.isascii() else mailbox)
    words = Header(display, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return f"{name}: {words}\r\n <{mailbox}>\r\n".encode()


def date(moment: datetime) -> bytes:
    """`Date:` in UTC (RFC 5322 §3.3)."""
    return line("Date", format_datetime(moment.astimezone(UTC)))


def ascii_domain_of(email: str) -> str:
    """The address with its domain in A-label form; the local part as it is."""
    local, _, domain = email.rpartition("@")
    return f"{local}@{addresses.ascii_domain(domain)}"


def domain_of(email: str) -> str:
    """The domain of an address in A-label form."""
    return addresses.ascii_domain(email.rpartition("@")[2])


def ascii_url(base_url: str) -> str:
    """The address of a site (scheme, host, port) with its host in A-label form."""
    if base_url.isascii():
        return base_url
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{addresses.ascii_domain(parts.hostname or '')}{port}"


def _refuse_control(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise Refused(N_("The mail header %(name)s holds a control character."), name=name)
