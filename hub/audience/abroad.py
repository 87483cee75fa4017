"""The list in the columns that other services read.

They would mail everybody in a file: so it holds those who are active, unless a status is
asked for; and then each row says so in the service's own words. What they have no column for
stays behind.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, starmap
from typing import Literal

from hub import addresses
from hub.audience import attributes, exporting, rules, suppression, transfer
from hub.audience.people_store import Filter
from hub.audience.record import Beside, Record
from hub.audience.spreadsheet import guarded
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_

Service = Literal["ghost", "mailchimp", "buttondown", "listmonk"]
SERVICES: tuple[Service, ...] = ("ghost", "mailchimp", "buttondown", "listmonk")
STATUS = "active"
_TOGETHER = 500

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
# Mailchimp has a file for each; the last is that of people who left, with the reason.
_MAILCHIMP: Mapping[str, str] = {
    "active": "subscribed_members_export",
    "unsubscribed": "unsubscribed_members_export",
    "bounced": "cleaned_members_export",
    "complained": "unsubscribed_members_export_complaints",
}
_UNSUBSCRIBED = (
    "UNSUB_TIME",
    "UNSUB_CAMPAIGN_TITLE",
    "UNSUB_CAMPAIGN_ID",
    "UNSUB_REASON",
    "UNSUB_REASON_OTHER",
)
_CLEANED = ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID")


@dataclass(frozen=True, slots=True)
class _Sheet:
    columns: tuple[str, ...]
    cells: Callable[[Record, Beside], _Cells]


def pieces(tx: Transaction, service: Service, wanted: Filter) -> Iterator[str]:
    """The text of the export, as CSV, of those with one status: those of STATUS where `wanted`
    names none.

    Raises Refused for people whom the service has no file for.
    """
    status = wanted.status or STATUS
    sheet = _mailchimp_sheet(status) if service == "mailchimp" else _SHEETS[service]
    people = transfer.whole(tx, replace(wanted, status=status))
    if rules.can_leave(status):
        people = _not_suppressed(tx, people)
    return _written(sheet, people)


def file_name(service: Service, status: str) -> str:
    """How the file is called, as the service calls it or so that its name says who is in it."""
    status = status or STATUS
    if service == "mailchimp":
        return f"{_MAILCHIMP.get(status, status)}.csv"
    return f"subscribers-{service}.csv" if status == STATUS else f"{status}-{service}.csv"


def _not_suppressed(
    tx: Transaction, people: Iterator[tuple[Record, Beside]]
) -> Iterator[tuple[Record, Beside]]:
    """Without those whom a suppression list that came in forbids to mail."""
    while batch := list(islice(people, _TOGETHER)):
        keys = [addresses.key(person.email) for person, _ in batch]
        never = suppression.among(tx, keys)
        yield from (both for both, key in zip(batch, keys, strict=True) if key not in never)


def _written(sheet: _Sheet, people: Iterable[tuple[Record, Beside]]) -> Iterator[str]:
    yield from exporting.written([sheet.columns])
    yield from exporting.written(starmap(sheet.cells, people))


def _ghost(person: Record, beside: Beside) -> _Cells:
    return (
        guarded(person.email),
        guarded(person.name),
        _notes(beside),
        "true" if person.status == "active" else "false",
        "false",
        "",
        person.created_at,
        "",
        guarded(",".join((*person.topics, *beside.tags))),
    )


def _mailchimp_sheet(status: str) -> _Sheet:
    """The file that Mailchimp itself writes of people of that status: its columns say so."""
    if status not in _MAILCHIMP:
        raise Refused(
            N_("Mailchimp has no file for people who never confirmed; take another format.")
        )
    left: tuple[str, ...] = ()
    if status != STATUS:
        left = _CLEANED if status == "bounced" else _UNSUBSCRIBED

    def cells(person: Record, beside: Beside) -> _Cells:
        first, _, last = person.name.partition(" ")
        gone: list[str] = [""] * len(left)
        if left:
            gone[0] = _clock(person.unsubscribed_at)
        if person.status == "complained":
            gone[left.index("UNSUB_REASON")] = "SPAM"
        tags = (tag.replace('"', '""') for tag in (*person.topics, *beside.tags))
        return (
            guarded(person.email),
            guarded(first),
            guarded(last),
            _clock(person.created_at),
            _clock(person.confirmed_at),
            *gone,
            "",
            "",
            _notes(beside),
            guarded(",".join(f'"{tag}"' for tag in tags)),
        )

    head = ("Email Address", "First Name", "Last Name", "OPTIN_TIME", "CONFIRM_TIME")
    return _Sheet((*head, *left, "LEID", "EUID", "NOTES", "TAGS"), cells)


def _buttondown(person: Record, beside: Beside) -> _Cells:
    return (
        guarded(person.email),
        _notes(beside),
        _BUTTONDOWN[person.status],
        person.created_at,
        person.confirmed_at,
        person.unsubscribed_at,
        guarded(";".join((*person.topics, *beside.tags))),
        json.dumps({"name": person.name, "language": person.language}, ensure_ascii=False),
    )


def _listmonk(person: Record, beside: Beside) -> _Cells:
    return (
        guarded(person.email),
        guarded(person.name),
        attributes.written(person, beside),
        _LISTMONK.get(person.status, "blocklisted"),
        f"{_clock(person.created_at)}.000 +0000 UTC",
        f"{_clock(person.confirmed_at or person.created_at)}.000 +0000 UTC",
    )


def _notes(beside: Beside) -> str:
    """The owner's notes in one cell, oldest first."""
    return guarded("\n\n".join(beside.notes))


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
