"""Reader services name their subscribers: what is heard, kept and forgotten."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.db import Database
from hub.feeds import reach
from hub.feeds.reach import Fetched, Reach, said
from hub.web.state import Hub
from tests.conftest import NOW

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher)",
            ("Feedly", 12),
        ),
        ("Mozilla/5.0 (compatible; inoreader.com; 5 subscribers)", ("inoreader.com", 5)),
        (
            "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscriber; )",
            ("Inoreader", 1),
        ),
        (
            "NewsBlur Feed Fetcher - 34 subscribers - http://www.newsblur.com/site/1/x",
            ("NewsBlur", 34),
        ),
        ("Feedbin feed-id:1234 - 7 subscribers", ("Feedbin", 7)),
        (
            "Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=abc)",
            ("theoldreader.com", 2),
        ),
        ("BazQux/2.4 (+https://bazqux.com/fetcher; 10 subscribers)", ("BazQux", 10)),
        ("Bloglovin/1.0 (http://www.bloglovin.com; 3 subscribers)", ("Bloglovin", 3)),
        ("FreshRSS/1.24.0 (Linux; https://freshrss.org)", None),
        ("newsboat/2.32", None),
        ("", None),
        ("12 subscribers", None),
        ("<b>x</b> 12 subscribers", None),
        ("Evil/1.0 (999999999 subscribers)", None),
        ("Evil/1.0 (99999999999999999999 subscribers)", None),
        ("Reader/1.12 readers", None),
        ("x" * 100_000 + " 12 subscribers", None),
    ],
)
def test_what_a_service_says(agent: str, expected: tuple[str, int] | None) -> None:
    assert said(agent.encode()) == expected


def test_the_latest_number_of_a_service_and_feed_counts(db: Database) -> None:
    heard = Reach()
    for number, feed, at in ((9, "/feed.xml", NOW - DAY), (12, "/feed.xml", NOW), (3, "/a", NOW)):
        heard.note(feed, b"Feedly/1.0 (%d subscribers)" % number, at)
        reach.write(db, heard)
    with db.read() as tx:
        assert reach.lately(tx, NOW, limit=9) == [
            Fetched("Feedly", "/feed.xml", 12, NOW),
            Fetched("Feedly", "/a", 3, NOW),
        ]
        assert reach.total(tx, NOW) == 15


def test_who_no_longer_fetches_is_not_counted_and_forgotten_later(db: Database) -> None:
    with db.write() as tx:
        reach.keep(tx, [Fetched("Feedly", "/feed.xml", 5, NOW)])
        assert reach.total(tx, NOW + 14 * DAY) == 0
        assert reach.forget_old(tx, NOW + 89 * DAY) == 0
        assert reach.forget_old(tx, NOW + 91 * DAY) == 1


def test_invented_services_fill_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Reach(most=3)
    for n in range(5):
        heard.note("/feed.xml", b"Invented%d/1 (1 subscriber)" % n, NOW)
    heard.note("/" + "x" * 300 + "/feed.xml", b"Feedly/1 (1 subscriber)", NOW)
    monkeypatch.setattr(reach, "MOST", 2)
    reach.write(db, heard)
    with db.write() as tx:
        assert reach.total(tx, NOW) == 2
        reach.keep(tx, [Fetched("Invented0", "/feed.xml", 7, NOW)])
        assert reach.total(tx, NOW) == 8


@pytest.mark.parametrize(
    ("path", "headers", "kept"),
    [
        ("/feed.xml", {}, 1),
        ("/atom.xml", {"if-none-match": "*"}, 1),
        ("/feed.json?from=x", {}, 1),
        ("/topics/nowhere/feed.xml", {}, 0),
        ("/", {}, 0),
    ],
)
def test_what_is_fetched_is_heard_from_the_cache_too(
    hub: Hub, db: Database, path: str, headers: dict[str, str], kept: int
) -> None:
    agent = {"user-agent": "Feedly/1.0 (4 subscribers)", **headers}
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        for _ in range(2):
            client.get(path, headers=agent)
    # The hub is closed; what it heard is written by then.
    with db.read() as tx:
        found = reach.lately(tx, hub.now(), limit=9)
    assert [(one.service, one.feed, one.subscribers) for one in found] == [
        ("Feedly", path.partition("?")[0], 4)
    ] * kept
