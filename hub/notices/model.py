"""A notice and the facts that its words are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal[
    "sent",
    "failures",
    "paused",
    "cancelled",
    "skipped",
    "late",
    "trouble",
    "worker",
    "readers",
    "waiting",
    # One mail for those that were over the day's number; not shown at the desk.
    "digest",
]
# Nowhere, at the desk alone, or by mail too.
Choice = Literal["off", "desk", "mail"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, in figures and names; each kind fills the few that it needs.

    `seconds` is how long it took. `part` says what a trouble keeps from working. `reason` is an
    English text of the ledger (hub/admin/replies.py says it in other languages).
    """

    subject: str = ""
    stream: str = ""
    part: str = ""
    reason: str = ""
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0
    seconds: int = 0
    confirmed: int = 0
    left: int = 0
    bounced: int = 0
    complained: int = 0
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `subject_id` is the edition that it is about, None where there is none."""

    id: int
    kind: str
    at: datetime
    subject_id: int | None
    facts: Facts
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """A day or a week of the owner's calendar, from `begins_at` up to `ends_at`."""

    name: str
    begins_at: datetime
    ends_at: datetime
