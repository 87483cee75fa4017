"""Where a line or a card may lead: a path of this site, or http, https, mailto and tel."""

import re
from urllib.parse import urlsplit

from hub.errors import Refused
from hub.i18n import N_

LONGEST = 500
_WRONG = N_("Write an address such as https://example.org, mailto:me@example.org or /about.")
_MAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"/]+\.[^\s@<>\"/]+")
_PHONE = re.compile(r"\+?[0-9][0-9().\-]{2,30}")


def checked(text: str) -> str:
    """An address as it is stored. Raises Refused (field `address`) for any other."""
    address = text.strip()
    if _MAIL.fullmatch(address) and ":" not in address:
        address = f"mailto:{address}"
    if not address or len(address) > LONGEST or not _is_good(address):
        raise Refused(_WRONG, field="address")
    return address


def _is_good(address: str) -> bool:
    if not address.isprintable() or any(c.isspace() or c in '\\<>"' for c in address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        return _MAIL.fullmatch(rest.partition("?")[0]) is not None
    if scheme.lower() == "tel":
        return _PHONE.fullmatch(rest) is not None
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
