"""A hub of any earlier version comes up to this one: everything kept, one schema."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

from hub.db import Database
from hub.db.copying import FOLLOWING
from hub.db.migrations import Script, scripts
from hub.db.postgres import PostgresDatabase
from hub.db.sqlite import SqliteDatabase
from hub.errors import SettingError
from tests.db import described
from tests.db.filling import fill
from tests.postgres_server import Server
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

NAMES = [script.name for script in scripts("sqlite")]
Row = dict[str, object]


class Open(Protocol):
    """Opens the database of the test as a program did whose last migration was `last`."""

    def __call__(self, last: str = NAMES[-1], *more: Script) -> Database: ...


@pytest.fixture
def open_as(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    server: Server | None = None
    if engine == "postgres":
        server = request.getfixturevalue("postgres")
        name = server.database()

    def opened(last: str = NAMES[-1], *more: Script) -> Database:
        def known(engine: str) -> tuple[Script, ...]:
            return (*(script for script in scripts(engine) if script.name <= last), *more)

        monkeypatch.setattr("hub.db.sqlite.scripts", known)
        monkeypatch.setattr("hub.db.postgres_schema.scripts", known)
        if server:
            return PostgresDatabase(server.url(name))
        return SqliteDatabase(tmp_path / "hub.db")

    yield opened
    if server:
        server.drop(name)


def contents(db: Database) -> dict[str, list[Row]]:
    """The rows of every table, by column."""
    with db.bulk(write=False) as bulk:
        return {
            table.name: [
                dict(zip(table.columns, row, strict=True))
                for rows in bulk.rows(table)
                for row in rows
            ]
            for table in bulk.tables()
        }


def shape(db: Database) -> dict[str, described.Table]:
    with db.read() as tx:
        return described.of(tx)


def is_kept(row: Row, now: list[Row]) -> bool:
    """Whether a row is still there, in those of its columns that are."""
    return any(all(other[c] == row[c] for c in row if c in other) for other in now)


@pytest.mark.parametrize("last", NAMES[:-1])
def test_an_earlier_hub_comes_up_with_all_it_holds(
    open_as: Open, last: str, tmp_path: Path
) -> None:
    with closing(open_as(last)) as db:
        fill(db, usual=3)
        before = contents(db)
    empty = {name for name, rows in before.items() if not rows}
    assert empty <= FOLLOWING, "a table was left empty"
    with closing(open_as()) as db, closing(SqliteDatabase(tmp_path / "fresh.db")) as fresh:
        after, found, wanted = contents(db), shape(db), shape(fresh)
    for name, rows in before.items():
        if name in FOLLOWING:
            continue
        assert all(is_kept(row, after[name]) for row in rows), name
    for name, table in wanted.items():
        assert found[name] == table, name
    assert sorted(found) == sorted(wanted)


def test_a_migration_that_fails_leaves_the_hub_as_it_was(open_as: Open) -> None:
    with closing(open_as()) as db:
        fill(db, usual=2)
        before = contents(db), shape(db)
    broken = "DELETE FROM mails; CREATE TABLE new (id bigint); CREATE TABLE posts (id bigint);"
    with pytest.raises(SettingError):
        open_as(NAMES[-1], Script("9998_broken", broken))
    with closing(open_as()) as db:
        assert (contents(db), shape(db)) == before


def test_the_pictures_of_older_articles_become_known(open_as: Open) -> None:
    html = {
        "none": "<p>Some words, and a &lt;img src=.</p>",
        "one": '<p>a <img src="/media/ab/c.png" width="1" height="2" alt="x"> b</p>',
        "three": '<img src="/media/a"><img src="/media/b" alt=""> é <img src="/media/a">',
    }
    with closing(open_as("0006_lifelines")) as db, db.write() as tx:
        for slug, text in html.items():
            add(tx, slug, html=text)
    with closing(open_as()) as db, db.read() as tx:
        found = {
            slug: tx.all(
                str,
                "SELECT path FROM post_pictures JOIN posts ON id = post_id WHERE slug = :slug"
                " ORDER BY position",
                slug=slug,
            )
            for slug in html
        }
    assert found == {"none": [], "one": ["ab/c.png"], "three": ["a", "b", "a"]}
