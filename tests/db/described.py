"""The schema of a database in words that are the same for both engines."""

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg

from hub.db import Transaction
from hub.db.postgres import PostgresTransaction
from hub.db.sqlite import SqliteTransaction

_TYPES = {"TEXT": "text", "INTEGER": "bigint", "REAL": "double precision", "BLOB": "bytea"}


@dataclass
class Table:
    """Columns: type, and whether it may be NULL. `numbered`: the one that counts up by itself."""

    columns: dict[str, tuple[str, bool]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    numbered: str | None = None
    unique: set[tuple[str, ...]] = field(default_factory=set)
    references: set[tuple[tuple[str, ...], str, tuple[str, ...], str]] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    # name → columns, unique, the normalised WHERE
    indexes: dict[str, tuple[tuple[str, ...], bool, str]] = field(default_factory=dict)


def of(tx: Transaction) -> dict[str, Table]:
    """The tables of whichever engine this is."""
    if isinstance(tx, SqliteTransaction):
        return of_sqlite(tx.connection)
    assert isinstance(tx, PostgresTransaction)
    return of_postgres(tx.connection)


def of_sqlite(connection: Any) -> dict[str, Table]:
    """Every table but those of sqlite-utils and of full-text search."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    virtual = [name for name, sql in rows if sql.upper().startswith("CREATE VIRTUAL")]
    return {
        name: _sqlite_table(connection, name, sql)
        for name, sql in rows
        if not name.startswith(("sqlite_", "_sqlite", *virtual))
    }


def _sqlite_table(connection: Any, name: str, sql: str) -> Table:
    table = Table()
    keys: dict[int, str] = {}
    for _, column, kind, not_null, default, position in connection.execute(
        f"PRAGMA table_info({name})"
    ):
        # A STRICT table takes no NULL in its key, without saying so.
        table.columns[column] = (_TYPES[kind], not not_null and not position)
        if default is not None:
            table.defaults[column] = default
        if position:
            keys[position] = column
    table.key = tuple(keys[n] for n in sorted(keys))
    links: dict[int, list[tuple[str, str, str, str]]] = {}
    for n, _, other, column, target, _, on_delete, _ in connection.execute(
        f"PRAGMA foreign_key_list({name})"
    ):
        links.setdefault(n, []).append((column, other, target, on_delete))
    for parts in links.values():
        columns = tuple(sorted(part[0] for part in parts))
        targets = tuple(sorted(part[2] for part in parts))
        table.references.add((columns, parts[0][1], targets, parts[0][3]))
    table.checks = {_normal(text) for text in _bracketed(sql, "CHECK")}
    table.numbered = _numbered(table)
    for _, index, unique, origin, _ in connection.execute(f"PRAGMA index_list({name})").fetchall():
        held = [row[2] for row in connection.execute(f"PRAGMA index_info({index})")]
        if origin == "u":
            table.unique.add(tuple(sorted(held)))
        elif origin == "c":
            text = connection.execute(
                "SELECT sql FROM sqlite_master WHERE name = ?", (index,)
            ).fetchone()[0]
            columns = tuple(
                column or _normal(written)
                for column, written in zip(held, _terms(_bracketed(text, name)[0]), strict=True)
            )
            table.indexes[index] = (columns, bool(unique), _normal(text.partition(" WHERE ")[2]))
    return table


def _numbered(table: Table) -> str | None:
    """An INTEGER PRIMARY KEY counts up, unless it is somebody else's number or fixed."""
    if len(table.key) != 1 or table.columns[table.key[0]][0] != "bigint":
        return None
    borrowed = any(columns == table.key for columns, *_ in table.references)
    fixed = f"{table.key[0]}=1" in table.checks
    return None if borrowed or fixed else table.key[0]


def of_postgres(connection: psycopg.Connection[Any]) -> dict[str, Table]:
    """Every table but that of the migrations."""
    tables: dict[str, Table] = {}
    for name, column, kind, nullable, default, identity in connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name <> 'hub_migrations' AND is_generated = 'NEVER'"
        " ORDER BY table_name, ordinal_position"
    ):
        table = tables.setdefault(name, Table())
        table.columns[column] = (kind, nullable == "YES")
        if default is not None:
            table.defaults[column] = default.removesuffix("::text")
        if identity == "YES":
            table.numbered = column
    for name, kind, columns, other, targets, on_delete, text in connection.execute(_CONSTRAINTS):
        table = tables.get(name, Table())
        if kind == "p":
            table.key = tuple(columns)
        elif kind == "u":
            table.unique.add(tuple(sorted(columns)))
        elif kind == "f":
            rule = {"c": "CASCADE", "a": "NO ACTION", "n": "SET NULL"}[on_delete]
            table.references.add((tuple(sorted(columns)), other, tuple(sorted(targets)), rule))
        elif kind == "c":
            table.checks.add(_normal(text.removeprefix("CHECK ")))
    for name, index, unique, columns, where in connection.execute(_INDEXES):
        if name in tables:
            tables[name].indexes[index] = (
                tuple(map(_normal, columns)),
                unique,
                _normal(where or ""),
            )
    return tables


_CONSTRAINTS = """
  SELECT c.relname, k.contype::text,
    ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (num, n)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.n),
    (SELECT relname FROM pg_class WHERE oid = k.confrelid),
    ARRAY(SELECT attname::text FROM unnest(k.confkey) AS u (num)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num),
    k.confdeltype::text, pg_get_constraintdef(k.oid)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE k.connamespace = 'public'::regnamespace
"""
# Indexes that were made by name and are ordinary ones; search has its own kind.
_INDEXES = """
  SELECT t.relname, c.relname, i.indisunique,
    ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, false)
      FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n),
    pg_get_expr(i.indpred, i.indrelid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_am m ON m.oid = c.relam
  WHERE c.relnamespace = 'public'::regnamespace AND m.amname = 'btree'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""


def _bracketed(sql: str, word: str) -> list[str]:
    """What stands in the brackets after each `word`."""
    found = []
    for match in re.finditer(rf"\b{word} \(", sql):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        found.append(sql[match.end() : end - 1])
    return found


def _terms(text: str) -> list[str]:
    """Parted at the commas that stand in no brackets."""
    return re.split(r",(?![^()]*\))", text)


def _normal(condition: str) -> str:
    """A condition without brackets, spaces and casts, and with PostgreSQL's ANY as IN."""
    condition = re.sub(r"::(double precision|\w+)(\[\])?", "", condition).replace(
        "= ANY (ARRAY[", "IN ("
    )
    return re.sub(r"[\s()\[\]]", "", condition)
