"""What a site tells of itself: where its feeds are, whose it is, and how its articles travel."""

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import feedparser
import pytest
from lxml import html
from starlette.testclient import TestClient

from hub.content import slugs, writing
from hub.content.model import Draft
from hub.content.rendering import Rendered
from hub.errors import Refused
from hub.site import identities
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

PLAIN = Rendered("<p>Body</p>", "Body", "Body", 1, (), (), ())
KINDS = {
    "feed.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
}


def put(hub: Hub, **options: str) -> None:
    with hub.db.write() as tx:
        for name, value in options.items():
            sites.put(tx, name, value)


def ids(client: TestClient) -> list[str]:
    atom = feedparser.parse(client.get("/atom.xml").content)
    rss = feedparser.parse(client.get("/feed.xml").content)
    topic = feedparser.parse(client.get("/topics/sea/atom.xml").content)
    json = client.get("/feed.json").json()
    return [
        *(atom.feed.id, topic.feed.id),
        *(atom.entries[0].id, rss.entries[0].id, json["items"][0]["id"]),
    ]


def test_ids_survive_another_slug_and_another_domain(client: TestClient, hub: Hub) -> None:
    draft = Draft(title="Tides", markdown="x", slug="tides", topics=("Sea",))
    with hub.db.write() as tx:
        post = writing.create(tx, draft, PLAIN, site=hub.site(), now=NOW, publish=True)
    before = ids(client)
    again = Draft(title="Ebb", markdown="y", slug="ebb", topics=("Sea",))
    with hub.db.write() as tx:
        later = NOW + timedelta(days=1)
        writing.update(tx, post.id, again, PLAIN, site=hub.site(), now=later)
    put(hub, base_url="https://moved.test", title="Another name")
    assert "https://moved.test/posts/ebb" in client.get("/atom.xml").text
    assert ids(client) == before
    assert len(set(before)) == 3
    assert all(one.startswith("urn:uuid:") for one in before)


def alternates(client: TestClient, path: str) -> dict[str, str]:
    page = html.fromstring(client.get(path).content)
    return {link.get("href"): link.get("type") for link in page.xpath("//link[@rel='alternate']")}


@pytest.mark.parametrize(
    "path",
    ["/", "/posts/tides", "/about", "/topics/sea", "/authors/ada", "/archive", "/search", "/feeds"],
)
def test_every_page_says_where_the_feeds_are(client: TestClient, hub: Hub, path: str) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", topics=("sea",), authors=("Ada",))
        add(tx, "about", kind="page")
    folders = ["", path] if path in ("/topics/sea", "/authors/ada") else [""]
    expected = {
        f"https://hub.test{folder}/{name}": kind
        for folder in folders
        for name, kind in KINDS.items()
    }
    assert expected.items() <= alternates(client, path).items()


def test_a_page_explains_feeds(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", topics=("sea",))
        add(tx, "draft", status="draft", topics=("silent",))
    text = client.get("/feeds").text
    assert 'value="https://hub.test/feed.xml"' in text
    assert 'href="feed://hub.test/feed.xml"' in text
    assert 'href="/topics/sea/atom.xml"' in text
    assert "silent" not in text
    assert "whole articles" in text
    assert 'href="/feeds"' in client.get("/").text
    put(hub, feed_content="excerpt")
    assert "beginning of each article" in client.get("/feeds").text


def test_no_page_of_the_owner_takes_that_address() -> None:
    with pytest.raises(Refused):
        slugs.checked("feeds", "page")


def test_pages_name_the_owners_others(client: TestClient, hub: Hub) -> None:
    assert 'rel="me"' not in client.get("/").text
    put(hub, rel_me=" https://social.test/@harbour \n\nhttps://code.test/harbour?a=1&b=2")
    page = html.fromstring(client.get("/").content)
    found = [link.get("href") for link in page.xpath("//link[@rel='me']")]
    assert found == ["https://social.test/@harbour", "https://code.test/harbour?a=1&b=2"]


@pytest.mark.parametrize(
    "wrong", ["social.test/@a", "javascript:alert(1)", "https://a.test/ b", "@a@b.c"]
)
def test_another_page_is_a_web_address(hub: Hub, wrong: str) -> None:
    with pytest.raises(Refused):
        put(hub, rel_me=wrong)


@pytest.mark.parametrize(
    ("option", "authors", "expected"),
    [
        ("", ["Ada"], []),
        ("@site@Social.test", ["Ada"], ["@site@social.test"]),
        ("site@social.test", [], ["@site@social.test"]),
        ("@site@s.test\nAda Lovelace: @ada@s.test", ["ADA  lovelace"], ["@ada@s.test"]),
        ("@site@s.test\nAda: @ada@s.test", ["Grace"], ["@site@s.test"]),
        ("Ada: @ada@s.test\nGrace: g@t.test", ["Grace", "Ada"], ["@g@t.test", "@ada@s.test"]),
        ("Ada: @ada@s.test", ["Grace"], []),
    ],
)
def test_who_is_named_in_the_fediverse(
    option: str, authors: list[str], expected: list[str]
) -> None:
    assert identities.handles_of(option, authors) == expected


@pytest.mark.parametrize("wrong", ["@ada", "ada", "Ada: ", ": @a@s.test", "@a@host", "@a@s.test x"])
def test_an_account_that_is_none_is_refused(hub: Hub, wrong: str) -> None:
    with pytest.raises(Refused):
        put(hub, fediverse_creator=wrong)


def test_an_article_names_its_writer_in_the_fediverse(client: TestClient, hub: Hub) -> None:
    put(hub, fediverse_creator="Ada: @ada@social.test")
    with hub.db.write() as tx:
        add(tx, "tides", authors=("Ada",))
        add(tx, "ropes", authors=("Grace",))
    meta = '<meta name="fediverse:creator" content="@ada@social.test">'
    assert meta in client.get("/posts/tides").text
    assert "fediverse:creator" not in client.get("/posts/ropes").text
    assert "fediverse:creator" not in client.get("/").text


def test_an_article_can_be_shared_by_plain_links(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", title="Tides & <ropes>?", excerpt="Short.", cover="/media/ab/cd.jpg")
    page = html.fromstring(client.get("/posts/tides").content)
    (share,) = page.find_class("share")
    links = {urlsplit(a.get("href")).netloc: urlsplit(a.get("href")) for a in share.iter("a")}
    url, title = "https://hub.test/posts/tides", "Tides & <ropes>?"
    assert parse_qs(links["www.linkedin.com"].query) == {"url": [url]}
    assert parse_qs(links["www.facebook.com"].query) == {"u": [url]}
    assert unquote(links["share.joinmastodon.org"].fragment) == f"text={title}\n{url}"
    (mail,) = (a.get("href") for a in share.iter("a") if "://" not in a.get("href"))
    assert parse_qs(mail.removeprefix("mailto:?")) == {"subject": [title], "body": [url]}
    assert links["hub.test"].path == "/media/ab/cd.jpg"
    (copied,) = share.iter("textarea")
    assert copied.text.strip().split("\n\n") == [title, "Short.", url]
    assert not list(share.iter("script", "iframe", "img"))


def test_the_owner_may_leave_the_sharing_out(client: TestClient, hub: Hub) -> None:
    put(hub, share_links="off")
    with hub.db.write() as tx:
        add(tx, "tides")
    assert "share" not in client.get("/posts/tides").text
