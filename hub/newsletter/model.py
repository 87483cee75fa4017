"""Editions and deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Stream = Literal["weekly", "monthly", "each", "letter"]
STREAMS: tuple[Stream, ...] = ("weekly", "monthly", "each", "letter")


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of a stream. `reason` says why it was skipped or paused."""

    id: int
    stream: str
    period: str
    status: str
    subject: str
    reason: str
    created_at: datetime
    finished_at: datetime | None
    queued_up_to: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deliveries of an edition are in which state."""

    queued: int
    claimed: int
    accepted: int
    deferred: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the periods of a stream begin: `weekday` 0 is Monday; `time` is HH:MM in `timezone`."""

    stream: Stream
    timezone: str
    time: str
    weekday: int
    day_of_month: int


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its name (`2026-W48`, `2026-11`) and the instant at which it begins."""

    name: str
    begins_at: datetime
