"""Letters, segments and the ledger at the desk."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.audience import segments
from hub.content.model import Post
from hub.newsletter import editions, letters, moments, undoing
from hub.newsletter.letter_model import HandLetter
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, publish, subscribe, tick

NEW = "/admin/newsletter/letters/new"
TEXT = {"subject": "We move", "markdown": "To the *customs house*.", "audience": "all"}


def write(desk: TestClient, **typed: str) -> str:
    """A kept letter's address."""
    answer = desk.post(NEW, data={**TEXT, **typed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).split("?")[0]


def letter(hub: Hub, path: str) -> HandLetter:
    with hub.db.read() as tx:
        return letters.find(tx, int(path.rpartition("/")[2]))


def test_a_letter_is_written_kept_and_changed(desk: TestClient, hub: Hub) -> None:
    path = write(desk)
    assert "We move" in desk.get("/admin/newsletter").text
    form = desk.get(path).text
    assert "To the *customs house*." in form
    version = re.search(r'name="updated_at" value="([^"]*)"', form)
    assert version is not None
    desk.post(path, data={**TEXT, "subject": "We moved", "updated_at": version[1]})
    assert letter(hub, path).subject == "We moved"
    late = desk.post(path, data={**TEXT, "subject": "Late", "updated_at": version[1]})
    assert late.status_code == 400
    assert "meanwhile" in late.text
    assert letter(hub, path).subject == "We moved"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk: TestClient) -> None:
    answer = desk.post(NEW, data={**TEXT, "subject": "", "audience": "topics"})
    assert answer.status_code == 400
    assert "Write a subject." in answer.text
    assert "customs house" in answer.text


def test_it_is_seen_with_its_readers_and_size_before_it_goes(desk: TestClient, hub: Hub) -> None:
    for number in range(3):
        subscribe(hub, f"r{number}@mail.test", at=NOW)
    path = write(desk)
    page = desk.get(f"{path}/check?language=fr").text
    assert "It goes to 3 readers: everybody who is active. It is shown on the site." in page
    assert "Gmail hides what comes after 102 kB" in page
    assert "Se désabonner" in desk.get(f"{path}/check?language=fr&view=text").text
    assert "customs house" in desk.get(f"{path}/html?language=fr").text
    assert "Send it now to 3 readers?" in desk.get(f"{path}/send").text
    with hub.db.read() as tx:
        assert editions.newest(tx) == []


def test_too_large_a_letter_is_said_to_be(desk: TestClient) -> None:
    path = write(desk, markdown="Many words of a letter. " * 5000)
    assert "This mail is too large" in desk.get(f"{path}/check").text


def test_a_test_goes_to_any_address(desk: TestClient, hub: Hub) -> None:
    path = write(desk)
    answer = desk.post(f"{path}/test", data={"address": "nobody"})
    assert (answer.status_code, 'id="address-error"' in answer.text) == (400, True)
    answer = desk.post(f"{path}/test", data={"address": "me@mail.test"})
    assert answer.headers["location"].endswith("done=tested-outbox")
    (mail,) = outbox(hub)
    assert b"To: me@mail.test" in mail
    assert b"Subject: [Test] We move" in mail


def test_sent_now_it_can_be_undone_and_is_a_draft_again(desk: TestClient, hub: Hub) -> None:
    subscribe(hub, "a@mail.test", at=NOW)
    path = write(desk)
    sent = desk.post(f"{path}/send")
    page = sent.headers["location"].split("?")[0]
    assert f"{page}/undo" in desk.get(page).text
    # What was sent is not edited.
    assert desk.get(path).headers["location"] == page
    undone = desk.post(f"{page}/undo")
    assert undone.headers["location"] == f"{path}?done=undone"
    assert letter(hub, path).status == "draft"
    desk.post(f"{path}/send")
    tick(hub, hub.now() + undoing.UNDO)
    assert len(outbox(hub)) == 1


def test_it_is_scheduled_and_taken_back(desk: TestClient, hub: Hub) -> None:
    subscribe(hub, "a@mail.test", at=NOW)
    path = write(desk)
    later = moments.typed(hub.now() + timedelta(days=3), "Europe/Paris")
    assert desk.post(f"{path}/schedule", data={"send_at": later}).status_code == 303
    assert letter(hub, path).status == "scheduled"
    assert f'value="{later}"' in desk.get(f"{path}/check").text
    desk.post(f"{path}/unschedule")
    assert letter(hub, path).status == "draft"


@pytest.mark.parametrize(
    ("send_at", "reason"),
    [("2020-01-01T08:00", "is past"), ("soon", "Write the time"), ("", "Write the time")],
)
def test_a_time_that_cannot_be_is_refused_beside_it(
    desk: TestClient, hub: Hub, send_at: str, reason: str
) -> None:
    subscribe(hub, "a@mail.test", at=NOW)
    path = write(desk)
    answer = desk.post(f"{path}/schedule", data={"send_at": send_at})
    assert answer.status_code == 400
    assert reason in answer.text
    assert letter(hub, path).status == "draft"


def test_without_readers_there_is_nothing_to_press(desk: TestClient) -> None:
    path = write(desk)
    assert "There is nobody to send to" in desk.get(f"{path}/check").text
    assert desk.post(f"{path}/send").status_code == 400


def test_pictures_from_elsewhere_are_said_as_for_articles(desk: TestClient) -> None:
    answer = desk.post(NEW, data={**TEXT, "markdown": "![x](https://other.test/x.png)"})
    assert answer.headers["location"].endswith("done=pictures")
    assert "https://other.test/x.png" in desk.get(answer.headers["location"]).text


def test_a_letter_is_deleted_after_a_question(desk: TestClient) -> None:
    path = write(desk)
    assert "Delete “We move”?" in desk.get(f"{path}/delete").text
    desk.post(f"{path}/delete")
    assert desk.get(path).status_code == 404


def test_a_segment_is_kept_counted_and_written_to(desk: TestClient, hub: Hub) -> None:
    subscribe(hub, "a@mail.test", language="fr", at=NOW)
    subscribe(hub, "b@mail.test", at=NOW)
    typed = {"name": "French", "language": "fr", "joined_since": "2026-11-01"}
    assert desk.post("/admin/newsletter/segments/new", data=typed).status_code == 303
    page = desk.get("/admin/newsletter/segments").text
    assert "since 1 November 2026 · Français" in page
    assert "1 reader" in page
    with hub.db.read() as tx:
        (kept,) = segments.kept(tx)
    assert 'value="2026-11-01"' in desk.get(f"/admin/newsletter/segments/{kept.id}").text
    path = write(desk, audience="segment", segment=str(kept.id))
    page = desk.get(f"{path}/check").text
    assert "It goes to 1 reader: the segment “French”. It is not shown on the site." in page
    refused = desk.post(f"/admin/newsletter/segments/{kept.id}/delete")
    assert refused.status_code == 400
    assert "A letter goes to “French”" in refused.text


def test_a_segment_that_cannot_be_is_refused(desk: TestClient) -> None:
    answer = desk.post("/admin/newsletter/segments/new", data={"name": "All"})
    assert answer.status_code == 400
    assert "This is everybody" in answer.text


def test_an_article_is_held_back_and_released_in_the_ledger(
    desk: TestClient, hub: Hub, article: Post
) -> None:
    page = desk.get("/admin/newsletter/ledger").text
    assert article.title in page
    assert "next: " in page
    url = f"/admin/newsletter/ledger/weekly/{article.id}"
    assert desk.post(f"{url}/hold").status_code == 303
    page = desk.get("/admin/newsletter/ledger").text
    assert "held back by Ada on" in page
    assert "No article waits for it." in desk.get("/admin/newsletter").text
    desk.post(f"{url}/release")
    assert "held back" not in desk.get("/admin/newsletter/ledger").text
    assert "meant for the digest only" in desk.get("/admin/newsletter/ledger?stream=each").text
    assert desk.get("/admin/newsletter/ledger?stream=letter").status_code == 404


def test_the_ledger_is_turned_page_by_page(desk: TestClient, hub: Hub) -> None:
    for number in range(51):
        publish(hub, f"Post {number:02}", at=NOW - timedelta(hours=number))
    first = desk.get("/admin/newsletter/ledger?stream=monthly").text
    assert "Post 49" in first
    assert "Post 50" not in first
    following = re.search(r'rel="next" href="([^"]*)"', first)
    assert following is not None
    second = desk.get(following[1].replace("&amp;", "&")).text
    assert "Post 50" in second
    assert "Post 49" not in second
    assert "Post 00" in desk.get("/admin/newsletter/ledger?stream=monthly&after=x,y").text
