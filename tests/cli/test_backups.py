"""A backup is whole, and what is restored is the hub that was."""

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from hub import backups
from hub.app import create_app, create_hub
from hub.cli import cli
from hub.errors import Conflict, Refused
from hub.mail import in_force
from hub.settings import SmtpRelay, from_environment
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW, TEMPLATE
from tests.postgres_server import Server

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub on SQLite; one on PostgreSQL is at the end."""
    parts = create_hub(from_environment({}, data=tmp_path / "data"))
    yield parts
    parts.db.close()


@pytest.fixture
def archive(hub: Hub, tmp_path: Path) -> Path:
    picture = hub.settings.media / "ab" / "picture.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    (tmp_path / "there").mkdir()
    return backups.write(hub.settings, hub.db, tmp_path / "there" / "hub.zip", now=NOW)


def restored(archive: Path, folder: Path) -> Hub:
    backups.restore(archive, from_environment({}, data=folder))
    return create_hub(from_environment({}, data=folder))


def test_only_the_owner_can_read_a_backup(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in archive.parent.iterdir()] == ["hub.zip"]


def test_a_backup_makes_no_folder_of_a_mistyped_path(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such folder"):
        backups.write(hub.settings, hub.db, tmp_path / "thre" / "hub.zip", now=NOW)
    assert not (tmp_path / "thre").exists()


def test_a_backup_never_replaces_a_file(hub: Hub, archive: Path) -> None:
    with pytest.raises(Conflict):
        backups.write(hub.settings, hub.db, archive, now=NOW)


def test_a_restored_hub_serves_and_its_old_links_still_verify(
    hub: Hub, archive: Path, tmp_path: Path
) -> None:
    link = hub.signer.sign("unsubscribe", 7)
    copy = restored(archive, tmp_path / "copy")
    assert copy.site() == hub.site()
    assert copy.signer.verify("unsubscribe", link) == 7
    assert (copy.settings.media / "ab" / "picture.webp").read_bytes() == b"a picture"
    assert stat.S_IMODE((tmp_path / "copy" / "hub.db").stat().st_mode) == 0o600
    with TestClient(create_app(copy), base_url="https://hub.test") as client:
        assert client.get("/admin/login").status_code == 200


def test_a_hub_is_never_restored_over_another(hub: Hub, archive: Path) -> None:
    with pytest.raises(Refused):  # on PostgreSQL nothing is restored at all
        backups.restore(archive, hub.settings)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "media/../../evil", "notes.txt"])
def test_a_name_that_does_not_belong_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(name, "x")
    with pytest.raises(Refused):
        restored(archive, tmp_path / "copy")
    assert not (tmp_path / "copy" / "hub.db").exists()
    assert not (tmp_path / "evil").exists()


def test_a_damaged_backup_is_refused_and_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    for at in range(len(content) // 4, len(content) // 4 + 200):
        content[at] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(Refused):
        restored(archive, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["secret.key"]


@pytest.mark.parametrize("before", [None, [], ["notes.txt"]])
def test_a_refused_command_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: list[str] | None
) -> None:
    monkeypatch.delenv("HUB_DATABASE", raising=False)
    folder, other = tmp_path / "new", tmp_path / "other.zip"
    other.write_bytes(b"no archive")
    if before is not None:
        folder.mkdir()
        for name in before:
            (folder / name).touch()
    result = CliRunner().invoke(cli, ["--data", str(folder), "restore", str(other)])
    assert result.exit_code == 1
    assert ([path.name for path in folder.iterdir()] if folder.exists() else None) == before


def test_something_else_is_not_a_backup(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr("hello.txt", "hello")
    with pytest.raises(Refused, match="not a backup"):
        restored(other, tmp_path / "copy")


def test_a_hub_on_postgres_is_restored_to_sqlite(postgres: Server, tmp_path: Path) -> None:
    name = postgres.database(TEMPLATE)
    settings = from_environment({"HUB_DATABASE": postgres.url(name)}, data=tmp_path / "data")
    hub = create_hub(settings)
    with hub.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes")
    archive = backups.write(settings, hub.db, tmp_path / "hub.zip", now=NOW)
    hub.db.close()
    postgres.drop(name)
    copy = restored(archive, tmp_path / "copy")
    assert copy.site().title == "Harbour Notes"
    copy.db.close()


def test_a_backup_is_not_restored_while_postgres_is_named(archive: Path, tmp_path: Path) -> None:
    settings = from_environment({"HUB_DATABASE": "postgresql://x/y"}, data=tmp_path / "copy")
    with pytest.raises(Refused, match="migrate-to"):
        backups.restore(archive, settings)


def test_with_another_secret_key_the_mail_server_waits_for_its_password(
    hub: Hub, tmp_path: Path
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "base_url", "https://hub.test")
        sites.mark_ready(tx, NOW)
        relay = SmtpRelay("mail.test", 587, "ada", "geheim-1234")
        in_force.choose(tx, hub.settings, relay, NOW)
    archive = backups.write(hub.settings, hub.db, tmp_path / "hub.zip", now=NOW)
    assert b"geheim" not in archive.read_bytes()
    backups.restore(archive, from_environment({}, data=tmp_path / "new"))
    other = {"HUB_SECRET_KEY": "another key of thirty-two characters"}
    there = create_hub(from_environment(other, data=tmp_path / "new"))
    with there.db.read() as tx:
        assert in_force.way(tx, there.settings).locked
    with TestClient(create_app(there), base_url="https://hub.test") as client:
        assert client.get("/privacy").status_code == 200
    same = create_hub(from_environment({}, data=tmp_path / "new"))
    with same.db.read() as tx:
        assert in_force.way(tx, same.settings).relays == (relay,)
    same.db.close()
