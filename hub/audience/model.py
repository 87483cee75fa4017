"""The people on the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["pending", "waiting", "active", "unsubscribed", "bounced", "complained"]
Cadence = Literal["each", "weekly", "monthly"]
SuppressionReason = Literal["bounced", "complained", "erased", "owner"]
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


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What stands beside the button; `version` is a short hash of the text."""

    text: str
    version: str
    language: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for in a form, checked (rules.py); nobody has confirmed it yet."""

    email: str
    name: str
    cadence: Cadence
    topics: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Details:
    """What the owner may set right, checked."""

    name: str
    cadence: Cadence
    language: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a subscriber may change, checked."""

    name: str
    cadence: Cadence
    topics: tuple[str, ...]
    language: str
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One request to confirm; the mailed link carries its id, signed."""

    id: int
    subscriber_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    # What somebody who was known already asked for, as JSON (wishes.py).
    wish: str | None


RequestKind = Literal["page", "data", "erase", "address"]
# The mails that follow: one of each kind, and the one that tells an address that it was left.
# Whose number the links of a test mail carry.
NOBODY = 0

REQUEST_MAILS = ("reader page", "reader data", "reader erase", "reader address", "reader moved")


@dataclass(frozen=True, slots=True)
class ReaderRequest:
    """What a reader asked for on their own page; the mailed link carries its id, signed.

    `email` and `email_key` are the new address of kind `address`, else empty. `form_url` is the
    page where it was asked.
    """

    id: int
    subscriber_id: int
    kind: RequestKind
    email: str
    email_key: str
    form_url: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
