"""What the DNS says of the domain that mail comes from, and what it should say. Pure rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hub.i18n import N_

Level = Literal["good", "warning", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what is, and the line to paste where something should change.

    `text` is a translatable message with `values`.
    """

    name: str
    level: Level
    text: str
    values: dict[str, object] = field(default_factory=dict)
    paste: str = ""


def spf(domain: str, records: Sequence[str]) -> Finding:
    """RFC 7208 §4.5: exactly one record that begins with v=spf1."""
    found = [text for text in records if text.lower() == "v=spf1" or text[:7].lower() == "v=spf1 "]
    if len(found) > 1:
        text = N_("%(domain)s has %(count)s SPF records; only one may be there.")
        return Finding("SPF", "bad", text, {"domain": domain, "count": len(found)})
    if not found:
        text = N_("%(domain)s has no SPF record; your mail provider says which servers go in it.")
        return Finding("SPF", "bad", text, {"domain": domain}, f"{domain}. TXT v=spf1 mx -all")
    if re.search(r"\s\+?all\s*$", found[0]):
        text = N_("The SPF record lets everybody send as %(domain)s: end it with ~all or -all.")
        return Finding("SPF", "bad", text, {"domain": domain})
    return Finding("SPF", "good", N_("SPF: %(record)s"), {"record": found[0]})


def dkim(name: str, records: Sequence[str], expected: str) -> Finding:
    """RFC 6376 §3.6: the public key of the hub stands at `name`."""
    key = _tags(expected)["p"]
    if any(_tags(text).get("p") == key for text in records):
        return Finding("DKIM", "good", N_("DKIM: the key stands at %(name)s."), {"name": name})
    if records:
        text = N_("%(name)s holds another key than the hub’s.")
    else:
        text = N_("%(name)s holds no key yet: signed mail cannot be checked.")
    return Finding("DKIM", "bad", text, {"name": name}, f"{name}. TXT {expected}")


def dmarc(domain: str, records: Sequence[str], owner: str) -> Finding:
    """RFC 7489 §6.3; large mailboxes want at least p=none from who sends much."""
    found = [text for text in records if _tags(text).get("v", "").upper() == "DMARC1"]
    if len(found) != 1 or _tags(found[0]).get("p", "") not in ("none", "quarantine", "reject"):
        text = N_("%(domain)s has no valid DMARC record; Gmail and Yahoo ask for one.")
        line = f"_dmarc.{domain}. TXT v=DMARC1; p=none; rua=mailto:{owner}"
        return Finding("DMARC", "warning", text, {"domain": domain}, line)
    return Finding("DMARC", "good", N_("DMARC: %(record)s"), {"record": found[0]})


def mx(domain: str, records: Sequence[str]) -> Finding:
    """RFC 5321 §5.1; a lone dot takes no mail (RFC 7505)."""
    if not [host for host in records if host.strip(".")]:
        text = N_("%(domain)s takes no mail (no MX record): replies and bounces cannot come back.")
        return Finding("MX", "warning", text, {"domain": domain})
    return Finding("MX", "good", N_("Replies go to %(hosts)s."), {"hosts": ", ".join(records)})


def _tags(text: str) -> dict[str, str]:
    """A list of tags as DKIM and DMARC write it: `v=DKIM1; k=rsa; p=…`."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}
