"""Mailers for the way in force: relays, or the outbox."""

import ipaddress
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from hub.db import Database
from hub.mail import headers, in_force
from hub.mail.failover import FailoverMailer
from hub.mail.following import FollowingMailer
from hub.mail.in_force import Way
from hub.mail.model import Connection, Mailer, RelayRefuses, Standing
from hub.mail.outbox import OutboxMailer
from hub.mail.relay import RelayMailer
from hub.settings import Settings

LOCKED = "the password of the mail server cannot be read with this secret key: type it again"


def mailer(
    way: Way, outbox: Path, base_url: str, *, steady: Callable[[], float] = time.monotonic
) -> FailoverMailer | OutboxMailer:
    """The mailer that goes this way; `base_url` gives the name that is said at EHLO.

    `outbox` is the folder for mail that goes nowhere, `steady` a monotonic clock in seconds.
    """
    if not way.relays:
        return OutboxMailer(outbox)
    return FailoverMailer(single(way, base_url), steady=steady)


def current(db: Database, settings: Settings, base_url: str) -> FailoverMailer | OutboxMailer:
    """The mailer for one message now."""
    with db.read() as tx:
        way = in_force.way(tx, settings)
    return mailer(way, settings.outbox, base_url)


def single(way: Way, base_url: str) -> list[tuple[str, Mailer]]:
    """Each relay by its name and alone; none when mail goes into the outbox."""
    if way.locked:
        return [(name, _Locked()) for name in way.names]
    name = local_name(base_url)
    return [(relay.name, RelayMailer(relay, local_name=name)) for relay in way.relays]


def for_letters(way: Mailer) -> Mailer:
    """The same way for letters, which never wait for a connection of the newsletter."""
    return way.for_letters() if isinstance(way, FailoverMailer | FollowingMailer) else way


def standings(way: Mailer) -> tuple[Standing, ...]:
    """The relays that an Outcome of this mailer may name, and how they are."""
    if isinstance(way, FailoverMailer | OutboxMailer | FollowingMailer):
        return way.standings()
    return ()


class _Locked:
    """A relay whose password nobody can read: mail waits, rather than being sent without."""

    async def connect(self) -> Connection:
        raise RelayRefuses(LOCKED)


def local_name(base_url: str) -> str:
    """The site's host, an IP address in brackets (RFC 5321 §4.1.3)."""
    host = urlsplit(headers.ascii_url(base_url)).hostname or "localhost"
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return host
    return f"[{host}]" if version == 4 else f"[IPv6:{host}]"
