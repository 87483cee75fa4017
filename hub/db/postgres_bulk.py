"""Whole tables in and out of PostgreSQL: cursors on the server, and COPY."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import psycopg

from hub.db import texts
from hub.db.bulk import BATCH, Bulk, Rows, Table
from hub.db.postgres_errors import mapped_errors
from hub.errors import Refused

_TABLES = """
  SELECT c.relname,
    ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
      AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY attname COLLATE "C"),
    ARRAY(SELECT attname::text FROM pg_constraint k, unnest(k.conkey) WITH ORDINALITY AS u (num, n)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num
      WHERE k.conrelid = c.oid AND k.contype = 'p' ORDER BY u.n),
    ARRAY(SELECT o.relname::text FROM pg_constraint k JOIN pg_class o ON o.oid = k.confrelid
      WHERE k.conrelid = c.oid AND k.contype = 'f')
  FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND c.relname <> 'hub_migrations'
"""


class PostgresBulk(Bulk):
    """`connection` has a transaction open."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._names = count()

    def tables(self) -> list[Table]:
        with mapped_errors():
            found = self._connection.execute(_TABLES).fetchall()
        return [
            Table(name, tuple(columns), tuple(key), frozenset(references))
            for name, columns, key, references in found
        ]

    def rows(self, table: Table) -> Iterator[Rows]:
        with (
            mapped_errors(),
            self._connection.cursor(f"bulk{next(self._names)}") as cursor,
        ):
            cursor.execute(table.in_order.encode())
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def load(self, table: Table, batches: Iterable[Rows]) -> None:
        copy_in = f'COPY "{table.name}" ({table.listed}) FROM STDIN'
        try:
            with (
                mapped_errors(),
                self._connection.cursor() as cursor,
                cursor.copy(copy_in.encode()) as copy,
            ):
                for batch in batches:
                    for row in batch:
                        copy.write_row(row)
        except psycopg.DataError as error:
            raise Refused(texts.NOT_KEPT, table=table.name, reason=_said(error)) from error

    def is_empty(self, table: Table) -> bool:
        with mapped_errors():
            found = self._connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1'.encode())
            return found.fetchone() is None

    def clear(self, table: Table) -> None:
        with mapped_errors():
            self._connection.execute(f'DELETE FROM "{table.name}"'.encode())

    def finish(self, tables: list[Table]) -> None:
        """Identities go on behind the largest number; the planner learns what is there now."""
        with mapped_errors():
            for table in tables:
                column = table.key[0]
                row = self._connection.execute(
                    "SELECT pg_get_serial_sequence(%s, %s)", (f'"{table.name}"', column)
                ).fetchone()
                if row and row[0]:
                    self._connection.execute(
                        f'SELECT setval(%s, (SELECT COALESCE(max("{column}"), 1)'
                        f' FROM "{table.name}"), EXISTS (SELECT 1 FROM "{table.name}"))'.encode(),
                        (row[0],),
                    )
                self._connection.execute(f'ANALYZE "{table.name}"'.encode())


def _said(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0]
