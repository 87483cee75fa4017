"""People of one or more files into the list, in chunks, so that sign-ups go on meanwhile.

Nobody is mailed, nobody who left is brought back, and the same file again changes nothing.
"""

import gc
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from hub import addresses
from hub.audience import cells, finding, own_format, rules, taking
from hub.audience.consent import version
from hub.audience.finding import ListFile
from hub.audience.foreign import Reader
from hub.audience.reading import Row, Source
from hub.audience.record import NOTHING_BESIDE, Beside, Event, Record
from hub.audience.taking import Entry
from hub.audience.verdicts import DUPLICATE, Note, Reason, Tally, Verdict, refusal
from hub.db import Database
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Report
from hub.times import to_text

# So many are written while others wait: a tenth of a second.
CHUNK = 4_000
_MOST_TAGS_TOLD = 50
_OBJECTS_BETWEEN = 100_000
_SECONDS_AT_A_TIME = 0.0005
_READ_AS = N_("read as %(format)s")
_OF_ONE = N_("no topic of this site; kept as your tag of one person")
_OF_MANY = N_("no topic of this site; kept as your tag of %(people)s people")
_ONE_UNREAD = N_("one time in it cannot be read; left out")
_MANY_UNREAD = N_("%(cells)s times in it cannot be read; left out")
_ONE_AHEAD = N_("one time in it is yet to come; taken as today")
_MANY_AHEAD = N_("%(cells)s times in it are yet to come; taken as today")
_NOBODY = N_("there is nobody in it")

# The person of a row, and what their owner keeps beside.
Parse = Callable[[Row], tuple[Record, Beside]]
Progress = Callable[[str], None]
# Told of what was decided about the rows of a chunk.
Listener = Callable[[Sequence[Verdict]], None]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of everybody in a list that does not say otherwise.

    `consent`: where they agreed, in the owner's words. `topics`: those of the site.
    """

    consent: str
    language: str
    now: datetime
    topics: Collection[str] = ()


class Chunk(NamedTuple):
    """Rows that were read: those that can be taken, and verdicts on those that cannot."""

    rows: int
    entries: list[Entry]
    verdicts: list[Verdict]


@dataclass(slots=True)
class Importer:
    """Reads the rows of lists, each once. `seen` holds 64 bits of each address key, and whether
    its row said that mail goes there."""

    files: Sequence[ListFile]
    facts: Facts
    seen: dict[int, bool] = field(default_factory=dict)
    _readers: list[Reader] = field(default_factory=list)

    @property
    def needs_consent(self) -> bool:
        """Whether the owner has to say where people agreed: our own export says it itself."""
        return any(file.mapped is not None and not file.is_empty for file in self.files)

    def refuse_without_consent(self) -> None:
        """Raises Refused where that is not said."""
        if self.needs_consent and not self.facts.consent.strip():
            raise Refused(
                N_(
                    "This list says nothing about consent: say where it came from with --consent"
                    " TEXT."
                ),
                field="consent",
            )

    def count(self) -> int:
        """How many rows there are. Raises Refused for a file that cannot be read to its end."""
        return sum(file.source.count() for file in self.files)

    @property
    def format(self) -> str:
        return ", ".join(dict.fromkeys(file.format for file in self.files))

    def chunks(self, *, after: int = 0) -> Iterator[Chunk]:
        """Every row, in order. The first `after` rows are read for their addresses alone."""
        skip = after
        for file in self.files:
            shown = file.shown if len(self.files) > 1 else ""
            parse = self._parser(file)
            rows = file.source.rows()
            while skip and (passed := list(islice(rows, min(skip, CHUNK)))):
                self._sort_out(file, shown, passed, parse)
                skip -= len(passed)
            while found := list(islice(rows, CHUNK)):
                yield self._sort_out(file, shown, found, parse)

    def notes(self) -> list[Note]:
        """Columns and tags of which nothing, or not everything, is kept, and why: first what may
        hide who left."""
        notes: dict[str, Note] = {}
        for file in self.files if len(self.files) > 1 else ():
            how = Reason(_READ_AS, {"format": file.format})
            notes[file.shown] = Note("file", file.shown, how)
        for file in self.files:
            if file.is_empty:
                notes[file.shown] = Note("file", file.shown, Reason(_NOBODY))
            for column, reason in (file.mapped.left_out if file.mapped else {}).items():
                doubtful = file.mapped is not None and column in file.mapped.doubtful
                note = Note("column", column, Reason(reason), doubtful)
                notes.setdefault(f"column {column}", note)
        tags: Counter[str] = Counter()
        times: list[Note] = []
        for reader in self._readers:
            tags.update(reader.unplaced())
            times += _counted(reader.unread, "cells", _ONE_UNREAD, _MANY_UNREAD, "column")
            times += _counted(reader.ahead, "cells", _ONE_AHEAD, _MANY_AHEAD, "column")
        unplaced = _counted(tags, "people", _OF_ONE, _OF_MANY, "tag")[:_MOST_TAGS_TOLD]
        found = [*notes.values(), *times, *unplaced]
        return sorted(found, key=lambda note: not note.is_warning)

    def warnings(self) -> list[Note]:
        """Those of the notes that an owner has to see before they import."""
        return [note for note in self.notes() if note.is_warning]

    def _parser(self, file: ListFile) -> Parse:
        defaults = _defaults(file, self.facts)
        if file.mapped is None:
            return _own_parser(file.source, defaults)
        name = cells.text(file.source.path.name)
        reader = Reader(file.mapped, name, file.source.header, defaults, self.facts.topics)
        self._readers.append(reader)
        read = reader.person
        return lambda row: read(row.values)

    def _sort_out(self, list_: ListFile, file: str, rows: Iterable[Row], parse: Parse) -> Chunk:
        entries: list[Entry] = []
        verdicts: list[Verdict] = []
        seen, key_of = self.seen, addresses.key
        count = 0
        for row in rows:
            count += 1
            if row.fault:
                verdicts.append(Verdict(file, row.number, "", "invalid", Reason(row.fault)))
                continue
            try:
                record, beside = parse(row)
            except Refused as error:
                email = _written(list_, row)
                verdicts.append(Verdict(file, row.number, email, "invalid", refusal(error)))
                continue
            email_key = key_of(record.email)
            print_of_key = hash(email_key)
            was_active = seen.get(print_of_key)
            if was_active is None:
                seen[print_of_key] = record.status == "active"
                entries.append(Entry(file, row.number, email_key, record, beside))
            elif rules.can_leave(record.status) and beside is NOTHING_BESIDE:
                verdicts.append(Verdict(file, row.number, record.email, "duplicate", DUPLICATE))
            else:
                seen[print_of_key] = was_active and rules.can_leave(record.status)
                entries.append(Entry(file, row.number, email_key, record, beside, True, was_active))
        return Chunk(count, entries, verdicts)


def run(
    db: Database,
    files: Sequence[ListFile],
    facts: Facts,
    *,
    dry_run: bool,
    progress: Progress,
    listener: Listener = lambda _: None,
) -> Report:
    """Import the people of these files.

    Raises Refused for a foreign list whose owner does not say where people agreed, and for a
    file that cannot be read to its end: then nothing is taken. With `dry_run` nothing is
    written, and report and verdicts are the same.
    """
    importer = Importer(files, facts)
    importer.refuse_without_consent()
    # Nothing is taken of a file that cannot be read to its end.
    total = importer.count()
    tally = Tally()
    done = 0
    with _two_at_once(), nullcontext() if dry_run else db.filling():
        for chunk in _read_ahead(importer.chunks()):
            # The last transaction waits for the disk, and takes these along.
            with db.read() if dry_run else db.write(durable=False) as tx:
                decided = taking.take(tx, chunk.entries, now=facts.now, dry_run=dry_run)
            verdicts = in_order(chunk, decided)
            tally.add(verdicts)
            listener(verdicts)
            done += chunk.rows
            progress(f"{done} of {total} rows")
    if done and not dry_run:
        with db.write() as tx:
            taking.grown(tx)
    return report(importer, tally)


def _read_ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """While one is written, the next is read: the database works without the interpreter."""
    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reading.submit(next, chunks, None)
            yield chunk


@contextmanager
def _two_at_once() -> Iterator[None]:
    """Reading gives way as soon as the database has done its part. And tuples by the million are
    no rubbish: to look for cycles among them every 700 objects is an eighth of an import."""
    between, collected = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SECONDS_AT_A_TIME)
    gc.set_threshold(_OBJECTS_BETWEEN, *collected[1:])
    try:
        yield
    finally:
        gc.set_threshold(*collected)
        sys.setswitchinterval(between)


def report(importer: Importer, tally: Tally) -> Report:
    """The counts, and what the owner should look at."""
    return Report(
        "subscribers",
        importer.format,
        tally.kinds["new"],
        tally.kinds["changed"],
        tally.unchanged,
        tally.refused,
        (*(note.problem() for note in importer.notes()), *tally.problems()),
        gets_mail=tally.gets_mail,
        no_mail=tally.no_mail,
        warnings=tuple(note.problem() for note in importer.warnings()),
    )


def _counted(
    found: Counter[str], slot: str, one: str, many: str, kind: Literal["column", "tag"]
) -> list[Note]:
    """A note for each name that was counted, the most frequent first."""
    most = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Note(kind, name, Reason(one) if n == 1 else Reason(many, {slot: n})) for name, n in most
    ]


def in_order(chunk: Chunk, decided: list[Verdict]) -> list[Verdict]:
    """All verdicts of a chunk, as its rows stand in the file."""
    if not chunk.verdicts:
        return decided
    return sorted([*chunk.verdicts, *decided], key=lambda verdict: verdict.row)


def find(path: Path, wanted: Mapping[str, str] | None = None) -> list[ListFile]:
    """The lists in a file or folder; none when there is none. Raises Refused for a broken one."""
    if path.is_dir():
        return finding.among(path, wanted)
    file = finding.one(path, wanted)
    return [] if file is None else [file]


def _written(file: ListFile, row: Row) -> str:
    """What stands where the address should, for a row that was refused."""
    columns = file.mapped.uses["email"] if file.mapped else ("email",)
    values = file.source.by_column(row)
    return next(filter(None, (cells.text(values.get(column)) for column in columns)), "")[:254]


def _defaults(file: ListFile, facts: Facts) -> Record:
    statement = cells.text(facts.consent)
    moment = to_text(facts.now)
    name = cells.text(file.source.path.name)
    event = Event("imported", moment, statement, version(statement), facts.language, "", name)
    return Record(
        email="",
        name="",
        status="active",
        cadence="weekly",
        paused_until=None,
        topics=(),
        language=facts.language,
        source=f"import {name}",
        created_at=moment,
        confirmed_at=None,
        unsubscribed_at=None,
        consent=(event,) if statement else (),
    )


def _own_parser(source: Source, defaults: Record) -> Parse:
    def completed(record: Record) -> Record:
        if record.consent or not rules.can_leave(record.status):
            return record
        if not defaults.consent:
            raise Refused(N_("it has no consent log; say where it came from with --consent TEXT"))
        return record._replace(consent=defaults.consent)

    def object_(row: Row) -> tuple[Record, Beside]:
        if not own_format.is_own(row.values):
            raise Refused(N_("it has other columns than the rows before"))
        return completed(own_format.from_document(row.values)), NOTHING_BESIDE

    if source.header:
        header = source.header

        def table(row: Row) -> tuple[Record, Beside]:
            pairs = zip(header, row.values, strict=True)
            return completed(own_format.from_cells(pairs)), NOTHING_BESIDE

        return table
    return object_
