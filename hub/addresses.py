"""E-mail addresses: what is accepted, and the key under which two spellings are one."""

import re

from email_validator import EmailNotValidError, validate_email

from hub.errors import Refused
from hub.i18n import N_

# The common plain form. Whatever it does not match, email-validator decides; it costs
# 26 s a million, this 1 s.
_PLAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_+\-]|\.(?=[A-Za-z0-9_+\-])){0,62}[A-Za-z0-9]?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}",
)
_SPECIAL_USE = frozenset(("arpa", "invalid", "local", "localhost", "onion"))


def checked(address: str) -> str:
    """The address as typed, without the spaces around it.

    Raises Refused, in words, for one that no mail server would take. Nothing is looked up
    in the DNS; the reserved domain `.test` is allowed.
    """
    address = address.strip()
    if len(address) <= 254 and _is_plain(address):
        return address
    try:
        validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise Refused(
            N_("This is not an e-mail address that mail can be sent to."), field="email"
        ) from error
    return address


def key(address: str) -> str:
    """What is compared: the local part case-folded, the domain lower-cased in A-label form."""
    if address.isascii():
        return address.lower()
    local, _, domain = address.rpartition("@")
    return f"{local.casefold()}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """The A-label form of a domain (RFC 5891), lower-cased: `société.fr` → `xn--socit-esab.fr`."""
    if domain.isascii():
        return domain.lower()
    return validate_email(
        f"x@{domain}", check_deliverability=False, test_environment=True
    ).ascii_domain.lower()


def _is_plain(address: str) -> bool:
    if not _PLAIN.fullmatch(address):
        return False
    local, _, domain = address.partition("@")
    if len(local) > 64 or "--" in domain:
        return False
    return domain.rpartition(".")[2].lower() not in _SPECIAL_USE
