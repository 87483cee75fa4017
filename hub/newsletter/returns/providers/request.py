"""A request of a provider: raw bytes, of which nothing is believed before its proof is checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.errors import NotAllowed, Refused
from hub.i18n import N_
from hub.newsletter.returns.model import Report

# A clock may be wrong by so much; whoever claims more comes from the future.
AHEAD = timedelta(minutes=5)
# Providers repeat an event for a day or two. What is older is known, or a replay.
OLDEST = timedelta(days=3)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """The request: header names in lower case, the body as it came."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Spend:
    """A token that counts once, and until when it must be remembered."""

    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Events:
    """What a proven request holds. `spend` is what makes it count once, where its events do not
    already; `visit` an address of the provider that must be fetched to go on."""

    reports: tuple[Report, ...] = ()
    spend: Spend | None = None
    visit: str = ""


def not_proven() -> NotAllowed:
    """One answer for whatever is wrong with a proof."""
    return NotAllowed(N_("This request does not prove that it comes from the provider."))


def unreadable() -> Refused:
    return Refused(N_("This is not what the provider sends."))


def document(body: bytes | str) -> Document:
    """A JSON object. Raises Refused."""
    found = parsed(body)
    if not isinstance(found, dict):
        raise unreadable()
    return found


def parsed(body: bytes | str) -> object:
    """Any JSON. Raises Refused."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable() from error


def part(found: Document, name: str) -> Document:
    """An object inside of an object. Raises Refused when it is none."""
    value = found.get(name)
    if not isinstance(value, dict):
        raise unreadable()
    return value


def each(found: Document, name: str, *, most: int = 1_000) -> list[Document]:
    """The objects of a list inside of an object. Raises Refused when it is none."""
    value = found.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise unreadable()
    return value[:most]


def text(found: Document, name: str) -> str:
    """A text or a number as text, bounded; empty for anything else."""
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:2_000].replace("\0", " ")


def needed(found: Document, name: str) -> str:
    """A text that must be there. Raises Refused."""
    value = text(found, name)
    if not value:
        raise unreadable()
    return value


def moment(seconds: str) -> datetime:
    """Seconds since 1970, as text. Raises `not_proven`."""
    try:
        return datetime.fromtimestamp(int(float(seconds)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise not_proven() from error


def iso(text: str) -> datetime | None:
    """A time of ISO 8601 with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def check_fresh(at: datetime | None, now: datetime, *, oldest: timedelta = OLDEST) -> None:
    """Raises `not_proven` for what comes from the future, is too old or has no time."""
    if at is None or not now - oldest <= at <= now + AHEAD:
        raise not_proven()
