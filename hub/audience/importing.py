"""A file of people into the list, in chunks, so that sign-ups go on meanwhile.

Nobody is mailed, nobody who left is brought back, and the same file again changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from hub import addresses
from hub.audience import columns, own_format, reading, rules, suppression, transfer
from hub.audience.columns import Mapped
from hub.audience.consent import version
from hub.audience.reading import Row, Source
from hub.audience.record import Event, Known, Record
from hub.db import Database, Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem, Report
from hub.site import store as sites
from hub.times import to_text

CHUNK = 5_000
_SAMPLE = 50

Parse = Callable[[Row], Record]
Progress = Callable[[str], None]


@dataclass(slots=True)
class _Tally:
    """What happened so far; `seen` holds 64 bits of each address key, for doubles in the file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def refuse(self, row: int, reason: str) -> None:
        self.refused += 1
        self.problems.append(Problem(f"row {row}", reason))


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    email_key: str
    record: Record


def run(
    db: Database,
    path: Path,
    *,
    consent: str,
    dry_run: bool,
    now: datetime,
    progress: Progress,
) -> Report | None:
    """Import the people of a file; None when it is not a list of people.

    `consent` says where the addresses came from, and is kept in the log of each person; the
    hub's own export needs none. Raises Refused without it, and for a file that cannot be
    read to its end: then nothing of it is taken.
    """
    source = reading.open_source(path)
    if source is None:
        return None
    sample = list(islice(source.rows(), _SAMPLE))
    readable = [row for row in sample if not row.fault]
    if not sample and _is_empty_list(source):
        return Report("subscribers", source.format, 0, 0, 0, 0)
    own = bool(readable) and own_format.is_own(readable[0].values)
    mapped = None if own else columns.map_columns(readable)
    if not own and mapped is None:
        return None
    if not own and not consent.strip():
        raise Refused(
            N_("This list says nothing about consent: say where it came from with --consent TEXT.")
        )
    # Nothing is taken of a file that cannot be read to its end.
    total = source.count()
    defaults = _defaults(db, path.name, consent.strip(), now)
    parse = _parser(mapped, defaults) if mapped else _own_parser(source.format, defaults)
    tally = _Tally()
    done = 0
    for chunk in _chunks(source.rows()):
        entries = list(_entries(chunk, parse, tally))
        _take(db, entries, tally, dry_run=dry_run, now=now)
        done += len(chunk)
        progress(f"{done} of {total} rows")
    notes = [
        Problem(f"column {name}", "not understood; left out")
        for name in (mapped.unknown if mapped else ())
    ]
    return Report(
        "subscribers",
        f"hub-{source.format}" if own else source.format,
        tally.new,
        tally.changed,
        tally.unchanged,
        tally.refused,
        (*notes, *tally.problems),
    )


def _is_empty_list(source: Source) -> bool:
    """An export of a hub without readers."""
    if source.format == "json":
        return source.path.stat().st_size < 100 and source.path.read_bytes().split() == [b"[]"]
    return own_format.is_own(dict.fromkeys(source.header))


def _defaults(db: Database, name: str, statement: str, now: datetime) -> Record:
    """What is true of everybody in the file that does not say otherwise."""
    with db.read() as tx:
        language = sites.load(tx).language
    moment = to_text(now)
    event = Event("imported", moment, statement, version(statement), language, "", name)
    return Record(
        email="",
        name="",
        status="active",
        cadence="weekly",
        paused_until=None,
        topics=(),
        language=language,
        source=f"import {name}",
        created_at=moment,
        confirmed_at=None,
        unsubscribed_at=None,
        consent=(event,) if statement else (),
    )


def _parser(mapped: Mapped, defaults: Record) -> Parse:
    return lambda row: columns.record(row.values, mapped, defaults)


def _own_parser(format: str, defaults: Record) -> Parse:  # noqa: A002
    read = own_format.from_document if format in ("json", "ndjson") else own_format.from_cells

    def parse(row: Row) -> Record:
        if not own_format.is_own(row.values):
            raise Refused(N_("it has other columns than the rows before"))
        record = read(row.values)
        if record.consent or not rules.can_leave(record.status):
            return record
        if not defaults.consent:
            raise Refused(N_("it has no consent log; say where it came from with --consent TEXT"))
        return replace(record, consent=defaults.consent)

    return parse


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _entries(chunk: Iterable[Row], parse: Parse, tally: _Tally) -> Iterator[_Entry]:
    """The rows that can be taken; the others go into the tally with their reason."""
    for row in chunk:
        if row.fault:
            tally.refuse(row.number, row.fault)
            continue
        try:
            record = parse(row)
        except Refused as error:
            tally.refuse(row.number, str(error))
            continue
        email_key = addresses.key(record.email)
        print_of_key = hash(email_key)
        if print_of_key in tally.seen:
            tally.refuse(row.number, "the address stands in an earlier row already")
            continue
        tally.seen.add(print_of_key)
        yield _Entry(row.number, email_key, record)


def _take(
    db: Database, entries: list[_Entry], tally: _Tally, *, dry_run: bool, now: datetime
) -> None:
    """One chunk in one transaction, counted when it is committed."""
    with db.read() if dry_run else db.write() as tx:
        keys = [entry.email_key for entry in entries]
        known = transfer.known_among(tx, keys)
        suppressed = suppression.among(tx, keys)
        new: dict[str, Record] = {}
        changed: list[tuple[Known, Record]] = []
        refused: list[int] = []
        for entry in entries:
            here = known.get(entry.email_key)
            barred = entry.email_key in suppressed
            if here is not None:
                if rules.import_changes(here, entry.record, suppressed=barred):
                    changed.append((here, entry.record))
            elif barred:
                refused.append(entry.row)
            else:
                new[entry.email_key] = entry.record
        if not dry_run:
            transfer.insert(tx, new)
            for here, record in changed:
                _change(tx, here, record, now)
    tally.new += len(new)
    tally.changed += len(changed)
    tally.unchanged += len(entries) - len(new) - len(changed) - len(refused)
    for row in refused:
        tally.refuse(row, "the address is suppressed: it must not get mail any more")


def _change(tx: Transaction, here: Known, record: Record, now: datetime) -> None:
    """The status of the file counts, and the log says why; what it has already stays once."""
    if record.status == "unsubscribed":
        left = record.unsubscribed_at or to_text(now)
        record = replace(record, unsubscribed_at=left)
        if not any(event.kind == "unsubscribed" for event in record.consent):
            event = Event("unsubscribed", left, "", "", record.language, "", record.source)
            record = replace(record, consent=(*record.consent, event))
    logged = set(transfer.events_of(tx, here.id))
    transfer.change_status(tx, here, record)
    transfer.insert_events(
        tx, [(here.id, event) for event in record.consent if event not in logged]
    )
