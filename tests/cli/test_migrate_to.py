"""`hub migrate-to`, as it is typed."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.db.postgres import PostgresDatabase
from hub.db.sqlite import SqliteDatabase
from hub.errors import HubError
from hub.mail import workers
from hub.site import store as sites
from hub.times import utcnow
from hub.web.state import Hub
from tests.postgres_server import Server


@pytest.fixture
def server_url(postgres: Server) -> Iterator[str]:
    """A database without a hub."""
    name = postgres.database()
    yield postgres.url(name)
    postgres.drop(name)


def migrate(hub: Hub, url: str, *options: str) -> Result:
    arguments = ["--data", str(hub.settings.data), "migrate-to", url, *options]
    return CliRunner().invoke(cli, arguments)


def refusal(result: Result) -> str:
    assert isinstance(result.exception, HubError)
    return str(result.exception)


def test_there_and_back(hub: Hub, server_url: str, tmp_path: Path) -> None:
    there = migrate(hub, server_url, "--json")
    assert there.exit_code == 0
    copied = {table["table"]: table["rows"] for table in json.loads(there.stdout)}
    assert copied["hub"] == 1
    assert copied["settings"] > 3
    with closing(PostgresDatabase(server_url)) as db, db.read() as tx:
        assert sites.load(tx) == hub.site()


def test_to_a_file(hub: Hub, tmp_path: Path) -> None:
    result = migrate(hub, f"sqlite:{tmp_path / 'new.db'}")
    assert "counts and contents are equal" in result.stdout
    with closing(SqliteDatabase(tmp_path / "new.db")) as db, db.read() as tx:
        assert sites.load(tx) == hub.site()


def test_twice_is_refused(hub: Hub, tmp_path: Path) -> None:
    assert migrate(hub, f"sqlite:{tmp_path / 'new.db'}").exit_code == 0
    assert "not empty" in refusal(migrate(hub, f"sqlite:{tmp_path / 'new.db'}"))


def test_a_running_worker_is_warned_of(hub: Hub, tmp_path: Path) -> None:
    with hub.db.write() as tx:
        workers.start(tx, utcnow())
    assert "Stop the hub first" in migrate(hub, f"sqlite:{tmp_path / 'new.db'}").stderr


@pytest.mark.parametrize("url", ["mysql://host/hub", "postgresql://host:no/hub", "/tmp/hub.db"])
def test_another_kind_of_target_is_one_clear_line(hub: Hub, url: str) -> None:
    said = refusal(migrate(hub, url))
    assert "postgresql://user:password@host/name" in said
    assert "HUB_DATABASE" not in said


def test_a_server_that_is_away_is_one_clear_line(hub: Hub, tmp_path: Path) -> None:
    said = refusal(migrate(hub, f"postgresql:///hub?host={tmp_path}"))
    assert said.startswith("The target: ")
    assert "\n" not in said
