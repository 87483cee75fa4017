"""How well a connection to the relay is secured, and whether its address has a name. Pure rules."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.i18n import N_
from hub.mail.domain_checks import Finding
from hub.mail.model import Secured

# Certificates that renew themselves do so about a month before their end.
_SOON = timedelta(days=14)
_TLS = N_("TLS 1.2 or newer, with a certificate that others vouch for and that lasts.")
_PTR = N_("The address has a name, and the name leads back to it (RFC 8601 §2.7.3).")
_OLD = ("SSLv3", "TLSv1", "TLSv1.1")


def is_public(address: str) -> bool:
    """Whether this is an IP address of the world, not of this machine or its network."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def tls(relay: str, secured: Secured | None, *, near: bool, now: datetime) -> Finding:
    """`near`: the relay is on this machine, where nobody listens in between (RFC 3207 §6)."""
    values: dict[str, object] = {"relay": relay}
    if secured is None and near:
        text = N_("%(relay)s is on this machine: nobody can listen in between.")
        return Finding("TLS", "good", text, values)
    if secured is None:
        text = N_("%(relay)s is spoken to in the clear: log-in and mail can be read on the way.")
        return Finding("TLS", "bad", text, values, wanted=_TLS)
    values |= {"version": secured.version}
    found = (f"{secured.version} {secured.cipher}".strip(),)
    if secured.version in _OLD:
        text = N_("%(relay)s speaks %(version)s, which is broken.")
        return Finding("TLS", "bad", text, values, found=found, wanted=_TLS)
    if secured.until is None:
        text = N_("%(relay)s speaks %(version)s, but nobody vouches for its certificate.")
        return Finding("TLS", "warning", text, values, found=found, wanted=_TLS)
    values |= {"days": (secured.until - now).days}
    if secured.until - now < _SOON:
        text = N_("%(relay)s speaks %(version)s; its certificate ends in %(days)s days.")
        return Finding("TLS", "warning", text, values, found=found, wanted=_TLS)
    text = N_("%(relay)s speaks %(version)s; its certificate is valid for %(days)s days more.")
    return Finding("TLS", "good", text, values, found=found, wanted=_TLS)


def ptr(address: str, names: Sequence[str], leads_to: Mapping[str, Sequence[str]]) -> Finding:
    """Whether an address that mail comes from has a name that leads back to it; Gmail refuses mail
    where it has not. `leads_to` gives the addresses of each of the names."""
    values: dict[str, object] = {"address": address}
    for name in names:
        if address in leads_to.get(name, ()):
            text = N_("%(address)s is called %(name)s, and back.")
            return Finding(
                "PTR", "good", text, {**values, "name": name}, found=tuple(names), wanted=_PTR
            )
    if names:
        text = N_("%(address)s is called %(name)s, but that name leads elsewhere.")
        return Finding(
            "PTR", "bad", text, {**values, "name": names[0]}, found=tuple(names), wanted=_PTR
        )
    text = N_("%(address)s has no name: whoever rents you the machine sets its reverse DNS.")
    reverse = ipaddress.ip_address(address).reverse_pointer
    return Finding("PTR", "bad", text, values, f"{reverse}. PTR mail.example.org.", wanted=_PTR)
