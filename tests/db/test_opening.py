"""What the start says of a database that cannot be used: one clear line."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hub.db import open_database
from hub.db.postgres import PostgresDatabase
from hub.db.postgres_schema import bring_up
from hub.errors import SettingError
from hub.settings import from_environment
from tests.conftest import TEMPLATE
from tests.postgres_server import Server


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    name = postgres.database()
    yield name
    postgres.drop(name)


@pytest.fixture
def filled(postgres: Server) -> Iterator[str]:
    name = postgres.database(TEMPLATE)
    yield name
    postgres.drop(name)


@pytest.fixture
def guest(postgres: Server) -> Iterator[str]:
    """A role that may connect and nothing else."""
    postgres.execute("CREATE ROLE guest LOGIN")
    yield "guest"
    postgres.execute("DROP ROLE guest")


def refusal(url: str) -> str:
    with pytest.raises(SettingError) as caught:
        PostgresDatabase(url)
    text = str(caught.value)
    assert text.startswith("HUB_DATABASE")
    assert "\n" not in text
    return text


def test_psycopg_is_never_imported_on_sqlite(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from hub.app import create_app, create_hub;"
        "from hub.settings import from_environment;"
        f"hub = create_hub(from_environment({{}}, data=Path({str(tmp_path)!r})));"
        "create_app(hub); hub.db.close();"
        "sys.exit(any(name.startswith('psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:se/cret@host/hub",
        "postgresql://host/hub?colour=secret",
        "postgresql://[secret/hub",
    ],
)
def test_an_address_that_cannot_be_read(url: str) -> None:
    text = refusal(url)
    assert "must look like postgresql://" in text
    assert "secret" not in text


def test_nobody_answers(tmp_path: Path) -> None:
    assert "No such file" in refusal(f"postgresql:///hub?host={tmp_path}")


def test_a_refused_connection() -> None:
    assert "Connection refused" in refusal("postgresql://127.0.0.1:9/hub")


def test_there_is_no_such_database(postgres: Server) -> None:
    assert 'database "nowhere" does not exist' in refusal(postgres.url("nowhere"))


def test_there_is_no_such_role(postgres: Server) -> None:
    assert 'role "nobody" does not exist' in refusal(postgres.url(user="nobody"))


def test_a_role_that_may_not_create_tables(postgres: Server, empty: str, guest: str) -> None:
    assert "may not create tables" in refusal(postgres.url(empty, guest))


def test_a_role_that_may_not_read_the_hub(postgres: Server, filled: str, guest: str) -> None:
    assert "may not use the tables" in refusal(postgres.url(filled, guest))


def test_a_database_of_something_else(postgres: Server, empty: str) -> None:
    postgres.execute("CREATE TABLE wp_posts (id int)", empty)
    assert "something else (wp_posts)" in refusal(postgres.url(empty))


def test_what_an_extension_brought_does_not_count(postgres: Server, empty: str) -> None:
    postgres.execute("CREATE VIEW theirs AS SELECT 1", empty)
    # As CREATE EXTENSION would note it.
    postgres.execute(
        "INSERT INTO pg_depend SELECT 'pg_class'::regclass, 'theirs'::regclass, 0,"
        " 'pg_extension'::regclass, oid, 0, 'e' FROM pg_extension LIMIT 1",
        empty,
    )
    PostgresDatabase(postgres.url(empty)).close()


def test_a_database_in_another_encoding(postgres: Server) -> None:
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    assert "stores text as LATIN1" in refusal(postgres.url("latin"))
    postgres.drop("latin")


def test_a_schema_of_a_newer_hub(postgres: Server, filled: str) -> None:
    postgres.execute("INSERT INTO hub_migrations VALUES ('9999_later', '')", filled)
    assert "newer version of the hub (9999_later)" in refusal(postgres.url(filled))


def test_a_server_that_is_too_old(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 130_004)
    with (
        psycopg.connect(postgres.url(), autocommit=True) as connection,
        pytest.raises(SettingError, match="PostgreSQL 13; the hub needs 14"),
    ):
        bring_up(connection, migrate=True)


def test_the_database_of_another_hub(postgres: Server, filled: str, tmp_path: Path) -> None:
    settings = from_environment({"HUB_DATABASE": postgres.url(filled)}, data=tmp_path)
    open_database(settings).close()
    open_database(settings).close()
    postgres.execute("UPDATE hub SET uid = 'somebody'", filled)
    with pytest.raises(SettingError, match="another hub"):
        open_database(settings)


def test_two_that_start_together_make_one_hub(postgres: Server, empty: str) -> None:
    program = (
        "import sys; from hub.db.postgres import PostgresDatabase as D; D(sys.argv[1]).close()"
    )
    command = [sys.executable, "-c", program, postgres.url(empty)]
    started = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    with psycopg.connect(postgres.url(empty)) as connection:
        assert connection.execute("SELECT count(*) FROM hub").fetchone() == (1,)


def test_without_the_extra_the_line_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hub.db.postgres", None)
    settings = from_environment({"HUB_DATABASE": "postgresql://host/hub"}, data=tmp_path)
    with pytest.raises(SettingError, match="extra `postgres`"):
        open_database(settings)
