"""Feeds by the rules: a schema for Atom (RFC 4287) and RSS 2.0, and what no schema can say.

The rules that the W3C's validator has beside them and that are about such feeds are here too:
ids that are there once, an author for each entry, one alternate link, addresses that are absolute
also inside articles, dates that are in order, types that are registered.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from starlette.testclient import TestClient

from hub.content import media
from hub.site import store as sites
from hub.web.state import Hub
from tests import audio as sounds
from tests.conftest import NOW
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("", "/topics/sea", "/authors/ada-lovelace", "/archive/1")
SCHEMAS = {
    name: etree.RelaxNG(etree.parse(str(Path(__file__).with_name(f"{name}.rng"))))
    for name in ("atom", "rss")
}


@pytest.fixture(autouse=True)
def articles(hub: Hub) -> None:
    """Articles with everything that an article can have, and one with next to nothing."""
    sound = media.keep_audio(hub.settings.media, sounds.mp3())
    with hub.db.write() as tx:
        media.record(tx, sound, NOW)
        sites.put(tx, "feed_items", "3")
        sites.put(tx, "websub_hub", "https://websub.test/?a=b&c=d")
        for number in range(4):
            add(tx, f"plain-{number}", topics=("sea",), authors=("Ada Lovelace",))
        add(
            tx,
            "größe",
            title='Fish & <chips> "today" \u2028 😀',
            excerpt="Short & <sweet>.",
            html='<p><a href="/x">X</a> <img src="/media/a.png" alt=""> ]]> &amp;lt;</p>',
            topics=("sea", "night"),
            authors=("Ada Lovelace", "Grace Hopper"),
            language="fr",
        )
        bare = add(tx, "bare", html="", excerpt="", plain_text="")
        tx.execute("UPDATE posts SET audio = :a WHERE id = :id", a=sound.address, id=bare)


def tree(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


def faults(schema: str, document: Any) -> list[str]:
    SCHEMAS[schema].validate(document)
    return [f"{error.line}: {error.message}" for error in SCHEMAS[schema].error_log]


@pytest.mark.parametrize("content", ["full", "excerpt"])
@pytest.mark.parametrize("folder", FEEDS)
@pytest.mark.parametrize(("file", "schema"), [("atom.xml", "atom"), ("feed.xml", "rss")])
def test_a_feed_keeps_to_its_schema(
    client: TestClient, hub: Hub, folder: str, file: str, schema: str, content: str
) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "feed_content", content)
    assert faults(schema, tree(client, f"{folder}/{file}")) == []


@pytest.mark.parametrize("file", ["atom.xml", "feed.xml"])
def test_an_empty_feed_keeps_to_its_schema(client: TestClient, hub: Hub, file: str) -> None:
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET status = 'draft'")
        tx.site_changed()
    assert faults({"atom.xml": "atom", "feed.xml": "rss"}[file], tree(client, f"/{file}")) == []


@pytest.mark.parametrize(
    ("schema", "pattern", "replacement"),
    [
        ("atom", r"<id>.*?</id>", ""),
        ("atom", r"<updated>.*?</updated>", "<updated>yesterday</updated>"),
        ("atom", r'rel="enclosure"', 'rel="enclosure" size="1"'),
        ("atom", r"<published>", "<published/><published>"),
        ("atom", r'href="https://hub.test/"', 'href="/"'),
        ("rss", r"<link>.*?</link>", ""),
        ("rss", r'length="\d+"', 'length="many"'),
        ("rss", r"<pubDate>.*?</pubDate>", "<pubDate>2026-01-01</pubDate>"),
        ("rss", r"<guid ", "<unheard/><guid "),
        ("rss", r'rel="self"', 'rel="myself"'),
    ],
)
def test_a_schema_finds_what_is_wrong(
    client: TestClient, schema: str, pattern: str, replacement: str
) -> None:
    text = client.get({"atom": "/atom.xml", "rss": "/feed.xml"}[schema]).text
    broken = re.sub(pattern, replacement, text, count=1)
    assert broken != text
    assert faults(schema, etree.fromstring(broken.encode())) != []


@pytest.mark.parametrize("folder", FEEDS)
def test_what_atom_asks_beside_its_schema(client: TestClient, folder: str) -> None:
    feed = tree(client, f"{folder}/atom.xml")
    ids = [element.text for element in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    for one in (feed, *feed.iter(f"{ATOM}entry")):
        links = [
            (link.get("rel", "alternate"), link.get("type")) for link in one.iter(f"{ATOM}link")
        ]
        own = [
            link
            for link in one.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        assert len(own) == 1, links
    assert feed.find(f"{ATOM}author") is not None
    assert [
        link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"
    ] == [f"https://hub.test{folder}/atom.xml"]
    for entry in feed.iter(f"{ATOM}entry"):
        published, updated = (
            datetime.fromisoformat(entry.findtext(f"{ATOM}{name}"))
            for name in ("published", "updated")
        )
        assert published <= updated <= datetime.fromisoformat(feed.findtext(f"{ATOM}updated"))
        # §4.1.2: an entry without a content has a link to one, and §4.1.3.3: html is escaped.
        assert entry.find(f"{ATOM}content") is not None or entry.find(f"{ATOM}link") is not None


def test_addresses_inside_articles_are_absolute(client: TestClient) -> None:
    for path in ("/atom.xml", "/feed.xml"):
        bodies = [text for text in tree(client, path).itertext() if "<" in text]
        found = [one for body in bodies for one in re.findall(r'(?:href|src)="([^"]*)"', body)]
        assert found
        assert all(urlsplit(one).scheme for one in found)


@pytest.mark.parametrize("folder", FEEDS)
def test_rss_names_itself_once(client: TestClient, folder: str) -> None:
    links = tree(client, f"{folder}/feed.xml").find("channel").findall(f"{ATOM}link")
    itself = [link.get("href") for link in links if link.get("rel") == "self"]
    assert itself == [f"https://hub.test{folder}/feed.xml"]


def test_guids_are_there_once(client: TestClient) -> None:
    guids = [element.text for element in tree(client, "/feed.xml").iter("guid")]
    assert len(guids) == len(set(guids)) == 3


@pytest.mark.parametrize("folder", FEEDS)
def test_json_feed_keeps_to_its_rules(client: TestClient, folder: str) -> None:
    feed = client.get(f"{folder}/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for name in ("home_page_url", "feed_url"):
        assert urlsplit(feed[name]).scheme == "https"
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert all(isinstance(item[name], str) for name in ("id", "url", "title"))
        assert ("content_html" in item) != ("content_text" in item)
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo is not None
        assert all(
            set(author) & {"name", "url", "avatar"}
            for author in item.get("authors", [{"name": ""}])
        )
        for attached in item.get("attachments", []):
            assert set(attached) == {"url", "mime_type", "size_in_bytes"}
            assert isinstance(attached["size_in_bytes"], int)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_feed_has_the_type_that_is_its_own(client: TestClient, path: str, kind: str) -> None:
    assert client.get(path).headers["content-type"] == kind
