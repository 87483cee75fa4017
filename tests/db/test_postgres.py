"""What is PostgreSQL's alone: errors, a server that goes away, a backup."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from hub.db.postgres import PostgresDatabase
from hub.db.postgres_errors import hub_error
from hub.errors import Conflict, DatabaseBusy, HubError, StorageFull, Unavailable
from tests.conftest import TEMPLATE
from tests.postgres_server import Server


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    name = postgres.database(TEMPLATE)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def db(url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(url)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("23505", Conflict),
        ("23503", Conflict),
        ("23514", Conflict),
        ("40001", DatabaseBusy),
        ("40P01", DatabaseBusy),
        ("55P03", DatabaseBusy),
        ("53300", DatabaseBusy),
        ("57014", DatabaseBusy),
        ("53100", StorageFull),
        ("57P01", Unavailable),
        ("57P03", Unavailable),
        ("08006", Unavailable),
        ("25006", Unavailable),
    ],
)
def test_errors_are_the_hubs_own(state: str, expected: type[HubError]) -> None:
    assert type(hub_error(psycopg.errors.lookup(state)("x"))) is expected


def test_a_fault_of_ours_stays_what_it_is(db: PostgresDatabase) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), db.read() as tx:
        tx.scalar("SELECT 1 FROM nowhere")


def test_reads_and_writes_recover_after_a_restart(postgres: Server, db: PostgresDatabase) -> None:
    with db.read() as tx:
        tx.scalar("SELECT 1")
        postgres.halt()
        with pytest.raises(Unavailable):
            tx.scalar("SELECT 1")
    with pytest.raises(Unavailable), db.read():
        pass
    with pytest.raises(Unavailable), db.write():
        pass
    with pytest.raises(Unavailable):
        db.wait_for_change(0, 60)
    postgres.start()
    with db.write() as tx:
        tx.site_changed()
    assert db.wait_for_change(0, 60) == db.site_version()


def test_connections_that_died_unseen_are_passed_over(
    postgres: Server, db: PostgresDatabase
) -> None:
    with db.read(), db.read(), db.read():
        pass
    postgres.halt()
    postgres.start()
    with db.read() as tx:
        assert tx.scalar("SELECT 1") == 1


def test_a_write_that_loses_its_server_is_not_acknowledged(
    postgres: Server, db: PostgresDatabase
) -> None:
    with pytest.raises(Unavailable), db.write() as tx:  # noqa: PT012
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        postgres.halt()
        postgres.start()
    with db.read() as tx:
        assert tx.scalar("SELECT COUNT(*) FROM settings") == 0


def test_an_error_in_a_savepoint_is_told_though_the_server_went_away(
    postgres: Server, db: PostgresDatabase
) -> None:
    with pytest.raises(Unavailable), db.write() as tx, tx.savepoint():  # noqa: PT012
        postgres.halt()
        postgres.start()
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")


def test_concurrent_writers_run_side_by_side(db: PostgresDatabase) -> None:
    inside = threading.Barrier(2, timeout=10)
    met: list[Any] = []

    def claim() -> None:
        with db.write(concurrent=True):
            inside.wait()
            met.append(True)

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [True, True]


def test_a_careless_server_still_keeps_what_it_acknowledged(postgres: Server, url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    postgres.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = PostgresDatabase(url)
    with database.write() as tx:
        assert tx.scalar("SELECT current_setting('synchronous_commit')") == "on"
    database.close()


def test_a_table_that_has_grown_is_counted_at_once(url: str) -> None:
    database = PostgresDatabase(url)
    with database.write() as tx:
        rows = ({"n": str(n)} for n in range(500))
        tx.executemany("INSERT INTO settings (name, value) VALUES (:n, '')", rows)
        tx.grown("settings")
    with database.read() as tx:
        assert tx.scalar("SELECT reltuples FROM pg_class WHERE relname = 'settings'") == 500
    database.close()
