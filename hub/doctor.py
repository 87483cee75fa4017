"""Looks at everything that mail from this hub needs, and says what to change."""

import asyncio
from collections.abc import Callable, Iterator

from hub.admin import theme_check
from hub.content import media
from hub.i18n import N_
from hub.law import facts
from hub.mail import dkim, dkim_store, domain_checks, headers, in_force, mailers, signing
from hub.mail.dns import Dns, DnsAway
from hub.mail.domain_checks import Finding
from hub.mail.imap import Mailbox, MailboxAway
from hub.mail.model import Mailer, RelayAway, RelayRefuses
from hub.mail.verp import ReturnPaths
from hub.newsletter import welcoming
from hub.newsletter.returns import store as returns
from hub.settings import ImapBox
from hub.site.model import Site
from hub.web.state import Hub


def examine(hub: Hub, dns: Dns) -> list[Finding]:
    """Every finding, in the order in which they matter. Asks the relay and the DNS; seconds."""
    site = hub.site()
    return [
        *_site(hub, site),
        *_theme(hub, site),
        *_welcome(hub, site),
        *_pictures(hub),
        *_relays(hub, site),
        *_domain(hub, site, dns),
        *_returns(hub, site, dns),
    ]


def _site(hub: Hub, site: Site) -> Iterator[Finding]:
    for warning in hub.db.warnings():
        yield Finding("Database", "warning", warning.replace("%", "%%"))
    if site.base_url.startswith("https:"):
        yield Finding("Address", "good", N_("The site is at %(url)s."), {"url": site.base_url})
    else:
        text = N_("%(url)s is not https: mail programs offer one-press leaving over https only.")
        yield Finding("Address", "bad", text, {"url": site.base_url})
    empty = () if site.legal_notice else facts.missing(site)
    for name in (*(() if site.postal_address else ("postal_address",)), *empty):
        text = N_("%(name)s is empty; the law asks for it in many countries.")
        yield Finding("Legal texts", "warning", text, {"name": name})


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


def _relays(hub: Hub, site: Site) -> Iterator[Finding]:
    with hub.db.read() as tx:
        way = in_force.way(tx, hub.settings)
    found = mailers.single(way, site.base_url)
    if not found:
        text = N_(
            "Mail is written to data/outbox and leaves nowhere: name a mail server at /admin/mail,"
            " or set HUB_SMTP."
        )
        yield Finding("Relay", "warning", text)
    for name, mailer in found:
        try:
            asyncio.run(_connect(mailer))
        except (RelayAway, RelayRefuses) as error:
            text = N_("%(relay)s: %(reason)s")
            yield Finding("Relay", "bad", text, {"relay": name, "reason": str(error)})
        else:
            yield Finding("Relay", "good", N_("%(relay)s lets the hub in."), {"relay": name})


async def _connect(mailer: Mailer) -> None:
    connection = await mailer.connect()
    await connection.close()


def _domain(hub: Hub, site: Site, dns: Dns) -> Iterator[Finding]:
    domain = headers.domain_of(site.from_email)
    yield _asked("SPF", lambda: domain_checks.spf(domain, dns.txt(domain)))
    yield _dkim(hub, site, dns)
    yield _asked(
        "DMARC", lambda: domain_checks.dmarc(domain, dns.txt(f"_dmarc.{domain}"), site.owner_email)
    )
    yield _asked("MX", lambda: domain_checks.mx(domain, dns.mx(domain)))


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
    if site.dkim == "off":
        text = N_("The hub does not sign mail; your mail server must, or switch `dkim` on.")
        return Finding("DKIM", "unknown", text)
    if pem is None:
        text = N_("Signing is on, but there is no key: run hub doctor --make-dkim.")
        return Finding("DKIM", "bad", text)
    name = signing.identity(site).name
    return _asked("DKIM", lambda: domain_checks.dkim(name, dns.txt(name), dkim.record(pem)))


def _asked(name: str, ask: Callable[[], Finding]) -> Finding:
    try:
        return ask()
    except DnsAway as error:
        text = N_("The DNS gave no answer: %(reason)s")
        return Finding(name, "unknown", text, {"reason": str(error)})
