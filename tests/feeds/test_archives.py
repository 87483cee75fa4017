"""A feed reader that wants everything walks from the feed through its archives (RFC 5005)."""

from typing import Any

import feedparser
import pytest
from starlette.testclient import TestClient

from hub.site import store as sites
from hub.web.state import Hub
from tests.posts import add

FILES = ("feed.xml", "atom.xml")


@pytest.fixture(autouse=True)
def seven_articles(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "feed_items", "3")
        for number in range(7):
            add(tx, f"p{number}", topics=("sea",) if number != 3 else ())


def document(client: TestClient, url: str) -> Any:
    answer = client.get(url.removeprefix("https://hub.test"))
    assert answer.status_code == 200
    found = feedparser.parse(answer.content)
    assert not found.bozo
    return found


def link(found: Any, rel: str) -> str:
    return next((str(one["href"]) for one in found.feed.links if one["rel"] == rel), "")


def slugs(found: Any) -> list[str]:
    return [entry.link.rpartition("/")[2] for entry in found.entries]


@pytest.mark.parametrize("file", FILES)
def test_the_whole_list_can_be_read_back(client: TestClient, file: str) -> None:
    seen: list[str] = []
    url = f"/{file}"
    while url:
        found = document(client, url)
        seen += [slug for slug in slugs(found) if slug not in seen]
        url = link(found, "prev-archive")
    assert seen == ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]


@pytest.mark.parametrize("file", FILES)
def test_an_archive_knows_its_neighbours_and_its_feed(client: TestClient, file: str) -> None:
    oldest = document(client, f"/archive/1/{file}")
    assert link(oldest, "current") == f"https://hub.test/{file}"
    assert link(oldest, "next-archive") == f"https://hub.test/archive/2/{file}"
    assert link(oldest, "prev-archive") == ""
    assert link(oldest, "self") == f"https://hub.test/archive/1/{file}"
    assert "fh_archive" in oldest.feed
    newest = document(client, f"/archive/2/{file}")
    assert link(newest, "next-archive") == ""
    assert "fh_archive" not in document(client, f"/{file}").feed


@pytest.mark.parametrize("file", FILES)
def test_a_new_article_leaves_the_archives_as_they_are(
    client: TestClient, hub: Hub, file: str
) -> None:
    before = slugs(document(client, f"/archive/1/{file}"))
    with hub.db.write() as tx:
        add(tx, "fresh")
    assert slugs(document(client, f"/archive/1/{file}")) == before == ["p2", "p1", "p0"]


def test_a_topic_has_archives_of_its_own(client: TestClient) -> None:
    assert slugs(document(client, "/topics/sea/archive/2/feed.xml")) == ["p6", "p5", "p4"]


def test_json_feed_leads_on_to_older_articles(client: TestClient) -> None:
    first = client.get("/feed.json").json()
    assert first["next_url"] == "https://hub.test/archive/2/feed.json"
    last = client.get("/archive/1/feed.json").json()
    assert "next_url" not in last


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999"])
def test_an_archive_that_is_not_full_is_not_there(client: TestClient, number: str) -> None:
    assert client.get(f"/archive/{number}/feed.xml").status_code == 404


def test_a_site_with_few_articles_has_no_archive(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "feed_items", "20")
        tx.site_changed()
    assert link(document(client, "/feed.xml"), "prev-archive") == ""
