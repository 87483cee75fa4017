"""What the owner opens to readers and to other sites: topics to choose, origins of forms."""

import re
import unicodedata
from urllib.parse import urlsplit

from hub import public_address
from hub.errors import Refused
from hub.i18n import N_

LONGEST_TOPIC = 60
MOST_TOPICS = 20
MOST_ORIGINS = 50


def is_topic(text: str) -> bool:
    """Whether this can be the slug of a topic."""
    if not 0 < len(text) <= LONGEST_TOPIC:
        return False
    return all(c.isalnum() or c in "-_." or unicodedata.combining(c) for c in text)


def topic(text: str) -> str:
    """A topic as its slug is written."""
    return "-".join(text.split()).casefold()


def topics(value: str) -> tuple[str, ...]:
    """Topics of a text with commas or lines between, in its order, each once.

    Raises Refused, naming what cannot be a topic, and for more than twenty.
    """
    typed = [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]
    for part in typed:
        if not is_topic(topic(part)):
            raise Refused(N_("“%(text)s” cannot be a topic."), text=part[:80])
    found = tuple(dict.fromkeys(map(topic, typed)))
    if len(found) > MOST_TOPICS:
        raise Refused(N_("At most %(most)s topics."), most=MOST_TOPICS)
    return found


def origins(value: str) -> tuple[str, ...]:
    """Origins of a text with spaces, commas or lines between, as browsers write them (RFC 6454 §6).

    Raises Refused, naming the one that is none.
    """
    typed = [part for part in re.split(r"[\s,]+", value) if part]
    if len(typed) > MOST_ORIGINS:
        raise Refused(N_("At most %(most)s sites."), most=MOST_ORIGINS)
    return tuple(dict.fromkeys(map(_origin, typed)))


def _origin(text: str) -> str:
    shown = text[:80]
    if "*" in text:
        raise Refused(N_("“%(text)s”: name each site by itself, without *."), text=shown)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(_WRONG, text=shown) from None
    if parts.scheme not in ("https", "http") or not host or not text.isprintable():
        raise Refused(_WRONG, text=shown)
    if parts.path not in ("", "/") or "?" in text or "#" in text or "@" in text or "\\" in text:
        raise Refused(N_("“%(text)s”: only the site, without a page or a name."), text=shown)
    host = _host(host, shown)
    if parts.scheme == "http" and not _is_this_machine(host):
        raise Refused(N_("“%(text)s”: only sites with https are safe."), text=shown)
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _host(text: str, shown: str) -> str:
    """A host as browsers write it; one that is found by everybody, or this machine."""
    try:
        host = public_address.host(text)
    except Refused:
        raise Refused(_WRONG, text=shown) from None
    if "." not in host and not host.startswith("[") and host != "localhost":
        raise Refused(_WRONG, text=shown)
    return host


def _is_this_machine(host: str) -> bool:
    """Where a page is tried, and browsers trust http (W3C Secure Contexts §3.1)."""
    return host in ("localhost", "127.0.0.1", "[::1]")


_WRONG = N_("“%(text)s” is no site; write one like https://example.org.")
