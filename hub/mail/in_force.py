"""Which way mail leaves now: what HUB_SMTP says, else the server named at the desk, else the
outbox. Everybody who sends, tests or speaks of it asks here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hub import journal
from hub.db import Transaction
from hub.mail import sealing, workers
from hub.settings import Settings, SmtpRelay

Source = Literal["environment", "desk", "nowhere"]
_PURPOSE = "password of the mail server"


@dataclass(frozen=True, slots=True)
class Way:
    """The relays in the order in which they are tried; none: the outbox.

    `source`: who named them. `locked`: the password kept cannot be read, because it was sealed
    with another secret key: it must be typed again, and nothing is sent until then.
    """

    relays: tuple[SmtpRelay, ...] = ()
    source: Source = "nowhere"
    locked: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(relay.name for relay in self.relays)


@dataclass(frozen=True, slots=True)
class _Chosen:
    host: str
    port: int
    tls: str
    username: str
    password: bytes = field(repr=False)


def way(tx: Transaction, settings: Settings) -> Way:
    """The way in force."""
    if settings.smtp or settings.outbox_named:
        return Way(settings.smtp, "environment")
    return chosen(tx, settings)


def chosen(tx: Transaction, settings: Settings) -> Way:
    """What was named at the desk, whether it is in force or not."""
    found = tx.one(
        _Chosen, "SELECT host, port, tls, username, password FROM chosen_relay WHERE id = 1"
    )
    if found is None:
        return Way()
    password = sealing.unseal(settings.secret_key, _PURPOSE, found.password)
    relay = SmtpRelay(found.host, found.port, found.username, password or "", found.tls)
    return Way((relay,), "desk", locked=password is None)


def choose(tx: Transaction, settings: Settings, relay: SmtpRelay, now: datetime) -> None:
    """Keep this relay; its password is sealed."""
    tx.execute(
        "INSERT INTO chosen_relay (id, host, port, tls, username, password, at)"
        " VALUES (1, :host, :port, :tls, :username, :password, :now)"
        " ON CONFLICT (id) DO UPDATE SET host = excluded.host, port = excluded.port,"
        " tls = excluded.tls, username = excluded.username, password = excluded.password,"
        " at = excluded.at",
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        username=relay.username,
        password=sealing.seal(settings.secret_key, _PURPOSE, relay.password),
        now=now,
    )
    journal.note(tx, "settings", "mail server", subject=relay.name)
    tx.site_changed()


def forget(tx: Transaction) -> None:
    """Name none any more: mail goes into the outbox."""
    tx.execute("DELETE FROM chosen_relay WHERE id = 1")
    journal.note(tx, "settings", "outbox")
    tx.site_changed()


def names(tx: Transaction, settings: Settings, now: datetime) -> list[str]:
    """The relays in use, as the workers that are alive send: they may know others than this
    process does."""
    return sorted({name for found in _ways(tx, settings, now) for name in found.split()})


def keeps_mail(tx: Transaction, settings: Settings, now: datetime) -> bool:
    """Whether mail goes into the outbox of some worker, and reaches nobody."""
    return not all(_ways(tx, settings, now))


def as_text(found: Iterable[str]) -> str:
    """How a worker writes down its way: names with spaces between, nothing for the outbox."""
    return " ".join(found)


def _ways(tx: Transaction, settings: Settings, now: datetime) -> list[str]:
    return workers.ways(tx, now) or [as_text(way(tx, settings).names)]
