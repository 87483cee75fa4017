"""Feeds as feed readers read them."""

import calendar
import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from starlette.testclient import TestClient

from hub.site import store as sites
from hub.web.state import Hub
from tests.posts import add

BODY = (
    '<p><a href="/posts/other">Other</a> <a href="#fn">note</a> '
    '<img src="/media/a.png?x=1&amp;y=2" alt="a > b"> ]]> <code>href="/kept"</code></p>'
)


@pytest.fixture
def harbour(hub: Hub) -> str:
    with hub.db.write() as tx:
        add(tx, "before", at=datetime(2026, 4, 1, 10, 0, tzinfo=UTC))
        add(
            tx,
            "harbour",
            title="Fish & <chips> \x08today",
            excerpt="Short.",
            html=BODY,
            at=datetime(2026, 5, 1, 10, 0, tzinfo=UTC),
            updated_at=datetime(2026, 5, 2, 11, 0, tzinfo=UTC),
            authors=("Ada Lovelace", "Grace Hopper"),
            topics=("sea", "night"),
        )
    return "https://hub.test/posts/harbour"


def parsed(client: TestClient, path: str) -> Any:
    found = feedparser.parse(client.get(path).content)
    assert not found.bozo
    return found


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml"])
def test_an_article_arrives_whole(client: TestClient, harbour: str, path: str) -> None:
    found = parsed(client, path)
    assert found.feed.title == "Harbour Notes"
    assert found.feed.link == "https://hub.test/"
    assert found.feed.language == "en" or path == "/atom.xml"
    assert {"rel": "self", "href": f"https://hub.test{path}"}.items() <= next(
        link for link in found.feed.links if link["rel"] == "self"
    ).items()
    entry = found.entries[0]
    assert entry.link == harbour
    assert entry.id.startswith("urn:uuid:")
    assert (
        calendar.timegm(entry.published_parsed) == datetime(2026, 5, 1, 10, tzinfo=UTC).timestamp()
    )
    assert [tag.term for tag in entry.tags] == ["Sea", "Night"]
    assert "Ada Lovelace" in str(entry.authors)
    body = entry.content[0].value
    assert 'href="https://hub.test/posts/other"' in body
    assert f'href="{harbour}#fn"' in body
    assert 'src="https://hub.test/media/a.png?x=1&amp;y=2"' in body
    assert "]]&gt;" in body or "]]>" in body
    assert 'href="/kept"' in body.replace("&quot;", '"')


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml"])
def test_a_title_is_text_and_holds_nothing_xml_forbids(
    client: TestClient, harbour: str, path: str
) -> None:
    text = client.get(path).text
    assert "<title>Fish &amp; &lt;chips&gt; today</title>" in text


def test_atom_tells_when_an_article_changed(client: TestClient, harbour: str) -> None:
    entry = parsed(client, "/atom.xml").entries[0]
    changed = datetime(2026, 5, 2, 11, 0, tzinfo=UTC)
    assert calendar.timegm(entry.updated_parsed) == changed.timestamp()


def test_json_feed(client: TestClient, harbour: str) -> None:
    answer = client.get("/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    found = json.loads(answer.content)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == "https://hub.test/feed.json"
    item = found["items"][0]
    assert item["url"] == harbour
    assert item["date_modified"] == "2026-05-02T11:00:00.000Z"
    assert item["authors"] == [{"name": "Ada Lovelace"}, {"name": "Grace Hopper"}]
    assert item["tags"] == ["Sea", "Night"]
    assert 'href="https://hub.test/posts/other"' in item["content_html"]


def test_every_feed_names_an_article_alike(client: TestClient, harbour: str) -> None:
    ids = {
        parsed(client, "/feed.xml").entries[0].id,
        parsed(client, "/atom.xml").entries[0].id,
        client.get("/feed.json").json()["items"][0]["id"],
    }
    assert len(ids) == 1


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml"])
def test_the_owner_may_give_excerpts_only(
    client: TestClient, hub: Hub, harbour: str, path: str
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "feed_content", "excerpt")
    entry = parsed(client, path).entries[0]
    assert entry.summary == "Short."
    assert "content" not in entry
    item = client.get("/feed.json").json()["items"][0]
    assert item["content_text"] == "Short."
    assert "content_html" not in item


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml", "feed.json"])
def test_a_feed_is_as_long_as_the_owner_wants(client: TestClient, hub: Hub, name: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "feed_items", "3")
        for number in range(5):
            add(tx, f"post-{number}")
        add(tx, "draft", status="draft")
        add(tx, "page", kind="page")
    answer = client.get(f"/{name}")
    links = (
        [item["url"] for item in answer.json()["items"]]
        if name == "feed.json"
        else [entry.link for entry in feedparser.parse(answer.content).entries]
    )
    assert links == [f"https://hub.test/posts/post-{number}" for number in (4, 3, 2)]


@pytest.mark.parametrize("folder", ["/topics/sea", "/authors/ada-lovelace"])
def test_topics_and_authors_have_feeds_of_their_own(
    client: TestClient, harbour: str, folder: str
) -> None:
    found = parsed(client, f"{folder}/feed.xml")
    assert len(found.entries) == 1
    assert found.feed.link == f"https://hub.test{folder}"
    assert parsed(client, f"{folder}/atom.xml").entries[0].link == harbour
    assert len(client.get(f"{folder}/feed.json").json()["items"]) == 1
    assert f'href="https://hub.test{folder}/feed.xml"' in client.get(folder).text


def test_there_is_no_feed_of_nobody(client: TestClient) -> None:
    assert client.get("/topics/none/feed.xml").status_code == 404
    assert client.get("/authors/none/atom.xml").status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
    ],
)
def test_an_empty_site_has_feeds(client: TestClient, path: str, kind: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == kind
    assert feedparser.parse(answer.content).entries == []


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml"])
def test_the_same_articles_are_the_same_bytes(
    client: TestClient, hub: Hub, harbour: str, path: str
) -> None:
    first = client.get(path)
    with hub.db.write() as tx:
        tx.site_changed()
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_pages_lead_to_the_feeds(client: TestClient) -> None:
    text = client.get("/").text
    for name in ("feed.xml", "atom.xml", "feed.json"):
        assert f'href="https://hub.test/{name}"' in text


def test_the_sitemap_holds_what_can_be_found(client: TestClient, hub: Hub, harbour: str) -> None:
    with hub.db.write() as tx:
        add(tx, "über-uns", kind="page")
        add(tx, "draft", status="draft")
    text = client.get("/sitemap.xml").text
    assert f"<loc>{harbour}</loc><lastmod>2026-05-02T11:00:00.000Z</lastmod>" in text
    assert "<loc>https://hub.test/%C3%BCber-uns</loc>" in text
    assert "draft" not in text


def test_robots_are_told_where_the_sitemap_is(client: TestClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Disallow: /admin\n" in answer.text
    assert "Sitemap: https://hub.test/sitemap.xml\n" in answer.text


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml"])
def test_an_article_in_another_language_says_so(
    client: TestClient, hub: Hub, harbour: str, path: str
) -> None:
    assert "<div lang=" not in client.get(path).text
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET language = 'ar'")
        tx.site_changed()
    entry = parsed(client, path).entries[0]
    assert '<div lang="ar" dir="rtl">' in client.get(path).text.replace("&lt;", "<").replace(
        "&quot;", '"'
    ).replace("&gt;", ">")
    assert entry.link == harbour


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml"])
def test_whoever_opens_a_feed_in_a_browser_is_told_what_it_is(
    client: TestClient, hub: Hub, path: str
) -> None:
    assert client.get(path).text.split("\n")[1].startswith("<!-- This is a feed: copy its address")
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    assert "Ceci est un flux" in client.get(path).text.split("\n")[1]
    assert feedparser.parse(client.get(path).content).bozo == 0
