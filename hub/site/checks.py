"""What the value of an option must be: each check gives the value to store, or raises Refused."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub import addresses, public_address
from hub.errors import Refused
from hub.i18n import N_
from hub.site import colours, identities, openings, rates

# What is left of 64 octets when a "+" and a token of 32 follow (hub/mail/verp.py).
LONGEST_BOUNCE_NAME = 31


def line(longest: int, *, needed: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value):
            raise Refused(N_("This must be one line."))
        if len(value) > longest:
            raise Refused(N_("At most %(longest)s characters."), longest=longest)
        if needed and not value:
            raise Refused(N_("This cannot be empty."))
        return value

    return check


def text(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > longest:
            raise Refused(N_("At most %(longest)s characters."), longest=longest)
        return value

    return check


class Choice:
    """One of a few values."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def __call__(self, value: str) -> str:
        if value not in self.allowed:
            raise Refused(N_("This must be one of: %(allowed)s."), allowed=", ".join(self.allowed))
        return value


def number(least: int, most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise Refused(
                N_("This must be a number from %(least)s to %(most)s."), least=least, most=most
            )
        return str(int(value))

    return check


def number_or_empty(least: int, most: int) -> Callable[[str], str]:
    within = number(least, most)
    return lambda value: within(value) if value else ""


def per_second(value: str) -> str:
    rates.per_second(value)
    return value.replace(",", ".")


def domain_rates(value: str) -> str:
    rates.by_domain(value)
    return value


def domains(value: str) -> str:
    """Domains as they are compared (A-label form, lower-cased), one a line, sorted."""
    try:
        typed = [part.strip("@.") for part in re.split(r"[\s,;]+", value)]
        keys = {addresses.key(addresses.checked(f"x@{part}")) for part in typed if part}
    except Refused as error:
        raise Refused(N_("Write one domain a line, such as example.org.")) from error
    return text(20_000)("\n".join(sorted(key.partition("@")[2] for key in keys)))


def timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(N_("There is no such time zone; write one like Europe/Paris.")) from error
    return value


def base_url(value: str) -> str:
    return public_address.checked(value)


def address(value: str) -> str:
    return addresses.checked(value)


def address_or_empty(value: str) -> str:
    return addresses.checked(value) if value else ""


def bounce_address(value: str) -> str:
    if not value:
        return ""
    address = addresses.checked(value)
    local = address.rpartition("@")[0]
    if not local.isascii() or len(local) > LONGEST_BOUNCE_NAME:
        raise Refused(
            N_("Before the @ there is room for %(longest)s plain letters."),
            longest=LONGEST_BOUNCE_NAME,
        )
    return address


def time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise Refused(N_("This must be a time like 08:00."))
    return value


def theme(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", value):
        raise Refused(N_("This must be the name of a theme."))
    return value


def colour_or_empty(value: str) -> str:
    if value and not colours.HEX.fullmatch(value.lower()):
        raise Refused(N_("This must be a colour like #0b5f50."))
    return value.lower()


def picture_or_empty(value: str) -> str:
    if value and not re.fullmatch(r"/media/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,4}", value):
        raise Refused(N_("This must be the address of a picture of this site: /media/…"))
    return value


def hub_or_empty(value: str) -> str:
    if value and not plain_url(value, "https"):
        raise Refused(N_("This must look like https://hub.example.org/."))
    return value


def urls(value: str) -> str:
    lines = [line.strip() for line in value.split("\n") if line.strip()]
    if any(not plain_url(line, "https", "http") for line in lines):
        raise Refused(N_("Write one address a line, each like https://example.social/@name."))
    return text(2_000)("\n".join(lines))


def creators(value: str) -> str:
    identities.creators(value)
    return text(2_000)(value)


def plain_url(value: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in schemes and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    return named and len(value) <= 500 and re.fullmatch(r"[!#-;=?-~]+", value) is not None


def selector(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", value):
        raise Refused(N_("Only small letters, digits and hyphens can be used."))
    return value


def slugs(value: str) -> str:
    """Slugs, one a line; the address of an article gives its slug."""
    lines = [line.strip().rpartition("/posts/")[2].strip("/") for line in value.split("\n")]
    slugs = [slug for slug in dict.fromkeys(lines) if slug]
    if len(slugs) > 3 or any(len(slug) > 200 or "/" in slug or " " in slug for slug in slugs):
        raise Refused(N_("Three articles at most, each on a line: the end of its address."))
    return "\n".join(slugs)


def origins(value: str) -> str:
    return "\n".join(openings.origins(value))


def topics(value: str) -> str:
    return "\n".join(openings.topics(value))
