"""The people on the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["pending", "waiting", "active", "unsubscribed", "bounced", "complained"]
Cadence = Literal["each", "weekly", "monthly"]
STATUSES: tuple[Status, ...] = (
    "pending",
    "waiting",
    "active",
    "unsubscribed",
    "bounced",
    "complained",
)
CADENCES: tuple[Cadence, ...] = ("each", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader. `email` as typed; `email_key` is what is compared (hub/addresses.py)."""

    id: int
    email: str
    email_key: str
    name: str
    status: str
    cadence: str
    paused_until: datetime | None
    language: str
    source: str
    created_at: datetime
    confirmed_at: datetime | None
    unsubscribed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One line of the consent log: what was agreed to, word for word, when and where."""

    kind: str
    at: datetime
    text: str
    text_version: str
    language: str
    form_url: str
    source: str
