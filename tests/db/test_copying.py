"""A hub copied from one engine to the other is the same hub."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.db import Database, copying
from hub.db.bulk import BATCH, Bulk, Rows, Table, parents_first
from hub.db.postgres import PostgresDatabase
from hub.db.sqlite import SqliteDatabase
from hub.errors import Refused
from tests.conftest import TEMPLATE
from tests.postgres_server import Server

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

WHEN = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)

Make = Callable[[str], Database]


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes fresh databases of an engine."""
    with ExitStack() as opened:

        def new(engine: str) -> Database:
            if engine == "sqlite":
                number = len(list(tmp_path.iterdir()))
                return opened.enter_context(closing(SqliteDatabase(tmp_path / f"{number}.db")))
            server: Server = request.getfixturevalue("postgres")
            name = server.database(TEMPLATE)
            opened.callback(server.drop, name)
            return opened.enter_context(closing(PostgresDatabase(server.url(name))))

        yield new


def fill(db: Database) -> None:
    """A few rows of every kind of value, and more than one batch of one table."""
    with db.write() as tx:
        tx.execute("INSERT INTO secrets (name, value) VALUES ('k', :v)", v=b"\0\x01\xff\\x41")
        tx.execute("INSERT INTO limits (name, tokens, updated_at) VALUES ('l', 0.1, :at)", at=WHEN)
        for name, value in (("a", "tab\t, line\n, \\N, \\."), ("é", "'quotes' \"too\""), ("B", "")):
            tx.execute("INSERT INTO settings (name, value) VALUES (:n, :v)", n=name, v=value)
        tx.executemany(
            "INSERT INTO subscribers (id, email, email_key, name, status, cadence, language,"
            " source, created_at) VALUES (:id, :email, :email, 'Zoë', 'active', 'weekly', 'en',"
            " 'form', :at)",
            ({"id": 3 * n, "email": f"{n}@reader.test", "at": WHEN} for n in range(1, BATCH + 10)),
        )
        tx.execute("INSERT INTO subscriber_topics (subscriber_id, topic) VALUES (3, 'news')")


def nothing(_table: str, _rows: int) -> None:
    pass


def contents(db: Database) -> list[copying.Copied]:
    with db.bulk(write=False) as bulk:
        result = []
        for table in parents_first(bulk.tables()):
            if table.name in copying.FOLLOWING:
                continue
            tally = copying._Tally(table, nothing)
            for _ in tally.passing(bulk.rows(table)):
                pass
            result.append(tally.result())
        return result


DIRECTIONS = [("sqlite", "postgres"), ("postgres", "sqlite"), ("sqlite", "sqlite")]


@pytest.mark.parametrize(("origin", "goal"), DIRECTIONS)
def test_a_copy_is_the_same_and_the_source_is_left_alone(
    make: Make, origin: str, goal: str
) -> None:
    source, target = make(origin), make(goal)
    fill(source)
    before = contents(source)
    told: list[tuple[str, int]] = []
    copied = copying.copy(source, target, progress=lambda *at: told.append(at))
    assert contents(source) == before == contents(target) == copied
    assert {table.table: table.rows for table in copied}["subscribers"] == BATCH + 9
    assert ("subscribers", BATCH) in told


@pytest.mark.parametrize(("origin", "goal"), DIRECTIONS)
def test_new_rows_get_numbers_behind_the_copied_ones(make: Make, origin: str, goal: str) -> None:
    source, target = make(origin), make(goal)
    fill(source)
    copying.copy(source, target, progress=nothing)
    with target.write() as tx:
        new = tx.scalar(
            "INSERT INTO subscribers (email, email_key, name, status, cadence, language, source,"
            " created_at) VALUES ('n', 'n', '', 'active', 'weekly', 'en', 'form', :at)"
            " RETURNING id",
            at=WHEN,
        )
        first = tx.scalar("INSERT INTO authors (slug, name) VALUES ('a', 'A') RETURNING id")
    assert (new, first) == (3 * (BATCH + 9) + 1, 1)


@pytest.mark.parametrize("goal", ["sqlite", "postgres"])
def test_a_target_that_holds_something_is_refused_and_left_alone(make: Make, goal: str) -> None:
    source, target = make("sqlite"), make(goal)
    fill(source)
    with target.write() as tx:
        tx.execute("INSERT INTO topics (slug, name) VALUES ('t', 'T')")
    before = contents(target)
    with pytest.raises(Refused, match="not empty: it has rows in topics"):
        copying.copy(source, target, progress=nothing)
    assert contents(target) == before


@pytest.mark.parametrize("goal", ["sqlite", "postgres"])
def test_a_copy_that_breaks_off_leaves_the_target_empty(make: Make, goal: str) -> None:
    source, target = make("sqlite"), make(goal)
    fill(source)
    before = contents(target)

    def stop(table: str, _rows: int) -> None:
        if table == "subscribers":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(source, target, progress=stop)
    assert contents(target) == before
    copying.copy(source, target, progress=nothing)


@pytest.mark.parametrize(("origin", "goal"), DIRECTIONS[:2])
def test_a_copy_that_is_not_the_same_is_refused(
    make: Make, origin: str, goal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = make(origin), make(goal)
    fill(source)
    before = contents(target)
    with target.bulk(write=False) as bulk:
        whole = type(bulk).rows

    def lossy(self: Bulk, table: Table) -> Iterator[Rows]:
        for batch in whole(self, table):
            yield batch[:-1] if table.name == "subscribers" else batch

    with monkeypatch.context() as patch:
        patch.setattr(type(bulk), "rows", lossy)
        with pytest.raises(Refused, match="subscribers is not what"):
            copying.copy(source, target, progress=nothing)
    assert contents(target) == before


def test_what_postgres_does_not_keep_is_named(make: Make) -> None:
    source, target = make("sqlite"), make("postgres")
    with source.bulk(write=True) as bulk:
        # No store can write this any more; an old file may hold it.
        table = Table("topics", ("slug", "name"), ("slug",), frozenset())
        bulk.load(table, [[("nul", "a\0b")]])
    with pytest.raises(Refused, match="topics holds a value that PostgreSQL does not keep"):
        copying.copy(source, target, progress=nothing)


def test_an_older_schema_is_refused(make: Make) -> None:
    source, target = make("sqlite"), make("sqlite")
    with source.write() as tx:
        tx.execute("ALTER TABLE topics ADD COLUMN colour TEXT")
    with pytest.raises(Refused, match="different tables"):
        copying.copy(source, target, progress=nothing)


def test_a_backup_of_either_engine_is_an_sqlite_file(db: Database, tmp_path: Path) -> None:
    fill(db)
    db.backup(tmp_path / "backup.db")
    with closing(SqliteDatabase(tmp_path / "backup.db")) as copy:
        assert contents(copy) == contents(db)
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600
