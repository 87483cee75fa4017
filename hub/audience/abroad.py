"""The list in the columns that other services read.

They would mail everybody in a file: so it holds those who are active, unless a status is
asked for. What they have no column for stays behind; our own formats hold everything.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hub.audience import exporting
from hub.audience.record import Record
from hub.audience.spreadsheet import guarded

Service = Literal["ghost", "mailchimp", "buttondown", "listmonk"]
SERVICES: tuple[Service, ...] = ("ghost", "mailchimp", "buttondown", "listmonk")
STATUS = "active"

_Cells = tuple[str | None, ...]

_BUTTONDOWN: Mapping[str, str] = {
    "active": "regular",
    "waiting": "unactivated",
    "pending": "unactivated",
    "unsubscribed": "unsubscribed",
    "bounced": "undeliverable",
    "complained": "complained",
}
_LISTMONK: Mapping[str, str] = {"active": "enabled", "waiting": "disabled", "pending": "disabled"}


@dataclass(frozen=True, slots=True)
class _Sheet:
    columns: tuple[str, ...]
    cells: Callable[[Record], _Cells]


def pieces(records: Iterable[Record], service: Service) -> Iterator[str]:
    """The text of the export, as CSV."""
    sheet = _SHEETS[service]
    yield from exporting.written([sheet.columns])
    yield from exporting.written(map(sheet.cells, records))


def _ghost(person: Record) -> _Cells:
    return (
        guarded(person.email),
        guarded(person.name),
        "",
        "true" if person.status == "active" else "false",
        "false",
        "",
        person.created_at,
        "",
        guarded(",".join(person.topics)),
    )


def _mailchimp(person: Record) -> _Cells:
    first, _, last = person.name.partition(" ")
    return (
        guarded(person.email),
        guarded(first),
        guarded(last),
        _clock(person.created_at),
        _clock(person.confirmed_at),
        guarded(",".join(f'"{topic}"' for topic in person.topics)),
    )


def _buttondown(person: Record) -> _Cells:
    return (
        guarded(person.email),
        guarded(person.name),
        _BUTTONDOWN[person.status],
        person.created_at,
        person.confirmed_at,
        person.unsubscribed_at,
        guarded(";".join(person.topics)),
        json.dumps({"name": person.name, "language": person.language}, ensure_ascii=False),
    )


def _listmonk(person: Record) -> _Cells:
    attributes = {
        "topics": person.topics,
        "language": person.language,
        "cadence": person.cadence,
    }
    return (
        guarded(person.email),
        guarded(person.name),
        json.dumps(attributes, ensure_ascii=False),
        _LISTMONK.get(person.status, "blocklisted"),
        f"{_clock(person.created_at)}.000 +0000 UTC",
        f"{_clock(person.confirmed_at or person.created_at)}.000 +0000 UTC",
    )


def _clock(moment: str | None) -> str:
    """`2026-11-28 07:00:00`, in UTC."""
    return f"{moment[:10]} {moment[11:19]}" if moment else ""


_SHEETS: Mapping[Service, _Sheet] = {
    "ghost": _Sheet(
        (
            "email",
            "name",
            "note",
            "subscribed_to_emails",
            "complimentary_plan",
            "stripe_customer_id",
            "created_at",
            "deleted_at",
            "labels",
        ),
        _ghost,
    ),
    "mailchimp": _Sheet(
        (
            "Email Address",
            "First Name",
            "Last Name",
            "OPTIN_TIME",
            "CONFIRM_TIME",
            "TAGS",
        ),
        _mailchimp,
    ),
    "buttondown": _Sheet(
        (
            "email",
            "notes",
            "subscriber_type",
            "creation_date",
            "subscription_date",
            "unsubscription_date",
            "tags",
            "metadata",
        ),
        _buttondown,
    ),
    "listmonk": _Sheet(
        ("email", "name", "attributes", "status", "created_at", "updated_at"), _listmonk
    ),
}
