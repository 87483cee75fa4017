"""Backups that were asked for at the desk, and those of every day: rows that say how each went.
The files are the worker's (hub/admin/backup_lane.py)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub import journal
from hub.db import Transaction
from hub.errors import Conflict
from hub.i18n import N_
from hub.site.model import Site

Kind = Literal["asked", "daily"]
State = Literal["waiting", "done", "failed"]
# When hardly anybody reads, and before newsletters go out.
DAILY_HOUR = 3
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Job:
    """One backup: `name` of its file when it is `done`, `reason` when it has `failed`."""

    id: int
    kind: Kind
    state: State
    asked_at: datetime
    tries: int
    finished_at: datetime | None
    name: str
    reason: str


def daily_is_due(site: Site, last: datetime | None, now: datetime) -> bool:
    """Whether the backup of this day is to be made; `last` is when the one before was begun."""
    if site.daily_backups != "on":
        return False
    zone = ZoneInfo(site.timezone)
    here = now.astimezone(zone)
    return here.hour >= DAILY_HOUR and (last is None or last.astimezone(zone).date() < here.date())


def ask(tx: Transaction, now: datetime) -> None:
    """Let the worker make one. Raises Conflict while another waits or is being made."""
    if waiting(tx) is not None:
        raise Conflict(N_("A backup is being made already."))
    add(tx, "asked", now)
    journal.note(tx, "backups", "asked")


def add(tx: Transaction, kind: Kind, now: datetime) -> None:
    tx.execute(
        "INSERT INTO backups (kind, state, asked_at, tries, finished_at, name, reason)"
        " VALUES (:kind, 'waiting', :now, 0, NULL, '', '')",
        kind=kind,
        now=now,
    )


def waiting(tx: Transaction) -> Job | None:
    """The one that is to be made or is being made: there is one at most."""
    return tx.one(Job, "SELECT * FROM backups WHERE state = 'waiting'")


def last_daily(tx: Transaction) -> datetime | None:
    """When the last of every day was begun."""
    job = tx.one(Job, "SELECT * FROM backups WHERE kind = 'daily' ORDER BY asked_at DESC LIMIT 1")
    return job.asked_at if job else None


def newest(tx: Transaction) -> Job | None:
    """What was asked for last, whatever became of it."""
    return tx.one(Job, "SELECT * FROM backups ORDER BY asked_at DESC LIMIT 1")


def tried(tx: Transaction, job_id: int, *, by: int = 1) -> None:
    """It is being made; -1 takes that back."""
    tx.execute("UPDATE backups SET tries = tries + :by WHERE id = :id", by=by, id=job_id)


def finish(
    tx: Transaction, job_id: int, *, now: datetime, name: str = "", reason: str = ""
) -> None:
    """Done, under this name; or failed, for this reason."""
    tx.execute(
        "UPDATE backups SET state = :state, finished_at = :now, name = :name, reason = :reason"
        " WHERE id = :id",
        state="failed" if reason else "done",
        now=now,
        name=name,
        reason=reason,
        id=job_id,
    )


def forget_old(tx: Transaction, now: datetime) -> None:
    """How they went is of use for a while; the files stay."""
    tx.execute("DELETE FROM backups WHERE asked_at < :before", before=now - _KEPT)
