"""Cached pages of the whole application are new within a second after a change."""

import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.db import open_database
from hub.site import store as sites
from hub.web.state import Hub
from tests.posts import add


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub)) as visitor:
        yield visitor


def test_a_change_of_this_process_is_seen_at_once(client: TestClient, hub: Hub) -> None:
    old = client.get("/")
    with hub.db.write() as tx:
        sites.put(tx, "title", "Another name")
    new = client.get("/", headers={"if-none-match": old.headers["etag"]})
    assert new.status_code == 200
    assert "Another name" in new.text


def test_a_change_of_another_process_is_seen_soon(client: TestClient, hub: Hub) -> None:
    client.get("/")
    other = open_database(hub.settings)
    with other.write() as tx:
        add(tx, "from-elsewhere")
    other.close()
    end = time.monotonic() + 5
    while "from-elsewhere" not in client.get("/").text:
        assert time.monotonic() < end, "the page stayed old"
        time.sleep(0.02)


def test_a_write_that_readers_cannot_see_keeps_the_pages(client: TestClient, hub: Hub) -> None:
    old = client.get("/").headers["etag"]
    with hub.db.write() as tx:
        tx.execute("UPDATE hub SET uid = uid")
    assert client.get("/", headers={"if-none-match": old}).status_code == 304


@pytest.mark.parametrize("path", ["/", "/feed.xml", "/archive", "/posts/a", "/robots.txt"])
def test_no_header_of_a_request_changes_a_kept_page(
    client: TestClient, hub: Hub, path: str
) -> None:
    with hub.db.write() as tx:
        add(tx, "a")
    hostile = {
        "host": "evil.test",
        "x-forwarded-host": "evil.test",
        "x-forwarded-proto": "gopher",
        "x-original-url": "/admin",
        "accept-language": "fr",
        "cookie": "hub=1",
        "user-agent": "<script>",
    }
    poisoned = client.get(path, headers=hostile).content
    with hub.db.write() as tx:
        tx.site_changed()
    assert client.get(path).content == poisoned
    assert b"evil.test" not in poisoned


def test_healthz_is_never_kept(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["cache-control"] == "no-store"


def test_healthz_says_when_the_database_is_away(
    client: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise OSError("gone")

    monkeypatch.setattr(hub.db, "site_version", away)
    assert client.get("/healthz").status_code == 503


def test_the_style_sheet_is_kept_for_ever_under_its_own_address(client: TestClient) -> None:
    text = client.get("/").text
    address = text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    answer = client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert "--accent" in answer.text
    assert "!important" not in answer.text
    stale = client.get("/assets/0000000000000000/site.css")
    assert stale.headers["cache-control"] == "no-cache"
