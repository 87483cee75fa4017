"""The newsletter at the desk: seen before it goes, asked before it is sent, stopped and resumed."""

import pytest
from starlette.testclient import TestClient

from hub.audience import membership
from hub.audience.model import Wish
from hub.content.model import Post
from hub.mail import sent
from hub.newsletter import editions, pacing
from hub.newsletter.model import Edition
from hub.newsletter.pace_rules import Limits
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW


@pytest.fixture
def reader(hub: Hub) -> None:
    wish = Wish("eve@hub.test", "Eve", "weekly", (), "en")
    with hub.db.write() as tx:
        membership.add(tx, wish, statement="x", now=NOW)


@pytest.fixture
def edition(desk: TestClient, hub: Hub, article: Post, reader: None) -> Edition:
    desk.post("/admin/newsletter/next/weekly/send")
    with hub.db.read() as tx:
        return editions.newest(tx)[0].edition


def status_of(hub: Hub, edition: Edition) -> str:
    with hub.db.read() as tx:
        found = editions.get(tx, edition.id)
    assert found is not None
    return found.status


def test_the_next_edition_is_shown_with_its_articles(desk: TestClient, article: Post) -> None:
    answer = desk.get("/admin/newsletter").text
    assert article.title in answer
    assert "/admin/newsletter/next/weekly" in answer


def test_the_preview_frames_the_mail_apart(desk: TestClient, article: Post) -> None:
    page = desk.get("/admin/newsletter/next/weekly")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert 'sandbox="allow-popups' in page.text
    framed = desk.get("/admin/newsletter/next/weekly/html")
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert article.title in framed.text


def test_without_an_article_there_is_nothing_to_preview_or_send(desk: TestClient) -> None:
    assert desk.get("/admin/newsletter/next/weekly").status_code == 400
    assert desk.get("/admin/newsletter/next/weekly/send").status_code == 400
    assert desk.post("/admin/newsletter/next/weekly/send").status_code == 400


def test_an_unknown_newsletter_is_not_found(desk: TestClient) -> None:
    assert desk.get("/admin/newsletter/next/hourly").status_code == 404


def test_sending_asks_first(desk: TestClient, hub: Hub, article: Post, reader: None) -> None:
    assert article.title in desk.get("/admin/newsletter/next/weekly/send").text
    with hub.db.read() as tx:
        assert editions.newest(tx) == []
    assert desk.post("/admin/newsletter/next/weekly/send").status_code == 303
    with hub.db.read() as tx:
        assert editions.newest(tx)[0].posts == 1


def test_sending_twice_sends_once(desk: TestClient, hub: Hub, edition: Edition) -> None:
    assert desk.post("/admin/newsletter/next/weekly/send").status_code == 400
    with hub.db.read() as tx:
        assert len(editions.newest(tx)) == 1


def test_a_test_goes_to_the_owner_and_takes_nothing(
    desk: TestClient, hub: Hub, article: Post
) -> None:
    assert desk.post("/admin/newsletter/next/weekly/test").status_code == 303
    (message,) = hub.settings.outbox.glob("*.eml")
    assert b"To: owner@hub.test" in message.read_bytes()
    assert article.title in desk.get("/admin/newsletter").text


def test_an_edition_is_paused_resumed_and_cancelled(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    url = f"/admin/newsletter/{edition.id}"
    desk.post(f"{url}/pause")
    assert status_of(hub, edition) == "paused"
    desk.post(f"{url}/resume")
    assert status_of(hub, edition) == "planned"
    assert desk.get(f"{url}/cancel").status_code == 200
    assert status_of(hub, edition) == "planned"
    desk.post(f"{url}/cancel")
    assert status_of(hub, edition) == "cancelled"
    assert desk.get(url).status_code == 200


def test_what_cannot_be_done_is_said(desk: TestClient, edition: Edition) -> None:
    answer = desk.post(f"/admin/newsletter/{edition.id}/retry")
    assert answer.status_code == 400
    assert "nothing to retry" in answer.text


def test_the_mail_of_an_edition_is_shown_as_it_was_made(
    desk: TestClient, edition: Edition, article: Post
) -> None:
    page = desk.get(f"/admin/newsletter/{edition.id}/message").text
    assert "List-Unsubscribe" in page
    assert article.title in desk.get(f"/admin/newsletter/{edition.id}/message/html").text


def test_an_edition_that_moves_shows_itself_anew(desk: TestClient, edition: Edition) -> None:
    url = f"/admin/newsletter/{edition.id}"
    assert 'http-equiv="refresh"' in desk.get(url).text
    desk.post(f"{url}/pause")
    assert 'http-equiv="refresh"' not in desk.get(url).text


def test_an_edition_that_a_limit_holds_back_says_until_when(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        editions.set_status(tx, edition.id, "sending", reason="", finished_at=None)
        sites.put(tx, "send_per_hour", "2000")
        sent.count(tx, 2_000, hub.now())
        pacing.slow_down(tx, Limits(), "gmail.test", 3, observed=5.0, now=hub.now())
    for path in ("/admin/newsletter", f"/admin/newsletter/{edition.id}"):
        assert "waits until" in desk.get(path).text
    assert "gmail.test refuses so much at once: 2.5 a second" in desk.get(path).text
