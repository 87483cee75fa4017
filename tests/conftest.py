"""The cast of the tests: a real SQLite file, a hub that is set up, a fixed time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.app import create_hub
from hub.db import Database
from hub.db.sqlite import SqliteDatabase
from hub.settings import from_environment
from hub.site import store as sites
from hub.web.state import Hub

# A Sunday; the next weekly newsletter is on Saturday 28 November 2026, 08:00 in Paris.
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = SqliteDatabase(tmp_path / "hub.db")
    yield database
    database.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub that is set up, in a folder of its own, with mail going to the outbox."""
    parts = create_hub(from_environment({}, data=tmp_path / "data"))
    with parts.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes")
        sites.put(tx, "base_url", "https://hub.test")
        sites.put(tx, "owner_email", "owner@hub.test")
        sites.put(tx, "timezone", "Europe/Paris")
        sites.mark_ready(tx, NOW)
    yield parts
    parts.db.close()
