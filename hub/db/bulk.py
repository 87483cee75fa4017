"""Whole tables in and out, for copying a hub from one engine to the other."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Rows at a time: a few megabytes even of long articles.
BATCH = 200

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as both engines know it: its columns by name, its key, and whom it points to."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: frozenset[str]

    @property
    def listed(self) -> str:
        """The columns as SQL lists them."""
        return ", ".join(f'"{column}"' for column in self.columns)

    @property
    def in_order(self) -> str:
        """SELECT of every row in the order of the key, which is the same on both engines."""
        key = ", ".join(f'"{column}"' for column in self.key)
        return f'SELECT {self.listed} FROM "{self.name}" ORDER BY {key}'


class Bulk(ABC):
    """The tables of one database inside one transaction."""

    @abstractmethod
    def tables(self) -> list[Table]:
        """Every table of the hub's schema; not those that the engine or search keeps for itself."""

    @abstractmethod
    def rows(self, table: Table) -> Iterator[Rows]:
        """Batches of BATCH rows, in the order of the key."""

    @abstractmethod
    def load(self, table: Table, batches: Iterable[Rows]) -> None:
        """Add rows. Raises Refused for a value that this engine does not keep."""

    @abstractmethod
    def is_empty(self, table: Table) -> bool:
        """Whether the table holds no row."""

    @abstractmethod
    def clear(self, table: Table) -> None:
        """Delete every row."""

    @abstractmethod
    def finish(self, tables: list[Table]) -> None:
        """After the last row: numbers that count up go on behind the largest."""


def parents_first(tables: list[Table]) -> list[Table]:
    """So that a row never points to one that is not there yet."""
    waiting = sorted(tables, key=lambda table: table.name)
    done: list[Table] = []
    names: set[str] = set()
    while waiting:
        ready = [table for table in waiting if table.references - {table.name} <= names]
        if not ready:
            raise ValueError(f"tables point to each other: {[table.name for table in waiting]}")
        done += ready
        names |= {table.name for table in ready}
        waiting = [table for table in waiting if table.name not in names]
    return done
