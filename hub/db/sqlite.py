"""SQLite through sqlite-utils: WAL, synchronous=FULL, one writer.

The driver comes from sqlite_utils.utils, which is pysqlite3 where it is installed. The
standard library's sqlite3 must never open the same file in this process: closing its
handle deletes the live write-ahead log of the other.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, count, islice
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, TypeVar

from sqlite_utils import Database as UtilsDatabase
from sqlite_utils import Migrations
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the driver it chose

from hub.db import texts
from hub.db.bulk import Bulk
from hub.db.migrations import scripts
from hub.db.rows import reader, to_columns
from hub.db.seam import Database, Transaction
from hub.db.sqlite_bulk import SqliteBulk
from hub.db.sqlite_checkpoints import Checkpoints
from hub.errors import (
    Conflict,
    DatabaseBusy,
    HubError,
    Refused,
    SettingError,
    StorageFull,
    Unavailable,
)

T = TypeVar("T")

BUSY_SECONDS = 10.0
IDLE_READERS = 8
POLL_SECONDS = 0.25
_LOOKS_AGAIN = 0.002
# How long a process that ends waits for those who still read what was deleted.
_LOG_SECONDS = 5.0
LOADED_TOGETHER = 1_000
# Pages of 4 kB in the log after which a commit brings them into the file: usually, and where
# another thread does it meanwhile, which comes to an end only when nobody writes.
_LOG_PAGES, _LOG_PAGES_AT_MOST = 4_000, 12_000
# Older ones can corrupt a file when two connections write and checkpoint at once.
FIRST_SOUND_VERSION = (3, 51, 3)


class SqliteTransaction(Transaction):
    engine = "sqlite"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._savepoints = count()
        # SQLite would go on after an error; PostgreSQL does not, so neither does the seam.
        self._failed = False
        self.changes_site = False
        self.forgets = False

    def one(self, cls: type[T], sql: str, **values: object) -> T | None:
        cursor = self._run(sql, values)
        row = cursor.fetchone()
        # A statement that is stepped to its end lets go of its locks and commits its RETURNING.
        cursor.fetchall()
        return None if row is None else reader(cls, _columns(cursor))(row)

    def all(self, cls: type[T], sql: str, **values: object) -> list[T]:
        cursor = self._run(sql, values)
        read = reader(cls, _columns(cursor))
        with _mapped_errors():
            return [read(row) for row in cursor.fetchall()]

    def among(self, cls: type[T], sql: str, keys: Sequence[str] | Sequence[int]) -> list[T]:
        # By their places: to name each one takes three times as long.
        found: list[T] = []
        for start in range(0, len(keys), LOADED_TOGETHER):
            some = keys[start : start + LOADED_TOGETHER]
            slots = f"({', '.join('?' * len(some))})"
            with self._statement():
                cursor = self.connection.execute(sql.replace(":keys", slots), some)
                read = reader(cls, _columns(cursor))
                found += map(read, cursor.fetchall())
        return found

    def stream(self, cls: type[T], sql: str, **values: object) -> Iterator[T]:
        cursor = self._run(sql, values)
        read = reader(cls, _columns(cursor))
        while rows := cursor.fetchmany(500):
            for row in rows:
                yield read(row)

    def scalar(self, sql: str, **values: object) -> Any:
        row = self._run(sql, values).fetchone()
        return None if row is None else row[0]

    def execute(self, sql: str, **values: object) -> int:
        return int(self._run(sql, values).rowcount)

    def executemany(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        with self._statement():
            self.connection.executemany(sql, (to_columns(row) for row in rows))

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        # A statement for many rows takes half as long as one for each.
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
        slots = f"({', '.join('?' * len(columns))})"
        remaining = iter(rows)
        with self._statement():
            while batch := list(islice(remaining, LOADED_TOGETHER)):
                self.connection.execute(
                    insert + ", ".join([slots] * len(batch)), list(chain.from_iterable(batch))
                )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        name = f"s{next(self._savepoints)}"
        self.connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            # A full disk may have undone the whole transaction already.
            if self.connection.in_transaction:
                self.connection.execute(f"ROLLBACK TO {name}")
                self.connection.execute(f"RELEASE {name}")
                self._failed = False
            raise
        self.connection.execute(f"RELEASE {name}")

    def grown(self, table: str) -> None:
        """Its plans follow the indexes alone: nothing is ever counted."""

    def forgotten(self) -> None:
        self.forgets = True

    def site_changed(self) -> None:
        self.changes_site = True

    def commit(self) -> None:
        if self._failed:
            raise RuntimeError(texts.SWALLOWED)
        if self.changes_site:
            self.execute("UPDATE hub SET site_version = site_version + 1 WHERE id = 1")
        with _mapped_errors():
            self.connection.execute("COMMIT")

    def _run(self, sql: str, values: Mapping[str, object]) -> Any:
        with self._statement():
            return self.connection.execute(sql, to_columns(values))

    @contextmanager
    def _statement(self) -> Iterator[None]:
        if self._failed:
            raise RuntimeError(texts.SWALLOWED)
        try:
            with _mapped_errors():
                yield
        except (Conflict, Unavailable, sqlite3.Error):
            self._failed = True
            raise


class SqliteDatabase(Database):
    engine_name = "sqlite"

    def __init__(self, path: Path, *, migrate: bool = True) -> None:
        self.path = path
        self._callbacks: list[Callable[[], None]] = []
        self._readers: LifoQueue[Any] = LifoQueue()
        self._write_lock = threading.Lock()
        self._writer_thread: int | None = None
        self._woken = threading.Event()
        self._closed = False
        # Somebody was deleted whose pages are still in the write-ahead log.
        self._log_remembers = False
        self._checkpoints: Checkpoints | None = None
        try:
            path.touch(mode=0o600, exist_ok=True)
            self._writer = self._connect(query_only=False)
            self._writer.execute("PRAGMA busy_timeout = 0")
            if migrate:
                self._migrate()
        except (OSError, sqlite3.DatabaseError) as error:
            raise SettingError(f"HUB_DATA: cannot open {path}: {error}") from error

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        connection = self._take_reader()
        try:
            connection.execute("BEGIN")
            yield SqliteTransaction(connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)

    @contextmanager
    def read_together(self, count: int) -> Iterator[tuple[Transaction, ...]]:
        with ExitStack() as opened:
            # While nobody can write, all that look see the same; the first look is what counts.
            with self.write():
                found = tuple(opened.enter_context(self.read()) for _ in range(count))
                for tx in found:
                    tx.scalar("SELECT 1 FROM hub")
            yield found

    @contextmanager
    def write(self, *, concurrent: bool = False, durable: bool = True) -> Iterator[Transaction]:
        if self._writer_thread == threading.get_ident():
            raise RuntimeError(texts.NESTED)
        if not self._write_lock.acquire(timeout=BUSY_SECONDS):
            raise DatabaseBusy(texts.BUSY)
        self._writer_thread = threading.get_ident()
        try:
            with self._waiting_for_disk(durable):
                with _mapped_errors():
                    self._begin()
                tx = SqliteTransaction(self._writer)
                try:
                    yield tx
                    tx.commit()
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
            if tx.forgets or self._log_remembers:
                self._empty_log()
            if self._checkpoints is not None:
                self._checkpoints.ask()
        finally:
            self._writer_thread = None
            self._write_lock.release()
        if tx.changes_site:
            for callback in self._callbacks:
                callback()

    @contextmanager
    def filling(self) -> Iterator[None]:
        if sqlite3.sqlite_version_info < FIRST_SOUND_VERSION:
            yield
            return
        with self._write_lock:
            if self._checkpoints is not None:
                raise RuntimeError(texts.NESTED)
            checkpoints = self._checkpoints = Checkpoints(self._connect(query_only=False))
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES_AT_MOST}")
        try:
            yield
        finally:
            with self._write_lock:
                self._checkpoints = None
                self._writer.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            checkpoints.close()

    def site_version(self) -> int:
        with self.read() as tx:
            return int(tx.scalar("SELECT site_version FROM hub WHERE id = 1"))

    def wait_for_change(self, seen: int, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while (version := self.site_version()) == seen:
            left = deadline - time.monotonic()
            if left <= 0 or self._woken.wait(min(left, POLL_SECONDS)):
                break
        self._woken.clear()
        return version

    def wake(self) -> None:
        self._woken.set()

    def on_site_change(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def warnings(self) -> list[str]:
        if sqlite3.sqlite_version_info >= FIRST_SOUND_VERSION:
            return []
        return [
            f"SQLite {sqlite3.sqlite_version} has a known fault that can damage a database when "
            "two programs write at once (fixed in 3.51.3). Run one hub process only, or install "
            "a newer SQLite."
        ]

    def backup(self, target: Path) -> None:
        # VACUUM cannot run inside a transaction, so it has a connection of its own.
        with _mapped_errors():
            connection = self._connect(query_only=False)
            try:
                connection.execute("VACUUM INTO ?", (str(target),))
            finally:
                connection.close()
        target.chmod(0o600)
        check_file(target)

    @contextmanager
    def bulk(self, *, write: bool) -> Iterator[Bulk]:
        with self.write() if write else self.read() as tx, _mapped_errors():
            assert isinstance(tx, SqliteTransaction)
            yield SqliteBulk(tx.connection)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        while True:
            try:
                self._readers.get_nowait().close()
            except Empty:
                break
        end = time.monotonic() + _LOG_SECONDS
        while self._log_remembers and time.monotonic() < end:
            self._empty_log()
            time.sleep(_LOOKS_AGAIN)
        self._writer.close()

    def _begin(self) -> None:
        """Takes the one write lock of the file. SQLite itself would look every 100 ms whether it
        is free, and hardly ever meet the moment between two chunks of an import."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(_LOOKS_AGAIN)

    def _empty_log(self) -> None:
        """Bring everything into the file, where free pages are zeros, and cut the log to nothing.
        Who reads meanwhile still needs it: then after the next transaction."""
        with _mapped_errors():
            busy, *_ = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._log_remembers = bool(busy)

    @contextmanager
    def _waiting_for_disk(self, durable: bool) -> Iterator[None]:
        if durable:
            yield
            return
        self._writer.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._writer.execute("PRAGMA synchronous = FULL")

    def _take_reader(self) -> Any:
        try:
            return self._readers.get_nowait()
        except Empty:
            with _mapped_errors():
                return self._connect(query_only=True)

    def _give_back(self, connection: Any) -> None:
        if self._closed or self._readers.qsize() >= IDLE_READERS:
            connection.close()
        else:
            self._readers.put(connection)

    def _connect(self, *, query_only: bool) -> Any:
        connection = sqlite3.connect(
            str(self.path),
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
            cached_statements=256,
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            # A million people touch the same pages of an index again and again: they are kept
            # (16 MB at most), and brought into the file together.
            connection.execute("PRAGMA cache_size = -16000")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            # Who is erased leaves nothing behind in pages that are free now.
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _migrate(self) -> None:
        migrations = Migrations("hub")
        for script in scripts("sqlite"):
            migrations(name=script.name)(_runner(script.sql))
        db = UtilsDatabase(self._writer, strict=True)
        known = {script.name for script in scripts("sqlite")}
        newer = [m.name for m in migrations.applied(db) if m.name not in known]
        if newer:
            raise SettingError(
                f"{self.path} was written by a newer version of the hub ({newer[-1]}); "
                "update the hub"
            )
        if not migrations.pending(db):
            return
        # Two processes that start together take turns here.
        self._begin()
        try:
            migrations.apply(db)
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise


def check_file(path: Path) -> None:
    """Raises Refused when a database file that nobody uses is not whole."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise Refused("%(path)s is damaged: %(verdict)s", path=path.name, verdict=verdict)


def _runner(sql: str) -> Callable[[UtilsDatabase], None]:
    def run(db: UtilsDatabase) -> None:
        db.executescript(sql)

    return run


def _columns(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description)


@contextmanager
def _mapped_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except sqlite3.OperationalError as error:
        raise _operational(error) from error


def _is_busy(error: Exception) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def _operational(error: Exception) -> HubError:
    text = str(error)
    if _is_busy(error):
        return DatabaseBusy(texts.BUSY)
    if "full" in text:
        return StorageFull(texts.FULL)
    if "disk I/O" in text or "unable to open" in text or "readonly" in text:
        return Unavailable(texts.UNUSABLE, reason=text)
    raise error
