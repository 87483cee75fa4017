"""The worker's lane for lists that an owner gave to the desk.

A step reads or takes one chunk and writes its counts down in the same transaction, so that
sign-ups go on between and a worker that takes over goes on where the last one was. One list at
a time; who has it keeps it by a lease that each step renews.
"""

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from hub import archives
from hub.audience import finding, importing, list_imports, reading, taking
from hub.audience.columns import Undecided
from hub.audience.importing import Chunk, Facts, Importer
from hub.audience.list_imports import ListImport
from hub.audience.verdicts import Sheet, Tally, Verdict
from hub.db import Database, Transaction
from hub.errors import HubError, Refused
from hub.i18n import N_, Word
from hub.site import store as sites

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=7)
ROWS = "rows.csv"
# The folder of the file itself, in that of its list.
FILE = "file"
_FIRST_PROBLEMS = 50
_FIRST_ROWS = 20
_NO_LIST = N_(
    "No list of readers was found in it: a list has a column of e-mail addresses. Articles come"
    " in with “hub import”."
)
_NOBODY = N_("%(name)s has a header, and nobody below it.")

# The topics of the site, by slug.
Topics = Callable[[Transaction], Collection[str]]


@dataclass(slots=True)
class _Running:
    """A list in this worker's hands: what is still to be read of it."""

    job: ListImport
    opened: ExitStack
    importer: Importer
    chunks: Iterator[Chunk]
    tally: Tally
    sheet: Sheet | None
    file: IO[str] | None
    # How many rows were taken before this worker took it up.
    before: int
    first_rows: list[Verdict] = field(default_factory=list)


@dataclass(slots=True)
class ImportLane:
    """`folder` is data/imports; `topics` are those that a tag may become."""

    db: Database
    folder: Path
    topics: Topics
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _running: _Running | None = None

    def work(self, now: datetime) -> bool:
        """One step; whether there was anything to do."""
        running = self._running
        if running is None:
            job = self._claimed(now)
            if job is None:
                return False
            try:
                running = self._running = self._open(job, now)
            except (HubError, OSError) as error:
                self._refuse(job, error, now)
                return True
        try:
            self._step(running, now)
        except (Refused, OSError) as error:
            self._refuse(running.job, error, now)
        except _TakenAway:
            self._let_go()
            self._clear(running.job)
        except BaseException:
            # Whoever claims it next reads on from what is written down.
            self._let_go()
            raise
        return True

    def close(self) -> None:
        """Let go of what is open; another worker takes it up when the lease has run out."""
        self._let_go()

    def _claimed(self, now: datetime) -> ListImport | None:
        with self.db.read() as tx:
            if not list_imports.has_work(tx):
                return None
        with self.db.write() as tx:
            return list_imports.claim(tx, self.holder, until=now + LEASE, now=now)

    def _open(self, job: ListImport, now: datetime) -> _Running:
        folder = self.folder / job.folder
        with self.db.read() as tx:
            site = sites.load(tx)
            topics = frozenset((*self.topics(tx), *site.topics_offered))
        facts = Facts(job.consent, site.language, job.started_at, topics)
        opened = ExitStack()
        try:
            path = folder / FILE / job.name
            reading.refuse_spreadsheet(path)
            if archives.is_archive(path):
                path = opened.enter_context(archives.unpacked(path, beside=folder))
            files = importing.find(path, job.wanted)
            if not files:
                raise Refused(_NO_LIST)
            if all(file.is_empty for file in files):
                raise Refused(_NOBODY, name=job.name)
            importer = Importer(files, facts)
            if job.state == "importing":
                importer.refuse_without_consent()
            job = self._counted(job, importer, now)
            tally = Tally(kinds=Counter(job.by_kind))
            sheet = file = None
            if job.state == "reading":
                # With a mark, so that a spreadsheet knows that it is UTF-8.
                file = opened.enter_context(
                    (folder / ROWS).open("w", encoding="utf-8-sig", newline="")
                )
                sheet = Sheet(file, site.language)
            chunks = importer.chunks(after=job.position)
        except BaseException:
            opened.close()
            raise
        return _Running(job, opened, importer, chunks, tally, sheet, file, job.position)

    def _counted(self, job: ListImport, importer: Importer, now: datetime) -> ListImport:
        """The job with its number of rows; a dry run that was broken off begins again."""
        position = 0 if job.state == "reading" else job.position
        counts = {} if job.state == "reading" else job.by_kind
        total = job.total or importer.count()
        with self.db.write() as tx:
            list_imports.went_on(
                tx,
                job,
                self.holder,
                position=position,
                total=total,
                counts=counts,
                until=now + LEASE,
            )
        return replace(job, position=position, total=total, counts=json.dumps(counts))

    def _step(self, running: _Running, now: datetime) -> None:
        job = running.job
        chunk = next(running.chunks, None)
        if chunk is None:
            self._finish(running, now)
            return
        tally = running.tally.copy()
        position = job.position + chunk.rows
        if job.state == "reading":
            with self.db.read() as tx:
                decided = taking.take(tx, chunk.entries, now=job.started_at, dry_run=True)
        with self.db.write() as tx:
            if job.state == "importing":
                decided = taking.take(tx, chunk.entries, now=job.started_at, dry_run=False)
            verdicts = importing.in_order(chunk, decided)
            tally.add(verdicts)
            mine = list_imports.went_on(
                tx,
                job,
                self.holder,
                position=position,
                total=job.total,
                counts=tally.kinds,
                until=now + LEASE,
            )
            if not mine:
                raise _TakenAway
        if running.sheet is not None:
            running.sheet.add(verdicts)
        running.first_rows += verdicts[: _FIRST_ROWS - len(running.first_rows)]
        running.tally = tally
        running.job = replace(job, position=position)

    def _finish(self, running: _Running, now: datetime) -> None:
        job, importer = running.job, running.importer
        told = _told(importer, running)
        self._let_go()
        state: list_imports.State = "read" if job.state == "reading" else "done"
        with self.db.write() as tx:
            list_imports.finish(tx, job, self.holder, state=state, told=told, now=now)
            if state == "done":
                taking.grown(tx)
        if state == "done":
            # The file has served; what became of its rows stays for a week.
            shutil.rmtree(self.folder / job.folder / FILE, ignore_errors=True)

    def _refuse(self, job: ListImport, error: Exception, now: datetime) -> None:
        self._let_go()
        reason = json.dumps(_words(error), ensure_ascii=False, default=str)
        told = "{}"
        if isinstance(error, Undecided):
            # So that the owner can say at the desk what each is used for.
            listed = [{"name": column, "use": ""} for column in error.columns]
            told = json.dumps({"columns": listed}, ensure_ascii=False)
        with self.db.write() as tx:
            refused = list_imports.finish(
                tx, job, self.holder, state="refused", told=told, reason=reason, now=now
            )
        if not refused:
            self._clear(job)
        elif told == "{}":
            # Nobody can make use of it any more, whatever it was.
            drop(self.folder / job.folder)

    def _clear(self, job: ListImport) -> None:
        """Of a list that was forgotten while it was read nothing stays; after an import that was
        stopped the engine counts anew, as at its end."""
        with self.db.write() as tx:
            now = list_imports.get(tx, job.id)
            if now is not None and now.state == "stopped":
                taking.grown(tx)
        if now is None:
            drop(self.folder / job.folder)

    def _let_go(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            running.opened.close()


class _TakenAway(Exception):
    """Another worker holds the list now, or its owner stopped it: this chunk is not written."""


def drop(folder: Path) -> None:
    """Delete the files of one list."""
    shutil.rmtree(folder, ignore_errors=True)


def forget_old(tx: Transaction, folder: Path, now: datetime) -> None:
    """Lists of a week ago, and files that belong to none, are deleted."""
    for old in list_imports.older(tx, now - KEPT):
        list_imports.delete(tx, old.id)
    kept = list_imports.folders(tx)
    for path in folder.glob("*"):
        age = now.timestamp() - path.stat().st_mtime
        if path.name not in kept and age > KEPT.total_seconds():
            shutil.rmtree(path, ignore_errors=True)


def _told(importer: Importer, running: _Running) -> str:
    """What the page of a list shows of it, as JSON."""
    return json.dumps(
        {
            "format": importer.format,
            "needs_consent": importer.needs_consent,
            "columns": [
                {"name": column, "use": use}
                for column, use in finding.columns_of(importer.files).items()
            ],
            "notes": importer.notes(),
            "problems": _problems(running),
            "rows": running.first_rows,
            "mail": {"gets": running.tally.gets_mail, "not": running.tally.no_mail},
        },
        ensure_ascii=False,
        default=str,
    )


def _problems(running: _Running) -> Sequence[object]:
    """The first rows that were refused; of an import in two halves those that were seen when it
    was looked at, for the first half is not read again."""
    if running.before:
        return list(json.loads(running.job.told).get("problems", ()))
    return running.tally.refusals[:_FIRST_PROBLEMS]


def _words(error: Exception) -> dict[str, object]:
    if isinstance(error, HubError):
        words = [name for name, value in error.values.items() if isinstance(value, Word)]
        return {"message": error.message, "values": error.values, "words": words}
    said = error.strerror if isinstance(error, OSError) else None
    return {"message": said or str(error), "values": {}}
