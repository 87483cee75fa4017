"""Rows for every table, made from the schema itself: so a new table is filled too."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.db import Database
from hub.db.bulk import BATCH, Rows, parents_first
from hub.db.copying import FOLLOWING
from hub.times import to_text
from tests.conftest import NOW
from tests.db import described

# Gives the value of a column in row `n` (1, 2, …).
Make = Callable[[int], object]
# What a check allows: `kind IN ('post', 'page')`, as described.py normalises it.
_CHOICE = re.compile(r"(\w+)IN((?:'[^']*',?)+)")
# A table of one row: `id = 1`.
_ALONE = re.compile(r"(\w+)=(\d+)")
_TIME = re.compile(r"at|since|until|\w+_(at|since|until|from)")


def times(n: int) -> str:
    """Minutes before NOW, all different, as they are stored."""
    return to_text(NOW - timedelta(minutes=n))


@dataclass(frozen=True)
class Filler:
    """`rows`: how many, by table (else `usual`). `values`: what the schema does not tell."""

    tables: Mapping[str, described.Table]
    usual: int
    rows: Mapping[str, int]
    values: Mapping[str, Mapping[str, Make]]

    def many(self, table: str) -> int:
        """How many rows: no more than its parents have, lest two rows get the same key."""
        if table in self.rows:
            return self.rows[table]
        shape = self.tables[table]
        if any(_ALONE.fullmatch(check) for check in shape.checks):
            return 1
        return min([self.usual, *(self.many(parent) for _, parent, *_ in shape.references)])

    def column(self, table: str, name: str) -> Make:
        """What makes the values of a column."""
        if make := self.values.get(table, {}).get(name):
            return make
        shape = self.tables[table]
        for columns, parent, targets, _ in shape.references:
            if columns == (name,):
                theirs, parents = self.column(parent, targets[0]), self.many(parent)
                return lambda n: theirs(1 + (n - 1) % parents)
        for check in shape.checks:
            if (match := _CHOICE.fullmatch(check)) and match[1] == name:
                allowed = re.findall(r"'([^']*)'", match[2])
                return lambda n: allowed[n % len(allowed)]
        kind, nullable = shape.columns[name]
        plain = _plain(name, kind)
        return (lambda n: plain(n) if n % 2 else None) if nullable else plain


def fill(
    db: Database,
    *,
    usual: int,
    rows: Mapping[str, int] | None = None,
    values: Mapping[str, Mapping[str, Make]] | None = None,
) -> None:
    """Add rows to every table that has none."""
    with db.read() as tx:
        filler = Filler(described.of(tx), usual, rows or {}, values or {})
    with db.bulk(write=True) as bulk:
        tables = bulk.tables()
        for table in parents_first(tables):
            if table.name not in FOLLOWING and bulk.is_empty(table):
                makers = [filler.column(table.name, column) for column in table.columns]
                bulk.load(table, _batches(makers, filler.many(table.name)))
        bulk.finish(tables)


def _batches(makers: list[Make], many: int) -> Iterator[Rows]:
    for start in range(1, many + 1, BATCH):
        numbers = range(start, min(start + BATCH, many + 1))
        yield [tuple(make(n) for make in makers) for n in numbers]


def _plain(column: str, kind: str) -> Make:
    if kind == "text":
        return times if _TIME.fullmatch(column) else lambda n: f"{column}-{n}"
    if kind == "bytea":
        return lambda n: b"\0%d" % n
    return (lambda n: n / 2) if kind == "double precision" else lambda n: n
