"""Which statements a piece of the program runs, and how the engine would look for their rows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from hub.db import Transaction
from hub.db.postgres import PostgresTransaction
from hub.db.sqlite import SqliteTransaction

# How many steps of SQLite's machine are counted as one.
STEPS = 1_000


@dataclass
class Ran:
    """The values of a statement's last run, and the most steps (of STEPS) that SQLite took."""

    values: Mapping[str, object]
    steps: int = 0


Statements = dict[str, Ran]

_NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(?!WHERE|SET|ON|JOIN)(\w+))?")


@contextmanager
def recorded() -> Iterator[Statements]:
    """Every statement that is run inside, by its text."""
    statements: Statements = {}
    listened: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        for kind in (SqliteTransaction, PostgresTransaction):
            _listen(patch, kind, statements, listened)
        yield statements
    for connection in listened:
        connection.set_progress_handler(None, 0)


def _listen(
    patch: pytest.MonkeyPatch, kind: Any, statements: Statements, listened: list[Any]
) -> None:
    run, stream, executemany = kind._run, kind.stream, kind.executemany
    among = kind.among

    def note(tx: Any, sql: str, values: Mapping[str, object]) -> None:
        ran = statements.setdefault(sql, Ran(values))
        ran.values = values
        if kind is not SqliteTransaction:
            return
        # Until the next statement of this connection, so that its rows are counted too.
        before, now = ran.steps, 0

        def step() -> None:
            nonlocal now
            now += 1
            ran.steps = max(before, now)

        tx.connection.set_progress_handler(step, STEPS)
        listened.append(tx.connection)

    def heard_run(tx: Any, sql: str, values: Mapping[str, object]) -> Any:
        note(tx, sql, values)
        return run(tx, sql, values)

    def heard_stream(tx: Any, cls: Any, sql: str, **values: object) -> Any:
        note(tx, sql, values)
        return stream(tx, cls, sql, **values)

    def heard_among(tx: Any, cls: Any, sql: str, keys: Any) -> Any:
        if keys:
            note(tx, sql.replace(":keys", "(:key)"), {"key": keys[0]})
        return among(tx, cls, sql, keys)

    def heard_many(tx: Any, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        listed = list(rows)
        if listed:
            note(tx, sql, listed[0])
        executemany(tx, sql, listed)

    patch.setattr(kind, "_run", heard_run)
    patch.setattr(kind, "stream", heard_stream)
    patch.setattr(kind, "executemany", heard_many)
    patch.setattr(kind, "among", heard_among)


@dataclass(frozen=True)
class Scan:
    """A table that is gone through from one end; `how` is what the engine says."""

    table: str
    how: str


def scans(tx: Transaction, sql: str, values: Mapping[str, object]) -> list[Scan]:
    """The tables that a statement would go through; it is planned, not run."""
    return _of_sqlite(tx, sql, values) if tx.engine == "sqlite" else _of_postgres(tx, sql, values)


@dataclass(frozen=True)
class _Step:
    detail: str


def _of_sqlite(tx: Transaction, sql: str, values: Mapping[str, object]) -> list[Scan]:
    # Not what a statement names for itself, nor full-text search, which answers by its index.
    tables = tx.all(
        str,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
    )
    names = {alias or table: table for table, alias in _NAMED.findall(sql)}
    steps = tx.all(_Step, f"EXPLAIN QUERY PLAN {sql}", **values)
    walked = [step.detail for step in steps if step.detail.startswith("SCAN ")]
    found = [Scan(names.get(how.split()[1], how.split()[1]), how) for how in walked]
    return [scan for scan in found if scan.table in tables]


def _of_postgres(tx: Transaction, sql: str, values: Mapping[str, object]) -> list[Scan]:
    (answer,) = tx.scalar(f"EXPLAIN (FORMAT JSON) {sql}", **values)
    return [
        Scan(node["Relation Name"], f"{node['Node Type']} {node.get('Index Name', '')}")
        for node in nodes(answer["Plan"])
        if node["Node Type"] == "Seq Scan" or _is_whole_index(node)
    ]


def _is_whole_index(node: Mapping[str, Any]) -> bool:
    return node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan of PostgreSQL and every plan inside it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
