"""Whole tables in and out of SQLite."""

from collections.abc import Iterable, Iterator
from typing import Any

from hub.db.bulk import BATCH, Bulk, Rows, Table


class SqliteBulk(Bulk):
    """`connection` has a transaction open."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def tables(self) -> list[Table]:
        rows = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        # Full-text search keeps several tables behind each virtual one, named after it.
        virtual = tuple(name for name, sql in rows if sql.upper().startswith("CREATE VIRTUAL"))
        own = ("sqlite_", "_sqlite", *virtual)
        return [self._table(name) for name, _ in rows if not name.startswith(own)]

    def rows(self, table: Table) -> Iterator[Rows]:
        cursor = self._connection.execute(table.in_order)
        while batch := cursor.fetchmany(BATCH):
            yield batch

    def load(self, table: Table, batches: Iterable[Rows]) -> None:
        slots = ", ".join("?" * len(table.columns))
        insert = f'INSERT INTO "{table.name}" ({table.listed}) VALUES ({slots})'
        for batch in batches:
            self._connection.executemany(insert, batch)

    def is_empty(self, table: Table) -> bool:
        return self._connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchone() is None

    def clear(self, table: Table) -> None:
        self._connection.execute(f'DELETE FROM "{table.name}"')

    def finish(self, tables: list[Table]) -> None:
        """An INTEGER PRIMARY KEY counts from the largest that is there: nothing to do."""

    def _table(self, name: str) -> Table:
        columns = self._connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        keys = sorted((position, column) for _, column, *_, position in columns if position)
        links = self._connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
        return Table(
            name,
            tuple(sorted(column for _, column, *_ in columns)),
            tuple(column for _, column in keys),
            frozenset(link[2] for link in links),
        )
