"""WebSub: what changed is written with the change, and the hub is told afterwards."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import feedparser
import httpx2
import pytest
from starlette.testclient import TestClient

from hub.content import changed_feeds, publishing, writing
from hub.content.changed_feeds import ChangedFeed
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.db import Database, Transaction
from hub.errors import Refused, Unavailable, Unreachable
from hub.feeds import websub
from hub.feeds.websub import Teller
from hub.net import Answer
from hub.newsletter import troubles
from hub.site import store as sites
from hub.site.model import Site
from hub.web.state import Hub
from hub.worker import Worker
from tests.certificates import certificate_for
from tests.conftest import NOW
from tests.feeds.websub_hub import subscriber, websub_hub
from tests.journeys.conftest import Owner, free_port, inbox, owner, serving, set_up, until

__all__ = ["inbox", "owner"]

HUB = "https://websub.test/"
PLAIN = Rendered("<p>Body</p>", "Body", "Body", 1, (), (), ())
LATER = timedelta(hours=1)


@dataclass
class Listening:
    """Stands for the hub: what it was told, and what it answers."""

    told: list[str] = field(default_factory=list)
    status: int = 202
    error: str = ""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        assert url == HUB
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        form = parse_qs(body.decode())
        assert form["hub.mode"] == ["publish"]
        self.told += form["hub.url"]
        if self.error:
            raise Unreachable(self.error)
        return Answer(self.status, {}, b"")


@pytest.fixture
def named(hub: Hub) -> Hub:
    """A hub whose owner named a WebSub hub."""
    with hub.db.write() as tx:
        sites.put(tx, "websub_hub", HUB)
    return hub


def load_site(tx: Transaction) -> Site:
    return sites.load(tx)


def teller(hub: Hub, post: Listening) -> Teller:
    return Teller(hub.db, load_site, post)


def write(hub: Hub, title: str = "Tides", *, publish: bool = True, **more: object) -> Post:
    draft = Draft(title=title, markdown="x", **more)  # type: ignore[arg-type]  # its own fields
    with hub.db.write() as tx:
        return writing.create(tx, draft, PLAIN, site=hub.site(), now=NOW, publish=publish)


def changed(db: Database) -> set[str]:
    with db.read() as tx:
        return set(tx.all(str, "SELECT path FROM changed_feeds"))


def clear(hub: Hub) -> None:
    teller(hub, Listening()).work(NOW)
    assert changed(hub.db) == set()


def test_publishing_notes_every_feed_that_holds_the_article(named: Hub) -> None:
    write(named, topics=("Sea", "Night"), authors=("Ada",))
    assert changed(named.db) == {"/", "/topics/sea", "/topics/night", "/authors/ada"}


def test_without_a_hub_nothing_is_noted(hub: Hub) -> None:
    write(hub)
    assert changed(hub.db) == set()


def test_drafts_and_pages_are_in_no_feed(named: Hub) -> None:
    write(named, publish=False)
    write(named, "About", kind="page", newsletter="none")
    assert changed(named.db) == set()


def test_a_change_is_noted_where_the_article_was_and_is(named: Hub) -> None:
    post = write(named, topics=("Sea",))
    clear(named)
    with named.db.write() as tx:
        draft = Draft(title="Tides", markdown="y", topics=("Land",))
        writing.update(tx, post.id, draft, PLAIN, site=named.site(), now=NOW)
    assert changed(named.db) == {"/", "/topics/sea", "/topics/land"}


@pytest.mark.parametrize("action", [publishing.unpublish, publishing.delete])
def test_taking_back_is_a_change(named: Hub, action: object) -> None:
    post = write(named, topics=("Sea",))
    clear(named)
    with named.db.write() as tx:
        action(tx, post.id, NOW)  # type: ignore[operator]  # both are functions
    assert changed(named.db) == {"/", "/topics/sea"}
    clear(named)
    if action is publishing.unpublish:
        with named.db.write() as tx:
            publishing.publish(tx, post.id, NOW)
        assert changed(named.db) == {"/", "/topics/sea"}


def test_what_is_undone_tells_nobody(named: Hub) -> None:
    with named.db.write() as tx, suppress(RuntimeError), tx.savepoint():
        draft = Draft(title="Tides", markdown="x")
        writing.create(tx, draft, PLAIN, site=named.site(), now=NOW, publish=True)
        raise RuntimeError
    assert changed(named.db) == set()


def test_the_hub_hears_of_each_feed_once(named: Hub) -> None:
    for title in ("One", "Two", "Three"):
        write(named, title, topics=("Sea",))
    post = Listening()
    assert teller(named, post).work(NOW)
    assert not teller(named, post).work(NOW + LATER)
    assert post.told == [
        f"https://hub.test{folder}/{file}"
        for folder in ("", "/topics/sea")
        for file in ("feed.xml", "atom.xml", "feed.json")
    ]


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (500, "", "the hub answers 500"),
        (302, "", "the hub answers 302"),
        (202, "the connection is refused", "the connection is refused"),
    ],
)
def test_a_hub_that_fails_is_told_again_later(
    named: Hub, status: int, error: str, reason: str
) -> None:
    post = Listening(status=status, error=error)
    write(named, topics=("Sea",))
    telling = teller(named, post)
    assert telling.work(NOW)
    assert telling.trouble == reason
    # It is not asked for each feed in turn.
    assert len(post.told) == 1
    assert not telling.work(NOW + timedelta(seconds=50))
    post.status, post.error = 202, ""
    assert telling.work(NOW + timedelta(seconds=61))
    assert telling.trouble == ""
    assert changed(named.db) == set()


def test_waits_grow_and_end_after_two_days() -> None:
    now, minutes = NOW, []
    for attempts in range(1, 100):
        due = websub.next_attempt(ChangedFeed("/", 1, NOW, attempts), now)
        if due is None:
            break
        minutes.append((due - now) // timedelta(minutes=1))
        now = due
    assert minutes[:7] == [1, 5, 15, 60, 180, 360, 360]
    assert timedelta(hours=40) < now - NOW <= timedelta(hours=48)


def test_a_clock_that_jumps_gives_nothing_up() -> None:
    late = NOW + timedelta(days=30)
    assert websub.next_attempt(ChangedFeed("/", 1, NOW, 2), late) is not None


def test_a_clock_that_was_set_back_holds_nothing_up(named: Hub) -> None:
    write(named)
    assert teller(named, Listening()).work(NOW - timedelta(days=3))
    assert changed(named.db) == set()


def test_a_change_while_the_hub_is_told_is_told_too(named: Hub) -> None:
    write(named)

    class Slow(Listening):
        def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
            if not self.told:
                write(named, "Meanwhile")
            return super().__call__(url, body, headers)

    post = Slow()
    assert teller(named, post).work(NOW)
    assert changed(named.db) == {"/"}
    assert teller(named, post).work(NOW)
    assert len(post.told) == 6


def test_two_workers_do_not_tell_the_same(named: Hub) -> None:
    write(named)
    with named.db.write() as tx:
        assert len(changed_feeds.claim(tx, NOW, limit=10)) == 1
    assert not teller(named, Listening()).work(NOW)
    # Its worker died: two minutes later it is due again.
    assert teller(named, Listening()).work(NOW + timedelta(minutes=3))


def test_a_hub_that_is_named_no_more_is_forgotten(named: Hub) -> None:
    write(named)
    with named.db.write() as tx:
        sites.put(tx, "websub_hub", "")
    post = Listening()
    assert teller(named, post).work(NOW)
    assert (post.told, changed(named.db)) == ([], set())


def test_a_database_that_goes_away_meanwhile_repeats_at_most(
    named: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(named)

    def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(changed_feeds, "told", away)
        assert teller(named, Listening()).work(NOW)
    assert teller(named, Listening()).work(NOW + timedelta(minutes=3))


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_a_feed_names_its_hub_and_itself(client: TestClient, named: Hub, name: str) -> None:
    answer = client.get(f"/{name}")
    links = {(one["rel"], one["href"]) for one in feedparser.parse(answer.content).feed.links}
    assert {("hub", HUB), ("self", f"https://hub.test/{name}")} <= links
    assert answer.headers["link"] == (f'<{HUB}>; rel="hub", <https://hub.test/{name}>; rel="self"')


def test_json_feed_names_its_hub(client: TestClient, named: Hub) -> None:
    assert client.get("/feed.json").json()["hubs"] == [{"type": "WebSub", "url": HUB}]


def test_without_a_hub_a_feed_names_none(client: TestClient) -> None:
    for name in ("feed.xml", "atom.xml", "feed.json"):
        answer = client.get(f"/{name}")
        assert 'hub"' not in answer.text.replace("<generator>hub", "")
        assert answer.headers["link"] == f'<https://hub.test/{name}>; rel="self"'


def test_an_archive_changes_no_more_and_names_no_hub(client: TestClient, named: Hub) -> None:
    with named.db.write() as tx:
        sites.put(tx, "feed_items", "1")
    write(named)
    assert 'rel="hub"' not in client.get("/archive/1/feed.xml").text


@pytest.mark.parametrize(
    "wrong", ["http://hub.test/", "hub.test", "https://", "https://a b/", "x:y"]
)
def test_a_hub_is_an_https_address(hub: Hub, wrong: str) -> None:
    with pytest.raises(Refused), hub.db.write() as tx:
        sites.put(tx, "websub_hub", wrong)


async def _tick(hub: Hub, post: Listening, now: datetime) -> None:
    worker = await asyncio.to_thread(Worker, hub, {}, post=post)
    await worker.tick(now)
    await worker.close(now)


def test_the_owner_sees_that_the_hub_could_not_be_told(named: Hub) -> None:
    write(named)
    post = Listening(error="the name is not known")
    asyncio.run(_tick(named, post, NOW))
    with named.db.read() as tx:
        (trouble,) = troubles.current(tx)
    assert (trouble.part, trouble.reason) == (troubles.WEBSUB, "the name is not known")
    post.error = ""
    asyncio.run(_tick(named, post, NOW + LATER))
    with named.db.read() as tx:
        assert troubles.current(tx) == []


@pytest.mark.slow
def test_a_subscriber_of_a_real_hub_gets_the_new_article(owner: Owner, tmp_path: Path) -> None:
    certificate = certificate_for("127.0.0.1", tmp_path)
    owner.environment |= {
        "HUB_PRIVATE_NETWORKS": "127.0.0.0/8",
        "SSL_CERT_FILE": str(certificate),
    }
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    set_up(owner, url)
    with websub_hub(certificate) as hub, subscriber() as reader, serving(owner, port):
        owner.hub("settings", "set", "websub_hub", hub.url)
        topic = f"{url}/atom.xml"
        found = httpx2.get(topic)
        assert found.headers["link"] == f'<{hub.url}>; rel="hub", <{topic}>; rel="self"'
        asked = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": reader.url}
        trusting = ssl.create_default_context(cafile=str(certificate))
        httpx2.post(hub.url, data=asked, verify=trusting)
        until(lambda: topic in hub.subscribers)
        hub.failing = 503
        owner.write("Spring tide")
        until(lambda: bool(hub.published))
        assert "Spring tide" in httpx2.get(url).text
        hub.failing = 0
        owner.write("Neap tide")
        until(lambda: bool(reader.received))
        (got,) = reader.received
    assert got[0] == topic
    assert got[1] == "application/atom+xml; charset=utf-8"
    assert [e.title for e in feedparser.parse(got[2]).entries] == ["Neap tide", "Spring tide"]


@pytest.mark.slow
def test_a_hub_inside_the_owners_network_is_not_called_unasked(
    owner: Owner, tmp_path: Path
) -> None:
    certificate = certificate_for("127.0.0.1", tmp_path)
    owner.environment["SSL_CERT_FILE"] = str(certificate)
    set_up(owner, "http://127.0.0.1:1")
    with websub_hub(certificate) as hub:
        owner.hub("settings", "set", "websub_hub", hub.url)
        owner.write("Spring tide")
        owner.hub("worker", "--once")
        assert hub.published == []
