"""The facts as they are: from the owner's options and from what the process was started with."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from hub.law.kept import KEPT
from hub.law.model import Facts
from hub.settings import Settings
from hub.site.model import Site

# Raised when the hub's own words come to say something else.
WORDING = 2
# What the law of most countries, the French among them (LCEN), wants to read in a legal notice.
NEEDED = (
    "publisher",
    "publisher_address",
    "publisher_email",
    "publisher_phone",
    "publication_director",
    "host_name",
    "host_address",
    "host_phone",
)


def gather(site: Site, settings: Settings, relays: Iterable[str]) -> Facts:
    """What holds now; `relays` are names (`host:port`) of those in use."""
    return Facts(
        publisher=site.publisher,
        publisher_details=site.publisher_details,
        publisher_address=site.publisher_address or site.postal_address,
        publisher_phone=site.publisher_phone,
        publisher_email=site.publisher_email,
        publication_director=site.publication_director,
        host_name=site.host_name,
        host_address=site.host_address,
        host_phone=site.host_phone,
        relays=tuple(sorted({_host(relay) for relay in relays})),
        providers=_providers(settings),
        websub=urlsplit(site.websub_hub).hostname or "",
        retention_months=site.retention_months,
        consent_text=site.consent_text,
        welcome_mail=site.welcome_mail == "on",
        count_clicks=site.count_clicks == "on",
        kept=tuple(row.name for row in KEPT),
        legal_notice=site.legal_notice,
        privacy_notice=site.privacy_notice,
        trust_notice=site.trust_notice,
        wording=WORDING,
    )


def missing(site: Site) -> tuple[str, ...]:
    """The options that the legal notice lacks, in the order in which it has them."""
    return tuple(
        name
        for name in NEEDED
        if not getattr(site, name) and not (name == "publisher_address" and site.postal_address)
    )


def has_notice(site: Site) -> bool:
    """Whether there is enough for a legal notice: who publishes, or words of the owner's own."""
    return bool(site.publisher or site.legal_notice)


def _providers(settings: Settings) -> tuple[str, ...]:
    keys = settings.webhooks
    known = (
        ("Amazon SES", keys.ses),
        ("Postmark", keys.postmark or keys.postmark_hash),
        ("Mailgun", keys.mailgun),
        ("SendGrid", keys.sendgrid),
    )
    return tuple(name for name, key in known if key)


def _host(relay: str) -> str:
    """`mail.example.org` of `mail.example.org:587`, `::1` of `[::1]:25`."""
    return relay.rpartition(":")[0].strip("[]") or relay
