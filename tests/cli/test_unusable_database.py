"""A database that cannot be used: every command says so in one line, and ends with 1."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the driver it chose

from hub.cli import main
from hub.settings import Settings
from tests.conftest import TEMPLATE
from tests.postgres_server import Server

Run = Callable[..., str]


@pytest.fixture
def refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """What a command says that is refused, with the database at `url`."""

    def run(url: str, *command: str, data: Path = tmp_path) -> str:
        monkeypatch.setenv("HUB_DATABASE", url)
        monkeypatch.setattr(sys, "argv", ["hub", "--data", str(data), *command])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert ended.value.code == 1
        assert said.startswith("hub: ")
        assert said.count("\n") == 1
        return said

    return run


def change(settings: Settings, sql: str) -> None:
    """Run a statement behind the hub's back."""
    if settings.database:
        with psycopg.connect(settings.database, autocommit=True) as connection:
            connection.execute(sql.encode())
    else:
        file = sqlite3.connect(str(settings.database_file), isolation_level=None)
        file.execute(sql)
        file.close()


@pytest.mark.slow
def test_a_schema_that_is_newer_than_the_program(
    settings: Settings, engine: str, refusal: Run
) -> None:
    later = {
        "sqlite": "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('hub', '9999_later', '')",
        "postgres": "INSERT INTO hub_migrations (name, applied_at) VALUES ('9999_later', '')",
    }
    change(settings, later[engine])
    for command in (("worker", "--once"), ("settings", "list")):
        said = refusal(settings.database, *command, data=settings.data)
        assert "newer version of the hub (9999_later)" in said
    serve = [sys.executable, "-m", "hub", "--data", str(settings.data), "serve", "--port=0"]
    served = subprocess.run([*serve, "--workers=4"], capture_output=True, text=True, timeout=30)
    assert (served.returncode, served.stderr) == (1, said)


@pytest.mark.parametrize("url", ["mysql://host/hub", "postgresql://u:se/cret@host/hub", "hub.db"])
def test_an_address_that_cannot_be_read(refusal: Run, url: str) -> None:
    assert "se/cret" not in refusal(url, "settings", "list")


@pytest.mark.parametrize("command", [("worker",), ("users", "list")])
def test_a_server_that_is_down_at_the_start(refusal: Run, command: tuple[str, ...]) -> None:
    assert "refused" in refusal("postgresql://127.0.0.1:9/hub", *command)


def test_a_role_without_rights(refusal: Run, postgres: Server) -> None:
    name = postgres.database(TEMPLATE)
    postgres.execute("CREATE ROLE stranger LOGIN")
    assert "may not use the tables" in refusal(postgres.url(name, "stranger"), "posts", "list")
    postgres.drop(name)
    postgres.execute("DROP ROLE stranger")


def test_a_server_that_is_too_old(
    refusal: Run, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 130_018)
    assert "PostgreSQL 13; the hub needs 14" in refusal(postgres.url(), "posts", "list")


def test_the_database_of_another_hub(refusal: Run, postgres: Server, tmp_path: Path) -> None:
    name = postgres.database(TEMPLATE)
    (tmp_path / "hub.uid").write_text("somebody\n")
    assert "database of another hub" in refusal(postgres.url(name), "posts", "list")
    postgres.drop(name)


def test_a_file_that_is_no_database(refusal: Run, tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_text("A letter to a friend. " * 100)
    assert "not a database" in refusal("", "posts", "list")


def test_a_folder_where_the_file_should_be(refusal: Run, tmp_path: Path) -> None:
    (tmp_path / "hub.db").mkdir()
    assert "hub.db" in refusal("", "posts", "list")
