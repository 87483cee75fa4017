"""Copies a whole hub from one database into an empty one, and proves that it is the same."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.db import texts
from hub.db.bulk import Bulk, Rows, Table, parents_first
from hub.db.seam import Database
from hub.errors import Refused

# Kept by triggers from what is in the others, on each engine in its own way.
FOLLOWING = frozenset(("people_counts", "people_moves"))

# Told of the name of a table and how many of its rows are copied or compared.
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """One table, the same on both sides: how many rows, and the hash of all of them."""

    table: str
    rows: int
    digest: str


def copy(source: Database, target: Database, *, progress: Progress) -> list[Copied]:
    """Copy every table; one line for each, parents before those that point to them.

    Raises Refused when the target holds anything but a fresh hub, when the two have
    different schemas, or when what was written is not what was read. Then, as after any
    error, the target is as it was; the source is only read, as of one moment.
    """
    with source.bulk(write=False) as old, target.bulk(write=True) as new:
        tables = _tables(old, new)
        given = []
        for table in tables:
            new.clear(table)
            tally = _Tally(table, progress)
            new.load(table, tally.passing(old.rows(table)))
            given.append(tally.result())
        for table, expected in zip(tables, given, strict=True):
            tally = _Tally(table, lambda *_: None)
            for _ in tally.passing(new.rows(table)):
                pass
            if tally.result() != expected:
                raise Refused(texts.NOT_THE_SAME, table=table.name)
        new.finish(tables)
    return given


def _tables(old: Bulk, new: Bulk) -> list[Table]:
    tables = parents_first(old.tables())
    if {(t.name, t.columns, t.key) for t in tables} != {
        (t.name, t.columns, t.key) for t in new.tables()
    }:
        raise Refused(texts.OTHER_SCHEMA)
    tables = [table for table in tables if table.name not in FOLLOWING]
    # A fresh hub has the one row that says so, and it is replaced.
    filled = [table.name for table in tables if table.name != "hub" and not new.is_empty(table)]
    if filled:
        raise Refused(texts.NOT_EMPTY, tables=", ".join(filled[:3]))
    return tables


class _Tally:
    """Counts and hashes rows on their way. Both sides come in batches of the same size."""

    def __init__(self, table: Table, progress: Progress) -> None:
        self._table = table
        self._progress = progress
        self._rows = 0
        self._hash = hashlib.sha256()

    def passing(self, batches: Iterable[Rows]) -> Iterator[Rows]:
        for batch in batches:
            self._rows += len(batch)
            # Both drivers give the same Python values: text, int, float, bytes, None.
            self._hash.update(repr(batch).encode())
            yield batch
            self._progress(self._table.name, self._rows)

    def result(self) -> Copied:
        return Copied(self._table.name, self._rows, self._hash.hexdigest())
