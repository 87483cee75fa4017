"""The newsletter at the desk: seen before it goes, asked before it is sent, stopped and resumed."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import membership
from hub.audience.model import Wish
from hub.content.model import Post
from hub.mail import relays, sent, workers
from hub.mail.model import Standing
from hub.newsletter import deliveries, editions, pacing, planning, samples, steering, undoing
from hub.newsletter.model import Edition
from hub.newsletter.pace_rules import Limits
from hub.site import store as sites
from hub.times import to_text
from hub.web.state import Hub
from tests.admin.conftest import logged_in
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
    assert "no article is published yet" in desk.get("/admin/newsletter/next/weekly").text
    assert desk.get("/admin/newsletter/next/weekly/html").status_code == 400
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


@pytest.mark.parametrize("address", ["", "someone@mail.test"])
def test_a_test_goes_where_it_is_asked_for_and_takes_nothing(
    desk: TestClient, hub: Hub, article: Post, address: str
) -> None:
    url = "/admin/newsletter/next/weekly/test?language=fr"
    assert desk.post(url, data={"address": address}).status_code == 303
    (message,) = hub.settings.outbox.glob("*.eml")
    assert f"To: {address or 'owner@hub.test'}".encode() in message.read_bytes()
    assert b"desabonner" in message.read_bytes() or b"abonner" in message.read_bytes()
    assert article.title in desk.get("/admin/newsletter").text


def test_a_test_to_no_address_is_refused(desk: TestClient, hub: Hub, article: Post) -> None:
    answer = desk.post("/admin/newsletter/next/weekly/test", data={"address": "nobody"})
    assert answer.status_code == 400
    # On the same page, beside what was typed.
    assert 'value="nobody"' in answer.text
    assert 'id="address-error"' in answer.text
    assert list(hub.settings.outbox.glob("*.eml")) == []


def test_a_preview_is_there_in_each_language_with_its_size(desk: TestClient, article: Post) -> None:
    page = desk.get("/admin/newsletter/next/weekly?language=fr").text
    assert "kB of HTML; Gmail hides what comes after 102 kB" in page
    assert "/html?language=fr" in page
    assert 'lang="fr"' in desk.get("/admin/newsletter/next/weekly/html?language=fr").text
    assert 'lang="en"' in desk.get("/admin/newsletter/next/weekly/html?language=tlh").text


def test_for_a_minute_it_can_be_undone(
    desk: TestClient, hub: Hub, edition: Edition, article: Post
) -> None:
    for path in ("/admin/newsletter", f"/admin/newsletter/{edition.id}"):
        assert f"/admin/newsletter/{edition.id}/undo" in desk.get(path).text
    assert desk.post(f"/admin/newsletter/{edition.id}/undo").status_code == 303
    with hub.db.read() as tx:
        assert editions.newest(tx) == []
    assert "Send now" in desk.get("/admin/newsletter").text
    assert desk.post(f"/admin/newsletter/{edition.id}/undo").status_code == 404


def test_after_the_minute_it_cannot(desk: TestClient, hub: Hub, edition: Edition) -> None:
    with hub.db.write() as tx:
        planning.queue(tx, edition.id, hub.now() + undoing.UNDO)
    assert "/undo" not in desk.get(f"/admin/newsletter/{edition.id}").text
    answer = desk.post(f"/admin/newsletter/{edition.id}/undo")
    assert answer.status_code == 400
    assert "begun to go out" in answer.text


def test_what_was_cancelled_says_what_can_be_done_instead(
    desk: TestClient, edition: Edition
) -> None:
    url = f"/admin/newsletter/{edition.id}"
    desk.post(f"{url}/cancel")
    for act in ("resume", "retry"):
        answer = desk.post(f"{url}/{act}")
        assert answer.status_code == 400
        assert "waits for the next one" in answer.text


def fail_at(hub: Hub, edition: Edition, reply: str) -> None:
    """The one reader's server refused it, and the edition paused."""
    with hub.db.write() as tx:
        while planning.queue(tx, edition.id, hub.now() + undoing.UNDO):
            pass
        tx.execute(
            "UPDATE deliveries SET state = 'failed', code = 550, reply = :reply", reply=reply
        )
        deliveries.move_counts(tx, edition.id, Counter(failed=1, queued=-1))
        steering.pause(tx, edition.id, reason=f"the relay refuses the newsletter: 550 {reply}")


def test_who_stops_an_edition_is_named_and_can_be_left_out(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    fail_at(hub, edition, "5.7.1 not from you")
    url = f"/admin/newsletter/{edition.id}"
    page = desk.get(url).text
    assert "Leave this reader out and go on" in page
    assert '<a href="/admin/subscribers/1">eve@hub.test</a> · 550 5.7.1' in page
    assert desk.post(f"{url}/leave-out", data={"reader": "1"}).status_code == 303
    assert status_of(hub, edition) == "planned"
    assert "Leave this reader out" not in desk.get(url).text
    assert "left out by you" in desk.get(f"{url}/readers/failed").text
    assert desk.post(f"{url}/leave-out", data={"reader": "x"}).status_code == 400


def test_a_dead_address_is_not_among_those_who_stop_an_edition(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    fail_at(hub, edition, "5.1.1 nobody")
    assert "leave-out" not in desk.get(f"/admin/newsletter/{edition.id}").text


def test_the_readers_who_wait_are_listed(desk: TestClient, hub: Hub, edition: Edition) -> None:
    with hub.db.write() as tx:
        while planning.queue(tx, edition.id, hub.now() + undoing.UNDO):
            pass
        tx.execute(
            "UPDATE deliveries SET state = 'deferred', due_at = :at, code = 451, reply = 'later'",
            at=NOW,
        )
        deliveries.move_counts(tx, edition.id, Counter(deferred=1, queued=-1))
    url = f"/admin/newsletter/{edition.id}"
    for path in (url, f"{url}/readers/deferred"):
        page = desk.get(path).text
        assert "eve@hub.test" in page
        assert "451 later · next try on Sunday 22 November 2026, 13:00" in page
    assert "Nobody." in desk.get(f"{url}/readers/deferred?after=1").text
    assert desk.get(f"{url}/readers/accepted").status_code == 404


def test_what_a_limit_holds_in_a_workers_hands_is_shown_as_waiting(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        editions.set_status(tx, edition.id, "sending", reason="", finished_at=None)
        tx.execute("UPDATE edition_counts SET claimed = 3, queued = 4")
    url = f"/admin/newsletter/{edition.id}/progress.json"
    assert desk.get(url).json()["deliveries"]["claimed"] == 3
    with hub.db.write() as tx:
        sites.put(tx, "send_per_hour", "2000")
        sent.count(tx, 2_000, hub.now())
    found = desk.get(url).json()["deliveries"]
    assert (found["claimed"], found["queued"]) == (0, 7)
    assert "Under way" not in desk.get(f"/admin/newsletter/{edition.id}").text


def test_a_worker_of_its_own_may_know_the_mail_server(desk: TestClient, hub: Hub) -> None:
    warning = "No mail server is connected"
    assert warning in desk.get("/admin/newsletter").text
    with hub.db.write() as tx:
        worker = workers.start(tx, hub.now(), way="mail.test:587")
    assert warning not in desk.get("/admin/newsletter").text
    with hub.db.write() as tx:
        workers.start(tx, hub.now())
    # Part of the mail goes into the outbox.
    assert warning in desk.get("/admin/newsletter").text
    with hub.db.write() as tx:
        workers.sign_off(tx, worker)


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


def accept_one(hub: Hub, edition: Edition) -> None:
    """The worker queued four readers ten seconds ago, and one has got it since."""
    with hub.db.write() as tx:
        tx.execute("UPDATE editions SET status = 'sending'")
        tx.execute("UPDATE edition_counts SET queued = 4")
    samples.take(hub.db, hub.now() - timedelta(seconds=10))
    with hub.db.write() as tx:
        deliveries.move_counts(tx, edition.id, Counter(accepted=1, queued=-1))


def test_an_edition_shows_how_fast_it_goes(desk: TestClient, hub: Hub, edition: Edition) -> None:
    accept_one(hub, edition)
    page = desk.get(f"/admin/newsletter/{edition.id}").text
    assert '<progress aria-label="How much is done" max="4" value="1">' in page
    assert re.search(r"1 of 4 done · 0\.\d+ a second · about \d+ seconds left", page)
    with hub.db.write() as tx:
        tx.execute("DELETE FROM edition_samples")
    # Nothing is known yet, and nothing is said.
    assert "<p>1 of 4 done</p>" in desk.get(f"/admin/newsletter/{edition.id}").text


def test_the_progress_is_there_as_json(desk: TestClient, hub: Hub, edition: Edition) -> None:
    accept_one(hub, edition)
    url = f"/admin/newsletter/{edition.id}/progress.json"
    found = desk.get(url).json()
    assert 3 / found.pop("rate") == pytest.approx(found.pop("seconds_left"), abs=1)
    assert found == {
        "id": edition.id,
        "status": "sending",
        "reason": "",
        "deliveries": {
            "queued": 3,
            "claimed": 0,
            "accepted": 1,
            "deferred": 0,
            "failed": 0,
            "unknown": 0,
        },
        "finished": 1,
        "total": 4,
        "waiting_until": None,
        "next_try": None,
    }
    assert desk.get("/admin/newsletter/4711/progress.json").status_code == 404


def test_what_failed_says_which_server_took_it(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        planning.queue(tx, edition.id, hub.now() + undoing.UNDO)
        relays.note(tx, [Standing("mail.test:587")], NOW)
        tx.execute(
            "UPDATE deliveries SET state = 'failed', code = 550, reply = 'nobody',"
            " relay_id = (SELECT max(id) FROM relays)"
        )
        deliveries.move_counts(tx, edition.id, Counter(failed=1, queued=-1))
    assert "550 nobody · mail.test:587" in desk.get(f"/admin/newsletter/{edition.id}").text


def test_an_edition_that_waits_for_a_next_try_says_when(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        while planning.queue(tx, edition.id, hub.now() + undoing.UNDO):
            pass
        tx.execute("UPDATE deliveries SET state = 'deferred', due_at = :at", at=NOW)
        deliveries.move_counts(tx, edition.id, Counter(deferred=1, queued=-1))
    page = desk.get(f"/admin/newsletter/{edition.id}").text
    assert "next try on Sunday 22 November 2026, 13:00" in page
    assert 'content="60; url=' in page


def test_an_edition_that_moves_shows_itself_anew(desk: TestClient, edition: Edition) -> None:
    url = f"/admin/newsletter/{edition.id}"
    assert 'http-equiv="refresh"' in desk.get(url).text
    desk.post(f"{url}/pause")
    assert 'http-equiv="refresh"' not in desk.get(url).text


@pytest.mark.parametrize("path", ["/admin", "/admin/newsletter"])
def test_a_paused_edition_stands_first_with_its_reason_and_the_way_on(
    desk: TestClient, hub: Hub, edition: Edition, path: str
) -> None:
    assert f"/admin/newsletter/{edition.id}/resume" not in desk.get(path).text
    reason = "the relay refuses the log-in: 535 5.7.8 wrong"
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
        steering.stop(tx, edition.id, reason=reason, site=hub.site(), now=NOW)
    answer = desk.get(path).text
    assert "refuse la connexion au compte\u00a0: 535 5.7.8 wrong" in answer
    assert f"/admin/newsletter/{edition.id}/resume" in answer


def test_an_editor_hears_nothing_of_it(hub: Hub, edition: Edition) -> None:
    with hub.db.write() as tx:
        steering.stop(tx, edition.id, reason="x", site=hub.site(), now=NOW)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        assert "/resume" not in logged_in(client, hub, "editor").get("/admin").text


def test_a_retry_says_who_is_left_out(desk: TestClient, hub: Hub, edition: Edition) -> None:
    url = f"/admin/newsletter/{edition.id}/retry"
    with hub.db.write() as tx:
        wish = Wish("dan@hub.test", "Dan", "weekly", (), "en")
        membership.add(tx, wish, statement="x", now=edition.created_at)
        planning.queue(tx, edition.id, hub.now() + undoing.UNDO)
        tx.execute("UPDATE editions SET status = 'sent'")
        tx.execute("UPDATE deliveries SET state = 'failed'")
        tx.execute("UPDATE subscribers SET status = 'bounced' WHERE name = 'Dan'")
    page = desk.get(url).text
    assert "Send it again to one reader?" in page
    assert 'name="asked"' in page
    assert "left out: 1 (bounced)" in page
    assert 'name="unknown"' not in page
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'unknown'")
    assert 'name="unknown"' in desk.get(url).text
    assert "may have arrived" in desk.post(url, data={}).text
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'bounced'")
    refused = desk.get(url)
    assert refused.status_code == 400
    assert "nothing to retry" in refused.text


def test_an_edition_that_a_limit_holds_back_says_until_when(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        editions.set_status(tx, edition.id, "sending", reason="", finished_at=None)
        sites.put(tx, "send_per_hour", "2000")
        sent.count(tx, 2_000, hub.now())
        pacing.slow_down(tx, Limits(), "gmail.test", 10, observed=5.0, now=hub.now())
    for path in ("/admin/newsletter", f"/admin/newsletter/{edition.id}"):
        assert "waits until" in desk.get(path).text
    found = desk.get(f"/admin/newsletter/{edition.id}/progress.json").json()
    assert found["waiting_until"] > to_text(hub.now())
    assert (found["rate"], found["seconds_left"]) == (None, None)
    assert "gmail.test refuses so much at once: 2.5 a second" in desk.get(path).text


def test_what_goes_on_after_a_pause_is_being_sent(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    path = f"/admin/newsletter/{edition.id}"
    with hub.db.write() as tx:
        planning.queue(tx, edition.id, hub.now() + undoing.UNDO)
        tx.execute("UPDATE deliveries SET state = 'deferred', reply = 'no'")
        deliveries.move_counts(tx, edition.id, Counter(queued=-1, deferred=1))
        steering.pause(tx, edition.id)
    page = desk.get(path).text
    assert "next try when the edition goes on" in page
    assert "next try on" not in page
    with hub.db.write() as tx:
        steering.resume(tx, edition.id, now=hub.now())
    for found in (path, "/admin/newsletter", "/admin/newsletter/past"):
        page = desk.get(found).text
        assert "being sent" in page
        assert "being prepared" not in page


def test_failed_and_unknown_are_said_apart_everywhere(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        deliveries.move_counts(tx, edition.id, Counter(failed=7, unknown=2))
    assert "7 failed · 2 unknown" in re.sub(r"\s+", " ", desk.get("/admin/newsletter").text)
    past = desk.get("/admin/newsletter/past").text
    assert '<td data-label="Failed">7</td>' in past
    assert '<td data-label="Unknown">2</td>' in past


def test_what_moves_with_the_sending_is_one_part(
    desk: TestClient, hub: Hub, edition: Edition
) -> None:
    with hub.db.write() as tx:
        planning.queue(tx, edition.id, hub.now() + undoing.UNDO)
        tx.execute("UPDATE deliveries SET state = 'failed', reply = 'no', code = 550")
        deliveries.move_counts(tx, edition.id, Counter(queued=-1, failed=1))
    page = desk.get(f"/admin/newsletter/{edition.id}").text
    outcome = page[page.index('id="outcome" data-live') :]
    assert "What did not arrive" in outcome
    assert "Failed: 1" in outcome
