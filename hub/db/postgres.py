"""PostgreSQL through psycopg and its pool: the second engine, for several machines.

Importing psycopg takes 0.4 s, so nothing but the choice of the engine imports this module.
Connections are in autocommit mode and every transaction says BEGIN itself: one round trip
opens it, sets what it needs and waits for its turn.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from hub.db import copying, texts
from hub.db.bulk import Bulk
from hub.db.postgres_bulk import PostgresBulk
from hub.db.postgres_errors import hub_error, is_lost, mapped_errors
from hub.db.postgres_listener import Listener
from hub.db.postgres_schema import WRITE_LOCK, bring_up
from hub.db.postgres_sql import translate
from hub.db.rows import reader, to_columns
from hub.db.seam import Database, Transaction
from hub.db.sqlite import SqliteDatabase
from hub.errors import DatabaseBusy, SettingError, Unavailable

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]

BUSY_SECONDS = 10
CONNECT_SECONDS = 10
# A writer that stops in the middle (its machine sleeps) must not hold up all others for ever.
STALLED_SECONDS = 60
MOST_CONNECTIONS = 16
BATCH = 1_000
# The pool tells of a refused connection through a callback, not to who waits: so look often.
GLANCE_SECONDS = 0.05

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    f" SET LOCAL idle_in_transaction_session_timeout = '{STALLED_SECONDS}s';"
)
# Statements of READ COMMITTED see what was committed before each began, so whoever has the
# lock sees all that the writers before it did.
_WRITE_ALONE = f"{_WRITE} SELECT pg_advisory_xact_lock({WRITE_LOCK})"
_WRITE_CONCURRENT = f"{_WRITE} SELECT pg_advisory_xact_lock_shared({WRITE_LOCK})"

_DEFAULTS = {
    "connect_timeout": "5",
    # A server that vanished without a word is noticed after 20 s rather than two hours.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",
    "fallback_application_name": "hub",
}

# The pool's own warnings name hosts at every attempt; what matters is raised as Unavailable.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


class _NumberLoader(Loader):
    """numeric, which sums and averages give, as the int or float that SQLite would give."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


class PostgresTransaction(Transaction):
    engine = "postgres"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._names = count()
        self.changes_site = False

    def one(self, cls: type[T], sql: str, **values: object) -> T | None:
        cursor = self._run(sql, values)
        row = cursor.fetchone()
        return None if row is None else reader(cls, _columns(cursor))(row)

    def all(self, cls: type[T], sql: str, **values: object) -> list[T]:
        cursor = self._run(sql, values)
        read = reader(cls, _columns(cursor))
        return [read(row) for row in cursor.fetchall()]

    def among(self, cls: type[T], sql: str, keys: Sequence[str] | Sequence[int]) -> list[T]:
        cursor = self._execute(sql.replace("IN :keys", "= ANY(:keys)"), {"keys": list(keys)})
        read = reader(cls, _columns(cursor))
        return [read(row) for row in cursor.fetchall()]

    def stream(self, cls: type[T], sql: str, **values: object) -> Iterator[T]:
        with mapped_errors():
            cursor = self.connection.cursor(f"stream{next(self._names)}")
        try:
            with mapped_errors():
                cursor.execute(translate(sql), to_columns(values))
                read = reader(cls, _columns(cursor))
            while rows := self._fetch(cursor):
                for row in rows:
                    yield read(row)
        finally:
            with mapped_errors():
                cursor.close()

    def scalar(self, sql: str, **values: object) -> Any:
        row = self._run(sql, values).fetchone()
        return None if row is None else row[0]

    def execute(self, sql: str, **values: object) -> int:
        return self._run(sql, values).rowcount

    def executemany(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        remaining = iter(rows)
        with self.connection.cursor() as cursor:
            while batch := [to_columns(row) for row in islice(remaining, BATCH)]:
                with mapped_errors():
                    cursor.executemany(translate(sql), batch)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        copy_in = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with (
            mapped_errors(),
            self.connection.cursor() as cursor,
            cursor.copy(copy_in.encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        name = f"s{next(self._names)}"
        self._command(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if not self.connection.broken:
                self._command(f"ROLLBACK TO {name}; RELEASE {name}")
            raise
        self._command(f"RELEASE {name}")

    def grown(self, table: str) -> None:
        self._command(f'ANALYZE "{table}"')

    def forgotten(self) -> None:
        """Vacuum overwrites what is dead, and write-ahead segments are recycled."""

    def site_changed(self) -> None:
        self.changes_site = True

    def commit(self) -> None:
        if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            # The server would answer COMMIT with a quiet ROLLBACK.
            raise RuntimeError(texts.SWALLOWED)
        if self.changes_site:
            self.execute("UPDATE hub SET site_version = site_version + 1 WHERE id = 1")
            self._command(f"NOTIFY {Listener.CHANNEL}")
        self._command("COMMIT")

    def _run(self, sql: str, values: Mapping[str, object]) -> Cursor:
        return self._execute(sql, to_columns(values))

    def _execute(self, sql: str, values: Mapping[str, object]) -> Cursor:
        with mapped_errors():
            try:
                return self.connection.execute(translate(sql), values)
            except psycopg.errors.InFailedSqlTransaction as error:
                raise RuntimeError(texts.SWALLOWED) from error

    def _command(self, text: str) -> None:
        with mapped_errors():
            self.connection.execute(text, prepare=False)

    def _fetch(self, cursor: Any) -> list[tuple[Any, ...]]:
        with mapped_errors():
            rows: list[tuple[Any, ...]] = cursor.fetchmany(500)
            return rows


class PostgresDatabase(Database):
    engine_name = "postgres"

    def __init__(self, url: str, *, migrate: bool = True) -> None:
        self._conninfo = _conninfo(url)
        self._callbacks: list[Callable[[], None]] = []
        self._writing = threading.local()
        self._refusals = 0
        try:
            with psycopg.connect(self._conninfo, autocommit=True) as connection:
                bring_up(connection, migrate=migrate)
        except psycopg.Error as error:
            raise SettingError(f"HUB_DATABASE: {_one_line(error)}") from error
        self._listener = Listener(self._connect)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self._conninfo,
            kwargs={"autocommit": True},
            configure=_configure,
            min_size=0,
            max_size=MOST_CONNECTIONS,
            num_workers=1,
            # Give up at once; the next transaction tries again.
            reconnect_timeout=0.0,
            reconnect_failed=self._refused,
            open=True,
        )

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._transaction(_READ) as tx:
            yield tx

    @contextmanager
    def read_together(self, count: int) -> Iterator[tuple[Transaction, ...]]:
        with ExitStack() as opened:
            first = opened.enter_context(self.read())
            # https://www.postgresql.org/docs/current/functions-admin.html, snapshot
            # synchronization functions.
            snapshot = first.scalar("SELECT pg_export_snapshot()")
            begin = f"{_READ}; SET TRANSACTION SNAPSHOT '{snapshot}'"
            others = (opened.enter_context(self._transaction(begin)) for _ in range(count - 1))
            yield (first, *others)

    @contextmanager
    def write(self, *, concurrent: bool = False, durable: bool = True) -> Iterator[Transaction]:
        if getattr(self._writing, "now", False):
            raise RuntimeError(texts.NESTED)
        self._writing.now = True
        try:
            with self._transaction(_WRITE_CONCURRENT if concurrent else _WRITE_ALONE) as tx:
                yield tx
                tx.commit()
        finally:
            self._writing.now = False
        if tx.changes_site:
            for callback in self._callbacks:
                callback()

    @contextmanager
    def filling(self) -> Iterator[None]:
        yield

    def site_version(self) -> int:
        with self.read() as tx:
            return int(tx.scalar("SELECT site_version FROM hub WHERE id = 1"))

    def wait_for_change(self, seen: int, seconds: float) -> int:
        with mapped_errors():
            return self._listener.wait(seen, seconds)

    def wake(self) -> None:
        self._listener.wake()

    def on_site_change(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def warnings(self) -> list[str]:
        return []

    def backup(self, target: Path) -> None:
        copied = SqliteDatabase(target)
        try:
            copying.copy(self, copied, progress=lambda *_: None)
        finally:
            copied.close()

    @contextmanager
    def bulk(self, *, write: bool) -> Iterator[Bulk]:
        with self._transaction(_WRITE_ALONE if write else _READ) as tx:
            yield PostgresBulk(tx.connection)
            tx.commit()

    def close(self) -> None:
        self._pool.close()
        self._listener.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresTransaction]:
        connection = self._begin(begin)
        try:
            yield PostgresTransaction(connection)
        finally:
            self._give_back(connection)

    def _begin(self, begin: str) -> Connection:
        """A connection with an open transaction; one that died while it waited is passed over."""
        for _ in range(MOST_CONNECTIONS + 1):
            connection = self._take()
            try:
                connection.execute(begin, prepare=False)
            except psycopg.Error as error:
                if is_lost(error):
                    connection.close()
                self._give_back(connection)
                if not is_lost(error):
                    raise hub_error(error) from error
            else:
                return connection
        raise Unavailable(texts.AWAY)

    def _take(self) -> Connection:
        refusals = self._refusals
        deadline = time.monotonic() + CONNECT_SECONDS
        while time.monotonic() < deadline:
            try:
                return self._pool.getconn(timeout=GLANCE_SECONDS)
            except PoolTimeout:
                if self._refusals != refusals:
                    raise Unavailable(texts.AWAY) from None
            except PoolClosed as error:
                raise Unavailable(texts.AWAY) from error
        raise DatabaseBusy(texts.BUSY)

    def _give_back(self, connection: Connection) -> None:
        if not connection.closed:
            try:
                if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    connection.execute("ROLLBACK", prepare=False)
            except psycopg.Error:
                connection.close()
        self._pool.putconn(connection)

    def _refused(self, _pool: ConnectionPool[Connection]) -> None:
        self._refusals += 1

    def _connect(self) -> Connection:
        return psycopg.connect(self._conninfo, autocommit=True)


def _configure(connection: Connection) -> None:
    connection.adapters.register_loader("numeric", _NumberLoader)
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    # What was acknowledged is kept, even where the server was told to be careless.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )


def _conninfo(url: str) -> str:
    # What libpq says of an address that it cannot read may hold a piece of the password.
    unreadable = SettingError(
        "HUB_DATABASE cannot be read; it must look like postgresql://user:password@host/name, "
        "with characters such as @ / : # in the password written as %40 %2F %3A %23"
    )
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise unreadable from error
    if not str(given.get("port") or "0").replace(",", "").isdigit():
        raise unreadable
    return make_conninfo("", **{**_DEFAULTS, **given, "client_encoding": "UTF8"})


def _one_line(error: psycopg.Error) -> str:
    """The first line of what the driver says: the rest gives advice over several."""
    if error.diag.message_primary:
        return error.diag.message_primary
    first = next(iter(str(error).splitlines()), "no answer")
    return first.removeprefix("connection failed: ")


def _columns(cursor: Any) -> tuple[str, ...]:
    return tuple(column.name for column in cursor.description)
