"""What an owner types about a mail server, checked."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.errors import Refused
from hub.i18n import N_
from hub.mail import sealing
from hub.settings import SmtpRelay
from hub.times import from_text, to_text

PORTS = {"required": 587, "implicit": 465, "no": 25}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_LONGEST = 250
# How long a page that was refused may be sent again without its password.
_LIVES = timedelta(hours=1)
_PURPOSE = "password that was typed"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, without the spaces around; the password as it is."""

    host: str
    port: str
    tls: str
    username: str
    password: str = field(repr=False)


def problems(typed: Typed) -> Iterator[Refused]:
    """What is wrong: each Refused names its field."""
    if problem := _of_host(typed.host):
        yield Refused(problem, field="host")
    if typed.port and not _is_port(typed.port):
        yield Refused(N_("A port is a number from 1 to 65535."), field="port")
    if typed.tls not in PORTS:
        yield Refused(N_("Choose one of these."), field="tls")
    for name in ("username", "password"):
        text = getattr(typed, name)
        if len(text) > _LONGEST or not text.isprintable():
            yield Refused(
                N_("At most %(longest)s characters, in one line."), field=name, longest=_LONGEST
            )


def relay(typed: Typed) -> SmtpRelay:
    """The relay, once there is no problem. Without a user nobody logs in."""
    host = typed.host.strip("[]").rstrip(".").lower()
    if not host.isascii():
        host = host.encode("idna").decode()
    return SmtpRelay(
        host,
        int(typed.port) if typed.port else PORTS[typed.tls],
        typed.username,
        typed.password if typed.username else "",
        typed.tls,
    )


def may_use_kept(kept: SmtpRelay, asked: SmtpRelay) -> bool:
    """Whether the password that is kept may go to the server that was typed: only to the one it
    was typed for, as that user, and no less secured. Else whoever sits at an open desk could
    have it sent to a server of their own."""
    same = (kept.host, kept.port, kept.username) == (asked.host, asked.port, asked.username)
    return same and (kept.tls == asked.tls or asked.tls != "no")


def carried(key: bytes, user_id: int, password: str, now: datetime) -> str:
    """A password that was typed, sealed for the page that brings it back; empty for none."""
    if not password:
        return ""
    sealed = sealing.seal(key, _PURPOSE, f"{user_id} {to_text(now + _LIVES)} {password}")
    return base64.b64encode(sealed).decode()


def brought_back(key: bytes, user_id: int, text: str, now: datetime) -> str:
    """The password that was carried, for the same user and not for long; empty for any other."""
    try:
        sealed = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return ""
    opened = sealing.unseal(key, _PURPOSE, sealed)
    if opened is None:
        return ""
    owner, until, password = opened.split(" ", 2)
    return password if int(owner) == user_id and from_text(until) > now else ""


def _of_host(host: str) -> str:
    """Why this is no name of a server; empty when it is."""
    if not host:
        return N_("Type the name of the server, such as smtp.example.org.")
    if "/" in host or "@" in host:
        return N_("Only the name of the server, such as smtp.example.org.")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        unusable = address.is_link_local or address.is_multicast or address.is_unspecified
        return N_("No mail server can live at this address.") if unusable else ""
    if ":" in host:
        return N_("The port has a field of its own.")
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    whole = bool(_HOST.fullmatch(name)) and len(name) <= _LONGEST
    return "" if whole else N_("This is not the name of a server.")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535
