"""Which way mail leaves: the relay that HUB_SMTP names, or the outbox."""

import ipaddress
from urllib.parse import urlsplit

from hub.db import Database
from hub.mail import headers
from hub.mail.model import Mailer
from hub.mail.outbox import OutboxMailer
from hub.mail.relay import RelayMailer
from hub.mail.signing import LoadSite, SigningMailer
from hub.settings import Settings


def mailer(settings: Settings, base_url: str) -> Mailer:
    """The mailer of this process; `base_url` gives the name that is said at EHLO."""
    if settings.smtp is None:
        return OutboxMailer(settings.outbox)
    return RelayMailer(settings.smtp, local_name=_local_name(base_url))


def signing_mailer(settings: Settings, base_url: str, db: Database, load: LoadSite) -> Mailer:
    """The same, with mail signed when the owner wants it; `load` reads the site as it is."""
    return SigningMailer(mailer(settings, base_url), db, load)


def _local_name(base_url: str) -> str:
    """The site's host, an IP address in brackets (RFC 5321 §4.1.3)."""
    host = urlsplit(headers.ascii_url(base_url)).hostname or "localhost"
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return host
    return f"[{host}]" if version == 4 else f"[IPv6:{host}]"
