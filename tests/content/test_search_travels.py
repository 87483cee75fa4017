"""A hub that was imported, restored or moved to the other engine finds what it found."""

from contextlib import closing
from pathlib import Path

import pytest

from hub import backups
from hub.app import create_hub
from hub.content import publishing, search
from hub.content.importers import folder
from hub.db import Database, copying
from hub.db.postgres import PostgresDatabase
from hub.db.sqlite import SqliteDatabase
from hub.settings import from_environment
from hub.site.model import Site
from hub.web.state import Hub
from tests.conftest import NOW, TEMPLATE
from tests.postgres_server import Server


def found(db: Database, query: str) -> list[str]:
    with db.read() as tx:
        return [hit.slug for hit in search.find(tx, query).hits]


def bring_in(hub: Hub, site: Site, root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / f"{name}.md").write_text(text, encoding="utf-8")
    folder.run(hub.db, root, media_folder=hub.settings.media, site=site, now=NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    return path


@pytest.fixture
def filled(hub: Hub, site: Site, root: Path) -> Database:
    bring_in(
        hub,
        site,
        root,
        lantern="---\ntitle: The lantern\ntopics: [Light]\n---\n\nOf **tides**.\n",
        cheval="---\ntitle: Les chevaux\nlanguage: fr\n---\n\nUn cœur.\n",
        draft="---\ntitle: A draft lantern\ndraft: true\n---\n\nNot yet.\n",
    )
    return hub.db


def test_what_is_imported_is_found_and_drafts_are_not(filled: Database) -> None:
    assert found(filled, "lantern") == found(filled, "tide") == found(filled, "light")
    assert found(filled, "lantern") == ["lantern"]
    assert found(filled, "cheval") == found(filled, "coeur") == ["cheval"]


def test_importing_again_finds_the_new_words(
    hub: Hub, site: Site, root: Path, filled: Database
) -> None:
    bring_in(
        hub,
        site,
        root,
        lantern="---\ntitle: The lantern\n---\n\nOf wood.\n",
        draft="---\ntitle: A draft lantern\n---\n\nNow.\n",
    )
    assert found(filled, "tides") == found(filled, "light") == []
    assert found(filled, "wood") == ["lantern"]
    assert sorted(found(filled, "lantern")) == ["draft", "lantern"]


def test_a_restored_hub_finds(hub: Hub, filled: Database, tmp_path: Path) -> None:
    archive = backups.write(hub.settings, filled, tmp_path / "hub.zip", now=NOW)
    copy = from_environment({}, data=tmp_path / "copy")
    backups.restore(archive, copy)
    with closing(create_hub(copy).db) as db:
        _finds_and_goes_on(db)


@pytest.mark.parametrize("goal", ["sqlite", "postgres"])
def test_a_hub_that_moved_finds(
    goal: str, filled: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if goal == "postgres":
        server: Server = request.getfixturevalue("postgres")
        target: Database = PostgresDatabase(server.url(server.database(TEMPLATE)))
    else:
        target = SqliteDatabase(tmp_path / "new.db")
    with closing(target) as db:
        copying.copy(filled, db, progress=lambda *_: None)
        _finds_and_goes_on(db)


def _finds_and_goes_on(db: Database) -> None:
    assert found(db, "tide") == ["lantern"]
    assert found(db, "coeur") == ["cheval"]
    assert search.catch_up(db) is None
    with db.write() as tx:
        publishing.delete(tx, "lantern", NOW)
        publishing.publish(tx, "draft", NOW)
    assert found(db, "lantern") == ["draft"]
