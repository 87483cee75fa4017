"""Addresses that were asked for in vain: what is counted, what is not, and how much is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import missed, missed_store
from hub.content.missed import Missed, host_of, noted
from hub.content.missed_store import Missing
from hub.db import Database
from hub.errors import DatabaseBusy
from hub.web.state import Hub
from tests.conftest import NOW


def shown(db: Database) -> dict[str, int]:
    with db.read() as tx:
        return {one.path: one.times for one in missed_store.listed(tx, "shown", limit=5_000)}


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("/2019/tides.html", "2019/tides.html"),
        ("/caf%C3%A9/", "café"),
        ("/old.php", "old.php"),
        ("/index.php/2015/tides", "index.php/2015/tides"),
        ("/wp-content/uploads/boat.jpg", "wp-content/uploads/boat.jpg"),
    ],
)
def test_what_a_reader_asks_for_is_noted(path: str, stored: str) -> None:
    assert noted(path) == stored


@pytest.mark.parametrize(
    "path",
    [
        *("/wp-login.php", "/blog/wp-admin/setup-config.php", "/xmlrpc.php", "/.env", "/api/.git/"),
        *("/phpMyAdmin/index.php", "/vendor/phpunit/x.php", "/backup.sql", "/cgi-bin/luci"),
        *("/.well-known/traffic-advice", "/apple-touch-icon-precomposed.png", "/a<script>"),
    ],
)
def test_what_programs_ask_every_site_is_one_number(path: str) -> None:
    assert noted(path) == missed.SCANNERS


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/confirm/abc.def/more", "/Unsubscribe/tok", "/preferences/x/y", "/setup/one/two"),
        *("/ada@example.org", "/mailto:ada%40example.org", "/a/../b", "/" + "x" * 300, "/a%00b"),
    ],
)
def test_what_may_tell_of_a_person_is_not_noted(path: str) -> None:
    assert noted(path) is None


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://Other.test/page?user=ada", "other.test"),
        ("android-app://com.example", ""),
        ("javascript:alert(1)", ""),
        ("https://[x", ""),
        ("https://a\u0000b/", ""),
        ("", ""),
    ],
)
def test_of_a_referrer_only_the_host_is_kept(referrer: str, host: str) -> None:
    assert host_of(referrer) == host


def test_a_request_counts_and_writes_nothing(hub: Hub, open_again: Callable[[], Database]) -> None:
    app, db = create_app(hub), open_again()
    client = TestClient(app)
    for path in (
        "/gone",
        "/gone/",
        "/posts/gone",
        "/topics/gone",
        "/authors/gone",
        "/wp-login.php",
    ):
        assert client.get(path, headers={"referer": "https://other.test/x"}).status_code == 404
    assert shown(db) == {}
    with client:
        pass
    assert shown(db) == {"gone": 2, "posts/gone": 1, "topics/gone": 1, "authors/gone": 1}
    with db.read() as tx:
        gone, scanners = missed_store.get(tx, "gone"), missed_store.get(tx, missed.SCANNERS)
    assert gone is not None
    assert gone.referrer == "other.test"
    assert scanners is not None
    assert (scanners.times, scanners.referrer) == (1, "")


def test_counts_of_two_processes_add_up(db: Database) -> None:
    for minutes, referrer in ((0, "a.test"), (5, "")):
        process = Missed()
        process.note("/gone", f"https://{referrer}/", NOW + timedelta(minutes=minutes))
        missed.write(db, process)
    with db.read() as tx:
        found = missed_store.get(tx, "gone")
    assert found == Missing("gone", 2, NOW, NOW + timedelta(minutes=5), "a.test")


def test_a_million_invented_addresses_leave_what_readers_ask_for(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "MOST", 30)
    process = Missed(most=20)
    for number in range(2_000):
        process.note(f"/invented-{number}", "", NOW)
        if number % 50 == 0:
            process.note("/asked-for", "", NOW)
        if number % 100 == 99:
            missed.write(db, process)
    counted = shown(db)
    assert len(counted) == 30
    assert counted["asked-for"] == 40
    with db.read() as tx:
        assert missed_store.count(tx, "shown") == 30


def test_what_could_not_be_written_is_not_lost(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Missed()
    process.note("/gone", "https://a.test/", NOW)

    def busy(*_: object) -> None:
        process.note("/gone", "", NOW)
        raise DatabaseBusy("busy")

    with monkeypatch.context() as patch:
        patch.setattr(missed_store, "add", busy)
        with pytest.raises(DatabaseBusy):
            missed.write(db, process)
    missed.write(db, process)
    assert shown(db) == {"gone": 2}


def test_what_nobody_asks_for_any_more_is_forgotten(db: Database) -> None:
    process = Missed()
    process.note("/old", "", NOW - timedelta(days=200))
    process.note("/new", "", NOW)
    missed.write(db, process)
    with db.write() as tx:
        missed.forget_old(tx, NOW)
    assert shown(db) == {"new": 1}


def test_the_page_that_is_not_there_offers_words_to_search_for(hub: Hub) -> None:
    client = TestClient(create_app(hub))
    text = client.get("/2019/05/the-tide_tables.html").text
    assert 'name="q"' in text
    assert 'value="the tide tables"' in text
    assert 'value=""' in client.get("/" + "a1" * 40).text
