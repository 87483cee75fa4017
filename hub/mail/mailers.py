"""Which way mail leaves: the relays that HUB_SMTP names, or the outbox."""

import ipaddress
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from hub.mail import headers
from hub.mail.failover import FailoverMailer
from hub.mail.model import Mailer, Standing
from hub.mail.outbox import OutboxMailer
from hub.mail.relay import RelayMailer
from hub.settings import Settings


def mailer(
    settings: Settings, base_url: str, *, steady: Callable[[], float] = time.monotonic
) -> Mailer:
    """The mailer of this process; `base_url` gives the name that is said at EHLO.

    `steady` is a monotonic clock in seconds.
    """
    if not settings.smtp:
        return OutboxMailer(settings.outbox)
    return FailoverMailer(single(settings, base_url), steady=steady)


def single(settings: Settings, base_url: str) -> list[tuple[str, Mailer]]:
    """Each relay by its name and alone; none when mail goes into the outbox."""
    local_name = _local_name(base_url)
    return [(relay.name, RelayMailer(relay, local_name=local_name)) for relay in settings.smtp]


def for_letters(way: Mailer) -> Mailer:
    """The same way for letters, which never wait for a connection of the newsletter."""
    return way.for_letters() if isinstance(way, FailoverMailer) else way


def standings(way: Mailer) -> tuple[Standing, ...]:
    """The relays that an Outcome of this mailer may name, and how they are."""
    return way.standings() if isinstance(way, FailoverMailer | OutboxMailer) else ()


def _local_name(base_url: str) -> str:
    """The site's host, an IP address in brackets (RFC 5321 §4.1.3)."""
    host = urlsplit(headers.ascii_url(base_url)).hostname or "localhost"
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return host
    return f"[{host}]" if version == 4 else f"[IPv6:{host}]"
