"""Backups at the desk: made by the worker, whole or not at all, kept as many as wanted, and given
to nobody but an owner who types the password."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub import backups
from hub.admin.backup_lane import MOST_TRIES, BackupLane
from hub.app import create_app
from hub.db import Database
from hub.newsletter import troubles
from hub.site import backup_jobs
from hub.site import store as sites
from hub.users import accounts, passwords, store
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.newsletter.cast import tick

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"


@pytest.fixture
def owner(desk: TestClient, hub: Hub) -> TestClient:
    """The desk of an owner with a password."""
    with hub.db.write() as tx:
        user = accounts.by_email(tx, "owner@hub.test")
        store.set_password_hash(tx, user.id, passwords.hashed(PASSWORD))
    return desk


def names(hub: Hub) -> list[str]:
    return [backup.name for backup in backups.found(hub.settings.backups)]


def lane(hub: Hub, stopping: Callable[[], bool] = lambda: False) -> BackupLane:
    return BackupLane(hub.db, hub.settings, stopping)


def asked(hub: Hub) -> None:
    with hub.db.write() as tx:
        backup_jobs.ask(tx, NOW)


def test_one_is_made_listed_downloaded_and_deleted(owner: TestClient, hub: Hub) -> None:
    assert owner.post("/admin/backups").status_code == 303
    assert "A backup is being made" in owner.get("/admin/backups").text
    assert owner.post("/admin/backups").status_code == 409
    assert tick(hub, NOW)
    (name,) = names(hub)
    page = owner.get("/admin/backups").text
    assert name in page
    assert "A backup is being made" not in page
    answer = owner.post(f"/admin/backups/{name}/download", data={"password": PASSWORD})
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"hub.db", "secret.key"} <= set(archive.namelist())
    assert owner.get(f"/admin/backups/{name}/delete").status_code == 200
    assert names(hub) == [name]
    assert owner.post(f"/admin/backups/{name}/delete").status_code == 303
    assert names(hub) == []


def test_without_the_password_nobody_gets_it(owner: TestClient, hub: Hub) -> None:
    asked(hub)
    lane(hub).work(NOW)
    (name,) = names(hub)
    path = f"/admin/backups/{name}/download"
    assert owner.get(path).headers["content-type"].startswith("text/html")
    assert owner.post(path, data={"password": "another one"}).status_code == 400
    for _ in range(12):
        answer = owner.post(path, data={"password": "another one"})
    assert "Too many tries" in answer.text
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as other:
        assert other.get(path).status_code == 303
        logged_in(other, hub, "editor")
        assert other.post(path, data={"password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/media/../backups/{}", "/media/%2e%2e/backups/{}", "/backups/{}", "/admin/backups/{}"],
)
def test_no_other_address_leads_to_it(owner: TestClient, hub: Hub, path: str) -> None:
    asked(hub)
    lane(hub).work(NOW)
    (name,) = names(hub)
    assert owner.get(path.format(name)).status_code == 404


@pytest.mark.parametrize("name", ["..%2fhub.db", "hub.db", "%2e%2e%2fsecret.key", ".lock"])
def test_only_backups_are_given_out(owner: TestClient, hub: Hub, name: str) -> None:
    asked(hub)
    lane(hub).work(NOW)
    path = f"/admin/backups/{name}/download"
    assert owner.post(path, data={"password": PASSWORD}).status_code in (404, 405)


def test_one_a_day_is_made_by_itself_and_the_newest_are_kept(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "daily_backups", "on")
        sites.put(tx, "backups_kept", "2")
    asked(hub)
    lane(hub).work(NOW)
    for days in range(4):
        now = NOW + timedelta(days=days)
        while lane(hub).work(now):
            pass
    assert [name[:14] for name in names(hub)] == [
        "daily-20261125",
        "daily-20261124",
        "hub-20261122T1",
    ]


@pytest.mark.parametrize(
    ("hour", "last", "due"),
    [
        (1, None, False),  # 02:00 in Paris
        (2, None, True),
        (2, datetime(2026, 11, 21, 22, 59, tzinfo=UTC), True),  # 23:59 of the day before
        (2, datetime(2026, 11, 21, 23, 1, tzinfo=UTC), False),  # 00:01 of the day
        (22, datetime(2026, 11, 22, 2, 0, tzinfo=UTC), False),
    ],
)
def test_when_the_one_of_the_day_is_due(
    hub: Hub, hour: int, last: datetime | None, due: bool
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "daily_backups", "on")
    now = datetime(2026, 11, 22, hour, 0, tzinfo=UTC)
    assert backup_jobs.daily_is_due(hub.site(), last, now) is due


def test_what_a_killed_worker_left_goes_and_the_backup_is_made(hub: Hub) -> None:
    asked(hub)
    left = hub.settings.backups / ".unfinished-x"
    left.mkdir(parents=True)
    (left / "hub-20260101T000000Z.zip").write_bytes(b"half")
    with hub.db.write() as tx:
        backup_jobs.tried(tx, 1)
    assert names(hub) == []
    assert lane(hub).work(NOW)
    assert not left.exists()
    assert len(names(hub)) == 1


def test_a_worker_that_ends_leaves_nothing_and_the_next_makes_it(hub: Hub) -> None:
    asked(hub)
    for _ in range(MOST_TRIES + 1):
        assert lane(hub, lambda: True).work(NOW)
    assert [path.name for path in hub.settings.backups.iterdir()] == [".lock"]
    lane(hub).work(NOW)
    assert len(names(hub)) == 1


def test_one_that_is_broken_off_again_and_again_is_given_up(hub: Hub) -> None:
    asked(hub)
    with hub.db.write() as tx:
        backup_jobs.tried(tx, 1, by=MOST_TRIES)
    lane(hub).work(NOW)
    assert names(hub) == []
    assert not lane(hub).work(NOW)


def test_a_failure_is_said_and_leaves_nothing(
    desk: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_db: Database, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    asked(hub)
    with monkeypatch.context() as patched:
        patched.setattr(type(hub.db), "backup", full)
        lane(hub).work(NOW)
    assert names(hub) == []
    assert "No space left on device" in desk.get("/admin/backups").text
    with hub.db.read() as tx:
        assert [trouble.part for trouble in troubles.current(tx)] == [troubles.BACKUP]
    assert "No backup could be made" in desk.get("/admin").text
    with hub.db.write() as tx:
        backup_jobs.ask(tx, NOW + timedelta(hours=1))
    lane(hub).work(NOW + timedelta(hours=1))
    with hub.db.read() as tx:
        assert troubles.current(tx) == []


def test_two_workers_make_one(hub: Hub) -> None:
    asked(hub)
    inside: list[bool] = []

    def look() -> bool:
        inside.append(lane(hub).work(NOW))
        return False

    assert lane(hub, look).work(NOW)
    assert inside
    assert not any(inside)
    assert len(names(hub)) == 1
