"""The public address of a site: what it may be, and how it is written."""

import ipaddress
import re
from urllib.parse import urlsplit

from hub import addresses
from hub.errors import Refused
from hub.i18n import N_

_USUAL_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_NAME = 253  # RFC 1035 §2.3.4, without the dot of the root


def checked(text: str) -> str:
    """Scheme, host and port, as browsers write an origin (RFC 6454 §6): small letters, A-labels,
    no usual port. Raises Refused, saying what to write instead."""
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        raise Refused(N_("There is a space in this address; write it like https://example.org."))
    try:
        parts = urlsplit(text)
        named = parts.hostname or ""
    except ValueError:  # brackets around what is no address of a machine
        raise _impossible(text) from None
    if parts.scheme not in _USUAL_PORTS or "//" not in text:
        raise Refused(N_("Write it with https:// at its beginning, like https://example.org."))
    if "@" in parts.netloc:
        raise Refused(N_("Write it without a name and a password, like https://example.org."))
    if parts.path not in ("", "/") or "?" in text or "#" in text:
        raise Refused(N_("This must look like https://example.org, without a path."))
    in_brackets = "[" in parts.netloc
    if not named or in_brackets != (":" in named):
        raise _impossible(text)
    port = _port(parts.netloc)
    usual = port in ("", str(_USUAL_PORTS[parts.scheme]))
    return f"{parts.scheme}://{host(named)}" + ("" if usual else f":{port}")


def host(text: str) -> str:
    """A host as browsers write it: a name in small letters and A-labels (RFC 5891), or the address
    of a machine, of IPv6 in brackets. Raises Refused for what can be none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _name(text)
    if "%" in text:  # a zone of one machine (RFC 6874), which means nothing to another
        raise _impossible(text)
    return f"[{address}]" if address.version == 6 else str(address)


def readable(address: str) -> str:
    """Host and port of an address as people read them: `https://xn--socit-esab.fr` is
    `société.fr`."""
    return ".".join(map(_as_read, urlsplit(address).netloc.split(".")))


def _name(text: str) -> str:
    try:
        name = addresses.ascii_domain(text.removesuffix("."))
    except ValueError:  # email-validator's refusals are of this kind
        raise _impossible(text) from None
    labels = name.split(".")
    # Browsers take a name that ends with a number for an address of IPv4 (WHATWG URL §3.5).
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or labels[-1].isdigit():
        raise _impossible(text)
    if any(label.startswith("xn--") and _as_read(label) == label for label in labels):
        raise _impossible(text)
    return name


def _port(netloc: str) -> str:
    """The port as it was typed; empty when there is none."""
    port = netloc.rpartition("]")[2].partition(":")[2]
    if not port:
        return ""
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Refused(N_("The port after the colon must be a number from 1 to 65535."))
    return str(int(port))


def _as_read(label: str) -> str:
    """A label with its own letters; as it is where it stands for none."""
    if not label.startswith("xn--"):
        return label
    try:
        read = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return label if read.isascii() or not read.isprintable() else read


def _impossible(text: str) -> Refused:
    return Refused(
        N_("“%(text)s” cannot be where a site lives; write it like https://example.org."),
        text=text[:80],
    )
