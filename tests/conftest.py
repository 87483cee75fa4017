"""The cast of the tests: a database of each engine, a hub that is set up, a fixed time."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from hub.app import create_hub
from hub.db import Database, open_database
from hub.db.postgres import PostgresDatabase
from hub.db.sqlite import SqliteDatabase
from hub.settings import Settings, from_environment
from hub.site import store as sites
from hub.web.state import Hub
from tests.postgres_server import Server, why_not

# A Sunday; the next weekly newsletter is on Saturday 28 November 2026, 08:00 in Paris.
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# How much hypothesis tries: `--hypothesis-profile NAME`. The same every time, so that what fails
# on one machine fails on the next; `long` is for a night, and tries something else each time.
_usual = hypothesis(
    derandomize=True,
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
hypothesis.register_profile("usual", _usual)
hypothesis.register_profile("quick", _usual, max_examples=25)
hypothesis.register_profile(
    "long",
    _usual,
    derandomize=False,
    max_examples=int(os.environ.get("HUB_TEST_EXAMPLES", "20000")),
)
hypothesis.load_profile("usual")

# Every database of PostgreSQL is a copy of this one: a copy takes 20 ms, the schema 50.
TEMPLATE = "hub_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=("sqlite", "postgres", "both"),
        default="both",
        help="which database the tests run on; `both` is SQLite alone where no server is found",
    )


def pytest_report_header(config: pytest.Config) -> str:
    reason = why_not() if config.getoption("--engine") == "both" else ""
    line = "database: " + " and ".join(_engines(config))
    return f"{line}; not postgres: {reason}" if reason else line


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", _engines(metafunc.config))


def _engines(config: pytest.Config) -> list[str]:
    chosen: str = config.getoption("--engine")
    if chosen == "both":
        return ["sqlite"] if why_not() else ["sqlite", "postgres"]
    if chosen == "postgres" and (reason := why_not()):
        raise pytest.UsageError(f"--engine postgres: {reason}")
    return [chosen]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The one server of this run, with the template of a hub's database."""
    with closing(Server()) as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        PostgresDatabase(server.url(TEMPLATE)).close()
        yield server


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Server:
    """The server, for tests of PostgreSQL alone; skipped where it is not to run."""
    if "postgres" not in _engines(request.config):
        pytest.skip(why_not() or "--engine sqlite")
    server: Server = request.getfixturevalue("postgres_server")
    return server


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """What HUB_DATABASE says: nothing for SQLite, a fresh database for PostgreSQL."""
    if engine == "sqlite":
        yield ""
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.database(TEMPLATE)
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema and nothing else: a copy takes 1 ms, the schema 50."""
    path = tmp_path_factory.mktemp("sqlite") / "hub.db"
    SqliteDatabase(path).close()
    return path


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A data folder of its own, with mail going to the outbox; commands find the database too."""
    monkeypatch.setenv("HUB_DATABASE", database_url)
    settings = from_environment({"HUB_DATABASE": database_url}, data=tmp_path / "data")
    if not database_url:
        shutil.copyfile(sqlite_file, settings.database_file)
    return settings


@pytest.fixture
def open_again(settings: Settings) -> Iterator[Callable[[], Database]]:
    """Opens the database of the test once more, as another process would."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(open_database(settings)))


@pytest.fixture
def db(open_again: Callable[[], Database]) -> Database:
    return open_again()


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that is set up."""
    parts = create_hub(settings)
    with parts.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes")
        sites.put(tx, "base_url", "https://hub.test")
        sites.put(tx, "owner_email", "owner@hub.test")
        sites.put(tx, "timezone", "Europe/Paris")
        sites.mark_ready(tx, NOW)
    yield parts
    parts.db.close()
