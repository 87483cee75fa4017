"""The worker's lane of backups: makes what was asked for and what each day is due, one at a time.

A file appears whole, under its name, by rename. What a killed worker left behind lies in a folder
whose name begins with a dot, and is swept away before the next.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hub import backups, journal, logs
from hub.db import Database
from hub.errors import HubError, StorageFull, Unavailable
from hub.i18n import N_
from hub.newsletter import troubles
from hub.settings import Settings
from hub.site import backup_jobs
from hub.site import store as sites
from hub.site.backup_jobs import Job

if sys.platform != "win32":
    import fcntl

MOST_TRIES = 3
BROKEN_OFF = N_("the hub was stopped each time while it made the backup")
_UNFINISHED = ".unfinished-"
_FULL = N_("the disk is full")


class BackupLane:
    """`stopping` says whether the worker is to end: an unfinished file is given up then."""

    def __init__(self, db: Database, settings: Settings, stopping: Callable[[], bool]) -> None:
        self._db = db
        self._settings = settings
        self._folder = settings.backups
        self._stopping = stopping

    def work(self, now: datetime) -> bool:
        """Make the backup that is due; whether there was one. Blocking, for minutes."""
        with self._db.read() as tx:
            job = backup_jobs.waiting(tx)
            site = sites.load(tx)
            due = backup_jobs.daily_is_due(site, backup_jobs.last_daily(tx), now)
        if job is None and not due:
            return False
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with _alone(self._folder) as alone:
            if not alone:
                return False
            with self._db.write() as tx:
                job = backup_jobs.waiting(tx)
                if job is None and due:
                    backup_jobs.add(tx, "daily", now)
                    job = backup_jobs.waiting(tx)
                if job is None:
                    return False
                backup_jobs.tried(tx, job.id)
            for left in self._folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left, ignore_errors=True)
            self._make(job, now)
            backups.keep_newest(self._folder, site.backups_kept)
        return True

    def _make(self, job: Job, now: datetime) -> None:
        if job.tries >= MOST_TRIES:
            self._finish(job, now, reason=BROKEN_OFF)
            return
        target = self._folder / backups.file_name(now, daily=job.kind == "daily")
        try:
            backups.write(
                self._settings,
                self._db,
                target,
                now=now,
                prefix=_UNFINISHED,
                stopping=self._stopping,
            )
        except backups.Stopped:
            # The next worker begins anew: that was nobody's fault.
            with self._db.write() as tx:
                backup_jobs.tried(tx, job.id, by=-1)
        except StorageFull:
            self._finish(job, now, reason=_FULL)
        except Unavailable:
            raise
        except HubError as error:
            self._finish(job, now, reason=str(error))
        except OSError as error:
            self._finish(job, now, reason=error.strerror or str(error))
        else:
            self._finish(job, now, name=target.name)

    def _finish(self, job: Job, now: datetime, *, name: str = "", reason: str = "") -> None:
        by_itself = journal.Actor(journal.ITSELF, "", now)
        with journal.acting(by_itself), self._db.write() as tx:
            backup_jobs.finish(tx, job.id, now=now, name=name, reason=reason)
            troubles.note(tx, troubles.BACKUP, reason, now)
            if name:
                journal.note(tx, "backups", "made", subject=name)
        if name:
            logs.event("backup.made", file=name)
        else:
            logs.warning("backup.failed", reason=reason)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other worker of this machine makes a backup; the kernel lets go of the lock when
    its process ends."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
        yield True
    finally:
        os.close(descriptor)
