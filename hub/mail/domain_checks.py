"""What the DNS says of the domain that mail comes from, and what it should say. Pure rules."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hub.i18n import N_

Level = Literal["good", "warning", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what is, what should be, and the line to paste where something should
    change.

    `name`, `text` (with `values`) and `wanted` are translatable messages, `found` is what stands
    there word for word. `paste` is a line of a zone file: name, type, value.
    """

    name: str
    level: Level
    text: str
    values: dict[str, object] = field(default_factory=dict)
    paste: str = ""
    found: tuple[str, ...] = ()
    wanted: str = ""


_SPF = N_("One record that names whoever sends for the domain and ends with ~all or -all.")
_DKIM = N_("The hub’s public key stands at this name, so that others can check its signature.")
_DMARC = N_("A record with p=none at least, which large mailboxes ask of who sends much.")
_MX = N_("A mail server that takes replies and what comes back.")
_HOST = N_("The name of the site leads to this machine.")


def spf(domain: str, records: Sequence[str], senders: Sequence[str] = ()) -> Finding:
    """RFC 7208 §4.5: exactly one record that begins with v=spf1, and lets somebody send.

    `senders`: the hosts or addresses that the hub hands its mail to, for the line to paste. Whether
    a provider sends from yet others, it alone knows: what is not named fails softly.
    """
    found = [text for text in records if text.lower() == "v=spf1" or text[:7].lower() == "v=spf1 "]
    if len(found) > 1:
        text = N_("%(domain)s has %(count)s SPF records; only one may be there.")
        values: dict[str, object] = {"domain": domain, "count": len(found)}
        return Finding("SPF", "bad", text, values, found=tuple(found), wanted=_SPF)
    if not found:
        text = N_("%(domain)s has no SPF record; your mail provider says which servers go in it.")
        terms = " ".join(map(_mechanism, senders))
        line = f"{domain}. TXT v=spf1 {terms} ~all" if terms else ""
        return Finding("SPF", "bad", text, {"domain": domain}, line, wanted=_SPF)
    if re.search(r"\s\+?all\s*$", found[0]):
        text = N_("The SPF record lets everybody send as %(domain)s: end it with ~all or -all.")
        return Finding("SPF", "bad", text, {"domain": domain}, found=tuple(found), wanted=_SPF)
    if re.fullmatch(r"v=spf1(\s+[-~?]all)?\s*", found[0], re.IGNORECASE):
        text = N_("The SPF record says that nobody sends mail as %(domain)s.")
        return Finding("SPF", "bad", text, {"domain": domain}, found=tuple(found), wanted=_SPF)
    text = N_("There is an SPF record; the header of a mail that arrived says spf=pass if it fits.")
    return Finding("SPF", "good", text, {}, found=tuple(found), wanted=_SPF)


def _mechanism(host: str) -> str:
    """What names a host or an address (RFC 7208 §5.3, §5.6)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"a:{host}"
    return f"ip{address.version}:{address}"


def dkim(name: str, records: Sequence[str], expected: str) -> Finding:
    """RFC 6376 §3.6: the public key of the hub stands at `name`."""
    key = _tags(expected)["p"]
    if any(_tags(text).get("p") == key for text in records):
        text = N_("DKIM: the key stands at %(name)s.")
        return Finding("DKIM", "good", text, {"name": name}, wanted=_DKIM)
    if records:
        text = N_("%(name)s holds another key than the hub’s.")
    else:
        text = N_("%(name)s holds no key yet: signed mail cannot be checked.")
    line = f"{name}. TXT {expected}"
    return Finding("DKIM", "bad", text, {"name": name}, line, tuple(records), _DKIM)


def dmarc(domain: str, records: Sequence[str], owner: str) -> Finding:
    """RFC 7489 §6.3; large mailboxes want at least p=none from who sends much."""
    found = [text for text in records if _tags(text).get("v", "").upper() == "DMARC1"]
    if len(found) != 1 or _tags(found[0]).get("p", "") not in ("none", "quarantine", "reject"):
        text = N_("%(domain)s has no valid DMARC record; Gmail and Yahoo ask for one.")
        line = f"_dmarc.{domain}. TXT v=DMARC1; p=none; rua=mailto:{owner}"
        return Finding("DMARC", "warning", text, {"domain": domain}, line, tuple(found), _DMARC)
    text = N_("DMARC: %(record)s")
    return Finding("DMARC", "good", text, {"record": found[0]}, "", tuple(found), _DMARC)


def mx(domain: str, records: Sequence[str]) -> Finding:
    """RFC 5321 §5.1; a lone dot takes no mail (RFC 7505)."""
    if not [host for host in records if host.strip(".")]:
        text = N_(
            "%(domain)s takes no mail (no MX record): replies and bounces cannot come back. Whoever"
            " keeps its mailboxes says which server to enter."
        )
        return Finding("MX", "warning", text, {"domain": domain}, "", tuple(records), _MX)
    text = N_("Replies go to %(hosts)s.")
    return Finding("MX", "good", text, {"hosts": ", ".join(records)}, "", tuple(records), _MX)


def host(name: str, addresses: Sequence[str]) -> Finding:
    """Whether the site's own name leads anywhere."""
    if not addresses:
        text = N_("%(name)s leads nowhere: nobody finds the site or a link of a mail.")
        # An address of RFC 5737: which one is this machine's, its owner knows.
        line = f"{name}. A 192.0.2.1"
        return Finding("Name", "bad", text, {"name": name}, line, wanted=_HOST)
    text = N_("%(name)s leads to %(addresses)s.")
    values: dict[str, object] = {"name": name, "addresses": ", ".join(addresses)}
    return Finding("Name", "good", text, values, "", tuple(addresses), _HOST)


def _tags(text: str) -> dict[str, str]:
    """A list of tags as DKIM and DMARC write it: `v=DKIM1; k=rsa; p=…`."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}
