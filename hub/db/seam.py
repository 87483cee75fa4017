"""What a store may ask of a database, whichever engine runs it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from hub.db.bulk import Bulk

T = TypeVar("T")

Engine = Literal["sqlite", "postgres"]


class Transaction(ABC):
    """An open transaction. SQL takes `:name` parameters, given as keyword arguments.

    Aware datetimes, bools, str, int, float, bytes and None may be passed. Errors of the
    engine arrive as hub.errors: Conflict for a broken unique set, key or check,
    DatabaseBusy, StorageFull, Unavailable; Refused for a text with a NUL character and for
    a number beyond 64 bits, which no engine keeps.

    After an error nothing more can be done in the transaction, unless it happened inside
    a `savepoint` that it left: what may fail and be mended goes into one.
    """

    # For the twin modules (claiming, search) alone; a test sees that nobody else asks.
    engine: ClassVar[Engine]

    @abstractmethod
    def one(self, cls: type[T], sql: str, **values: object) -> T | None:
        """The first row as a `cls` (a dataclass, or str, int, float, bytes), or None."""

    @abstractmethod
    def all(self, cls: type[T], sql: str, **values: object) -> list[T]:
        """Every row as a `cls`; `tuple` gives it as it is, where a million are read."""

    @abstractmethod
    def among(self, cls: type[T], sql: str, keys: Sequence[str] | Sequence[int]) -> list[T]:
        """Every row of `sql` as a `cls`. Its one parameter is `IN :keys`, of which there may be
        thousands, texts or numbers as they are stored. `sql` may order the rows of each key; the
        keys come in no order."""

    @abstractmethod
    def stream(self, cls: type[T], sql: str, **values: object) -> Iterator[T]:
        """The rows one after another, in the memory of a few hundred."""

    @abstractmethod
    def scalar(self, sql: str, **values: object) -> Any:
        """The first column of the first row, or None."""

    @abstractmethod
    def execute(self, sql: str, **values: object) -> int:
        """Run one statement; the number of rows it changed."""

    @abstractmethod
    def executemany(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Run one statement for each of `rows`, which may be many: they are taken in batches."""

    @abstractmethod
    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add rows to a table, the fastest way that the engine has; ids are given in their order.

        Text, numbers, bytes and None only, as they are stored. To be fast nobody looks at them
        again: the caller has seen to it that no text holds a NUL or half a surrogate pair.
        """

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Inside, an exception undoes what was done since, and the transaction goes on."""

    @abstractmethod
    def grown(self, table: str) -> None:
        """Many rows were added to a table: the engine takes their number into its plans.

        PostgreSQL would else believe for a minute that the table is as it was.
        """

    @abstractmethod
    def forgotten(self) -> None:
        """Somebody was deleted for good: soon after the commit nothing of them is left in the log
        that SQLite keeps beside its file. PostgreSQL's own cleaning sees to its files."""

    @abstractmethod
    def site_changed(self) -> None:
        """Public pages may look different after this transaction: every process drops its cache."""


class Database(ABC):
    """One database, open until `close`. Safe to use from several threads."""

    # To be shown to whoever runs the hub; nothing is decided by it.
    engine_name: ClassVar[Engine]

    @abstractmethod
    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that sees one state of the database and changes nothing."""

    @abstractmethod
    def read_together(self, count: int) -> AbstractContextManager[tuple[Transaction, ...]]:
        """`count` transactions as of `read` that see the same state, each for one thread."""

    @abstractmethod
    def write(
        self, *, concurrent: bool = False, durable: bool = True
    ) -> AbstractContextManager[Transaction]:
        """A transaction that commits at the end, or is undone by an exception.

        One writer at a time, on either engine and over all processes: what is read inside
        stays true until the commit, so "look, then insert" needs no lock of its own. Keep it
        short, and make no network call inside. After 10 s of waiting: DatabaseBusy.

        `concurrent` is for the few hot paths (claiming, recording what was sent) whose
        statements are safe beside each other: on PostgreSQL such transactions run side by
        side, though never beside an ordinary writer; on SQLite it makes no difference.

        Without `durable` the commit may be forgotten, but only where this process ends with it
        (the machine loses its power), and never before an earlier one: on SQLite it does not
        wait for the disk, and the next durable one takes it along. On PostgreSQL, whose server
        may fall alone, it makes no difference.
        """

    @abstractmethod
    def filling(self) -> AbstractContextManager[None]:
        """For one who writes much, in many transactions: while it lasts, SQLite's log is brought
        into the file beside them rather than between. On PostgreSQL the server does so anyway."""

    @abstractmethod
    def site_version(self) -> int:
        """A number that grows with every commit that called `site_changed`, in any process."""

    @abstractmethod
    def wait_for_change(self, seen: int, seconds: float) -> int:
        """Wait until `site_version` is another than `seen`, at most `seconds`; the version then.

        Hears of every process within a quarter of a second. Raises Unavailable at once when
        the database is away. For one thread of a process.
        """

    @abstractmethod
    def wake(self) -> None:
        """Let the thread in `wait_for_change`, or the next one to enter it, go on at once."""

    @abstractmethod
    def on_site_change(self, callback: Callable[[], None]) -> None:
        """Call this after each commit of this process that called `site_changed`."""

    @abstractmethod
    def warnings(self) -> list[str]:
        """What the owner should know about this engine, in words; mostly nothing."""

    @abstractmethod
    def backup(self, target: Path) -> None:
        """Write a consistent copy to `target` while others read and write.

        It is an SQLite file on either engine, so that a backup can be taken anywhere.
        """

    @abstractmethod
    def bulk(self, *, write: bool) -> AbstractContextManager[Bulk]:
        """Whole tables, for hub.db.copying alone, in one transaction as of `read` or `write`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of every connection."""


def in_list(name: str, values: Iterable[object]) -> tuple[str, dict[str, object]]:
    """`(:name0, :name1)` and its values, for `IN`; `(NULL)`, which matches nothing, for none."""
    named = {f"{name}{n}": value for n, value in enumerate(values)}
    return "(" + (", ".join(f":{key}" for key in named) or "NULL") + ")", named
