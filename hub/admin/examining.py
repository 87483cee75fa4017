"""Looks at everything that mail from this hub needs, and says what to change: for the desk and for
`hub doctor`. Whatever asks the network does so at the same time, and for so long at most."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from itertools import chain
from urllib.parse import urlsplit

from hub.admin import theme_check
from hub.content import media
from hub.i18n import N_
from hub.law import facts
from hub.mail import (
    dkim,
    dkim_store,
    domain_checks,
    headers,
    in_force,
    mailers,
    relay_checks,
    relay_words,
    signing,
)
from hub.mail.dns import Dns, DnsAway
from hub.mail.domain_checks import Finding
from hub.mail.imap import Mailbox, MailboxAway
from hub.mail.in_force import Way
from hub.mail.model import Mailer, RelayAway, RelayRefuses, Secured
from hub.mail.session import Session
from hub.mail.verp import ReturnPaths
from hub.newsletter import welcoming
from hub.newsletter.returns import store as returns
from hub.settings import ImapBox
from hub.site.model import Site
from hub.web.state import Hub

# The value of a finding that holds names of options, with commas between.
OPTIONS = "options"
RELAY_SECONDS = 20.0
_AT_ONCE = 8
# An address with more names is a provider's, and any that leads back will do.
_MOST_NAMES = 3
_LOCAL = ("localhost", "127.0.0.1", "::1")

# Each gives its findings when it is called; those that ask the network wait there.
Check = Callable[[], Iterable[Finding]]

# The names of findings, for the catalogue: SPF, DKIM, DMARC, MX, PTR and TLS are the same anywhere.
NAMES = (
    *(N_("Database"), N_("Address"), N_("Name"), N_("Legal texts"), N_("Theme"), N_("Welcome")),
    *(N_("Media"), N_("Relay"), N_("Bounces"), N_("Mailbox")),
)


def examine(hub: Hub, dns: Dns) -> list[Finding]:
    """Every finding, in the order in which they matter. Asks the relay and the DNS; seconds, and
    no transaction is open meanwhile."""
    site = hub.site()
    with hub.db.read() as tx:
        way = in_force.way(tx, hub.settings)
    checks: list[Check] = [
        lambda: _site(hub, site),
        lambda: _host(site, dns),
        lambda: _theme(hub, site),
        lambda: _welcome(hub, site),
        lambda: _pictures(hub),
        *_relays(hub, site, way),
        lambda: _names(site, dns, way),
        *_domain(hub, site, dns, way),
        lambda: _returns(hub, site, dns),
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(chain.from_iterable(pool.map(lambda check: list(check()), checks)))


def as_json(findings: Iterable[Finding]) -> str:
    """Findings as they are kept."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False)


def from_json(text: str) -> list[Finding]:
    return [Finding(**{**one, "found": tuple(one["found"])}) for one in json.loads(text)]


def _site(hub: Hub, site: Site) -> Iterator[Finding]:
    for warning in hub.db.warnings():
        yield Finding("Database", "warning", warning.replace("%", "%%"))
    if site.base_url.startswith("https:"):
        yield Finding("Address", "good", N_("The site is at %(url)s."), {"url": site.base_url})
    else:
        text = N_("%(url)s is not https: mail programs offer one-press leaving over https only.")
        yield Finding("Address", "bad", text, {"url": site.base_url})
    empty = () if site.legal_notice else facts.missing(site)
    names = (*(() if site.postal_address else ("postal_address",)), *empty)
    if names:
        text = N_("Empty, though the law asks for it in many countries: %(options)s.")
        yield Finding("Legal texts", "warning", text, {OPTIONS: ", ".join(names)})


def _host(site: Site, dns: Dns) -> Iterator[Finding]:
    host = _site_host(site)
    if host not in _LOCAL and not relay_checks.is_public(host):
        yield _asked("Name", lambda: domain_checks.host(host, dns.addresses(host)))


def _site_host(site: Site) -> str:
    return urlsplit(headers.ascii_url(site.base_url)).hostname or ""


def _theme(hub: Hub, site: Site) -> Iterator[Finding]:
    for line in theme_check.told(site.theme, hub.settings.themes, site):
        yield Finding("Theme", "bad", N_("%(reason)s"), {"reason": line})


def _welcome(hub: Hub, site: Site) -> Iterator[Finding]:
    with hub.db.read() as tx:
        gone = welcoming.gone(tx, site)
    if gone:
        text = N_("Articles to begin with that are not on the site any more: %(slugs)s.")
        yield Finding("Welcome", "warning", text, {"slugs": ", ".join(gone)})


def _pictures(hub: Hub) -> Iterator[Finding]:
    with hub.db.read() as tx:
        known = media.paths(tx)
    gone = [path for path in known if not (hub.settings.media / path).is_file()]
    if gone:
        text = N_("Files that are not in data/media any more: %(number)s (%(first)s).")
        values: dict[str, object] = {"number": len(gone), "first": ", ".join(gone[:3])}
        yield Finding("Media", "bad", text, values)


def _relays(hub: Hub, site: Site, way: Way) -> list[Check]:
    found = mailers.single(way, site.base_url)
    if not found:
        text = N_(
            "Mail is written to data/outbox and leaves nowhere: name a mail server at /admin/mail,"
            " or set HUB_SMTP."
        )
        return [lambda: [Finding("Relay", "warning", text)]]
    near = {relay.name for relay in way.relays if relay.host in _LOCAL}
    return [partial(_relay, name, mailer, name in near, hub.now()) for name, mailer in found]


def _relay(name: str, mailer: Mailer, near: bool, now: datetime) -> Iterator[Finding]:
    values: dict[str, object] = {"relay": name}
    try:
        secured = asyncio.run(_connect(mailer))
    except TimeoutError:
        values["seconds"] = int(RELAY_SECONDS)
        text = N_("%(relay)s has not let the hub in within %(seconds)s seconds.")
        yield Finding("Relay", "bad", text, values)
    except (RelayAway, RelayRefuses) as error:
        told = relay_words.told(name, str(error))
        if told is not None:
            found = (told.answer,) if told.answer else ()
            yield Finding("Relay", "bad", told.text, dict(told.values), found=found)
        else:
            text = N_("%(relay)s: %(reason)s")
            yield Finding("Relay", "bad", text, {**values, "reason": str(error)})
    else:
        yield Finding("Relay", "good", N_("%(relay)s lets the hub in."), values)
        yield relay_checks.tls(name, secured, near=near, now=now)


async def _connect(mailer: Mailer) -> Secured | None:
    async with asyncio.timeout(RELAY_SECONDS):
        connection = await mailer.connect()
        secured = connection.secured if isinstance(connection, Session) else None
        await connection.close()
        return secured


def _names(site: Site, dns: Dns, way: Way) -> Iterator[Finding]:
    """What the addresses are called that mail comes from: those of the relays; of this machine
    where a relay on it hands mail on itself."""
    asked = False
    for host in _senders(site, way):
        try:
            known = [host] if relay_checks.is_public(host) else dns.addresses(host)
        except DnsAway as error:
            yield _away("PTR", error)
            continue
        for address in filter(relay_checks.is_public, known):
            asked = True
            yield _asked("PTR", partial(_name, dns, address))

    if way.relays and not asked:
        text = N_("Not asked: mail leaves from %(hosts)s, which has no address of the world.")
        hosts = ", ".join(_senders(site, way))
        yield Finding("PTR", "unknown", text, {"hosts": hosts})


def _senders(site: Site, way: Way) -> list[str]:
    """The hosts that mail goes out from, as far as the hub knows: a relay on this machine is the
    site's own."""
    own = _site_host(site)
    return list(dict.fromkeys(own if r.host in _LOCAL else r.host for r in way.relays))


def _name(dns: Dns, address: str) -> Finding:
    names = dns.names(address)[:_MOST_NAMES]
    return relay_checks.ptr(address, names, {name: dns.addresses(name) for name in names})


def _domain(hub: Hub, site: Site, dns: Dns, way: Way) -> list[Check]:
    domain = headers.domain_of(site.from_email)
    owner = site.owner_email
    senders = [host for host in _senders(site, way) if host not in _LOCAL]
    return [
        lambda: [_asked("SPF", lambda: domain_checks.spf(domain, dns.txt(domain), senders))],
        lambda: [_dkim(hub, site, dns)],
        lambda: [
            _asked("DMARC", lambda: domain_checks.dmarc(domain, dns.txt(f"_dmarc.{domain}"), owner))
        ],
        lambda: [_asked("MX", lambda: domain_checks.mx(domain, dns.mx(domain)))],
    ]


def _returns(hub: Hub, site: Site, dns: Dns) -> Iterator[Finding]:
    box, name = hub.settings.imap, "Bounces"
    if site.bounce_address:
        made = ReturnPaths(hub.signer).maker(site.bounce_address)(0, 0)
        text = N_("Undeliverable mail comes back to addresses like %(address)s.")
        yield Finding(name, "good", text, {"address": made})
        domain = headers.domain_of(site.bounce_address)
        if domain != headers.domain_of(site.from_email):
            yield _asked("SPF", lambda: domain_checks.spf(domain, dns.txt(domain)))
            yield _asked("MX", lambda: domain_checks.mx(domain, dns.mx(domain)))
        if box is None:
            text = N_("Nobody reads what comes back to bounce_address: set HUB_IMAP.")
            yield Finding(name, "warning", text)
    elif box is not None:
        text = N_("HUB_IMAP is read, but no mail comes back there: set bounce_address.")
        yield Finding(name, "warning", text)
    if box is not None:
        yield _mailbox(hub, box)


def _mailbox(hub: Hub, box: ImapBox) -> Finding:
    values: dict[str, object] = {"mailbox": f"{box.host}:{box.port}/{box.folder}"}
    try:
        Mailbox(box).close()
    except MailboxAway as error:
        text = N_("The mailbox %(mailbox)s cannot be opened: %(reason)s")
        return Finding("Mailbox", "bad", text, {**values, "reason": str(error)})
    with hub.db.read() as tx:
        state = returns.box_state(tx, box.name)
    if state is not None and state.replies:
        text = N_("The mailbox %(mailbox)s can be opened; %(number)s messages were left for you.")
        return Finding("Mailbox", "good", text, {**values, "number": state.replies})
    return Finding("Mailbox", "good", N_("The mailbox %(mailbox)s can be opened."), values)


def _dkim(hub: Hub, site: Site, dns: Dns) -> Finding:
    with hub.db.read() as tx:
        pem = dkim_store.key(tx)
    name = signing.identity(site).name
    if site.dkim == "off" and pem is not None:
        return _asked("DKIM", lambda: _unused(name, dns, dkim.record(pem)))
    if site.dkim == "off":
        text = N_("The hub does not sign mail; your mail server must, or switch `dkim` on.")
        return Finding("DKIM", "unknown", text)
    if pem is None:
        text = N_(
            "Signing is on, but there is no key: make one at the desk or by hub doctor --make-dkim."
        )
        return Finding("DKIM", "bad", text)
    return _asked("DKIM", lambda: domain_checks.dkim(name, dns.txt(name), dkim.record(pem)))


def _unused(name: str, dns: Dns, record: str) -> Finding:
    """The key is made before mail is signed with it: until its line is found, a signature would
    count against the mail."""
    found = domain_checks.dkim(name, dns.txt(name), record)
    if found.level == "good":
        text = N_("The key stands at %(name)s: signing can be switched on now.")
    else:
        text = N_("Enter the key at %(name)s first; when it is found there, switch signing on.")
    return replace(found, level="warning", text=text)


def _asked(name: str, ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except DnsAway as error:
        return _away(name, error)


def _away(name: str, error: DnsAway) -> Finding:
    text = N_("The DNS gave no answer: %(reason)s")
    return Finding(name, "unknown", text, {"reason": str(error)})
