"""Both engines have the same schema, and each has what it needs."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the driver it chose

from hub.db.migrations import scripts
from hub.db.sqlite import SqliteDatabase
from tests.conftest import TEMPLATE
from tests.db import described
from tests.postgres_server import Server


@pytest.fixture
def ours(postgres: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url(TEMPLATE)) as connection:
        yield connection


@pytest.fixture
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, described.Table]:
    path = tmp_path_factory.mktemp("schema") / "hub.db"
    SqliteDatabase(path).close()
    connection = sqlite3.connect(str(path))
    tables = described.of_sqlite(connection)
    connection.close()
    return tables


def test_every_migration_is_there_for_both() -> None:
    assert [s.name for s in scripts("sqlite")] == [s.name for s in scripts("postgres")]


def test_the_schemas_are_equal(
    ours: psycopg.Connection, theirs: dict[str, described.Table]
) -> None:
    found = described.of_postgres(ours)
    assert sorted(found) == sorted(theirs)
    for name, table in theirs.items():
        assert found[name] == table, name


def test_the_description_is_not_empty(theirs: dict[str, described.Table]) -> None:
    """The comparison above would be content with two empty descriptions."""
    posts = theirs["posts"]
    assert posts.columns["slug"] == ("text", False)
    assert posts.columns["published_at"] == ("text", True)
    assert (posts.key, posts.numbered) == (("id",), "id")
    assert posts.unique == {("uid",), ("source",)}
    assert "kindIN'post','page'" in posts.checks
    assert posts.indexes["posts_slug"] == (("kind", "slug"), True, "status<>'deleted'")
    links = theirs["post_topics"].references
    assert (("topic",), "topics", ("slug",), "CASCADE") in links


def test_text_sorts_by_bytes_on_postgres(ours: psycopg.Connection) -> None:
    other = ours.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema ="
        " 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    ).fetchall()
    assert other == []
