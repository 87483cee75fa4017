"""Links that stand alone: which they are, what their pages say, and the card that comes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import link_card_store, link_cards, link_metadata
from hub.content.link_fetching import LinkReader
from hub.content.rendering import render
from hub.errors import Unreachable
from hub.net import Answer, Fetcher
from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import logged_in, write
from tests.conftest import NOW
from tests.test_net import answering, listening

URL = "https://example.org/a?b=1&c=2"
PAGE = b"""<!doctype html><head><title>Ropes</title>
<meta property="og:title" content="All about ropes &amp; knots">
<meta content='How to tie one.' name=description>
<meta property="og:site_name" content="The Loft"></head><body><meta name="og:title" content="x">"""
HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass
class World:
    """Stands for the pages elsewhere: answers by URL, and what was asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str]) -> Answer:
        assert "text/html" in headers["accept"]
        self.asked.append(url)
        if url not in self.answers:
            raise Unreachable("the name is not known")
        return self.answers[url]


@pytest.fixture
def desk(hub: Hub) -> Iterator[TestClient]:
    """A browser in which the owner is logged in, at NOW."""
    app = create_app(replace(hub, now=lambda: NOW))
    with TestClient(app, base_url="https://hub.test", follow_redirects=False) as client:
        yield logged_in(client, hub, "owner")


def reader(hub: Hub, world: World) -> LinkReader:
    return LinkReader(hub.db, sites.load, world)


def found(markdown: str) -> list[str]:
    return link_cards.urls(render(markdown, language="en").html)


@pytest.mark.parametrize(
    "markdown",
    [
        f"<{URL}>",
        URL,
        f"Words.\n\n{URL}\n\nWords.",
        f"[{URL}]({URL})",
        f'<iframe src="{URL}"></iframe>',
    ],
)
def test_a_link_that_stands_alone_is_found(markdown: str) -> None:
    assert found(markdown) == [URL]


@pytest.mark.parametrize(
    "markdown", [f"See {URL}", f"[Ropes]({URL})", f"- <{URL}>", f"    {URL}", "<mailto:a@b.cd>", ""]
)
def test_other_links_are_none(markdown: str) -> None:
    assert found(markdown) == []


def test_a_bare_address_is_no_summary() -> None:
    rendered = render(f"{URL}\n\nWords that say what the article is about.", language="en")
    assert rendered.excerpt == "Words that say what the article is about."


def test_what_is_saved_at_the_desk_becomes_a_card_and_stays_a_link_in_feeds(
    desk: TestClient, hub: Hub
) -> None:
    world = World({URL: Answer(200, HTML, PAGE)})
    post = write(desk, hub, title="Ropes", markdown=f"Look:\n\n<{URL}>")
    assert "link-card" not in desk.get(post.path).text
    assert reader(hub, world).work(NOW)
    page = desk.get(post.path).text
    assert "All about ropes &amp; knots" in page
    assert "How to tie one." in page
    assert "The Loft · example.org" in page
    preview = desk.get(f"/admin/posts/{post.id}/preview").text
    assert page[page.index('<p class="link-card">') :].split("</p>")[0] in preview
    assert "link-card" not in desk.get("/feed.xml").text
    assert not reader(hub, world).work(NOW)
    assert world.asked == [URL]


def test_a_card_is_wanted_once_and_again_after_a_month(desk: TestClient, hub: Hub) -> None:
    world = World({URL: Answer(200, HTML, PAGE)})
    post = write(desk, hub, title="Ropes", markdown=URL)
    reader(hub, world).work(NOW)
    for days, due in ((29, False), (31, True)):
        with hub.db.write() as tx:
            link_cards.want(tx, hub.site(), post, NOW + timedelta(days=days))
            assert link_card_store.is_due(tx, NOW + timedelta(days=days)) == due
            assert URL in link_card_store.ready(tx, [URL])


def test_what_fails_is_tried_a_few_times_and_left(desk: TestClient, hub: Hub) -> None:
    world = World()
    post = write(desk, hub, title="Ropes", markdown=URL)
    now = NOW
    for asked, minutes in enumerate((0, 1, 10, 60, 360), 1):
        now += timedelta(minutes=minutes)
        assert reader(hub, world).work(now)
        assert len(world.asked) == asked
        assert not reader(hub, world).work(now + timedelta(seconds=50))
    assert not reader(hub, world).work(now + timedelta(days=20))
    assert f'href="{URL.replace("&", "&amp;")}"' in desk.get(post.path).text


def test_redirects_are_followed_one_by_one_and_not_for_ever(desk: TestClient, hub: Hub) -> None:
    moved = Answer(301, {"location": "/é"}, b"")
    world = World({URL: moved, "https://example.org/%C3%A9": Answer(200, HTML, PAGE)})
    write(desk, hub, title="Ropes", markdown=URL)
    write(desk, hub, title="Loop", markdown="https://loop.example/")
    world.answers["https://loop.example/"] = Answer(302, {"location": "https://loop.example/"}, b"")
    reader(hub, world).work(NOW)
    assert len(world.asked) == 7
    with hub.db.read() as tx:
        assert set(link_card_store.ready(tx, [URL, "https://loop.example/"])) == {URL}


def test_the_owner_switches_it_off(desk: TestClient, hub: Hub) -> None:
    world = World({URL: Answer(200, HTML, PAGE)})
    post = write(desk, hub, title="Ropes", markdown=URL)
    reader(hub, world).work(NOW)
    write(desk, hub, title="Knots", markdown="https://other.example/")
    with hub.db.write() as tx:
        sites.put(tx, "link_cards", "off")
    assert "link-card" not in desk.get(post.path).text
    write(desk, hub, title="Sails", markdown="https://third.example/")
    reader(hub, world).work(NOW)
    assert world.asked == [URL]
    assert not reader(hub, world).work(NOW + timedelta(days=1))


def test_what_a_page_says_is_text_and_nothing_else(desk: TestClient, hub: Hub) -> None:
    evil = b"<title>&lt;script&gt;alert(1)&lt;/script&gt;\x00&#8238;x</title>"
    world = World({URL: Answer(200, HTML, evil)})
    post = write(desk, hub, title="Ropes", markdown=URL)
    reader(hub, world).work(NOW)
    page = desk.get(post.path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; x" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (b"<title>A\n b</title>", "text/html", "A b"),
        (b"<TITLE lang=en>A</TITLE>", "TEXT/HTML", "A"),
        ("<title>é</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        ('<meta charset="windows-1252"><title>œ</title>'.encode("cp1252"), "text/html", "œ"),
        ("<title>é</title>".encode(), "text/html; charset=nonsense", "é"),
        ("<title>é</title>".encode(), "text/html; charset=base64", "é"),
        (b'<meta name="twitter:title" content="a > b">', "text/html", "a > b"),
        (b"<title>" + b"word " * 100, "text/html", ("word " * 40)[:199].rsplit(" ", 1)[0] + "…"),
        (b"<title> </title>", "text/html", None),
        (b"<title>A</title>", "image/png", None),
        (b"", "", None),
    ],
)
def test_titles(body: bytes, content_type: str, title: str | None) -> None:
    said = link_metadata.read(body, content_type)
    assert (said.title if said else None) == title


@pytest.mark.parametrize(
    "piece", [b"<meta ", b'<meta x="', b"<title ", b"<meta a=b ", b"<", b"&lt;", b"<meta '\"'"]
)
def test_no_page_keeps_the_worker_busy(piece: bytes) -> None:
    link_metadata.read(piece * (1_000_000 // len(piece)), "text/html")


def test_no_redirect_leads_to_what_is_private(
    desk: TestClient, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hub")
    away = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n"
    with listening(answering(away)) as port:
        write(desk, hub, title="Ropes", markdown=f"http://127.0.0.1:{port}/")
        fetcher = Fetcher((ip_network("127.0.0.1/32"),))
        assert LinkReader(hub.db, sites.load, fetcher.beginning).work(NOW)
    assert "an address that is not public" in caplog.text
