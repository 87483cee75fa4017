"""The page of one person: tags, notes and what happened; tags of many at once."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.admin import timeline
from hub.audience import membership, notes, store, tagging
from hub.audience.model import Wish
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import send_letter, subscribe

LIST = "/admin/subscribers"


@pytest.fixture
def eve(hub: Hub) -> int:
    wish = Wish("eve@hub.test", "Eve", "weekly", (), "en")
    with hub.db.write() as tx:
        return membership.add(tx, wish, statement="signed at the fair", now=NOW).id


def tags_of(hub: Hub, number: int) -> tuple[str, ...]:
    with hub.db.read() as tx:
        return tagging.of_subscriber(tx, number)


def titles(hub: Hub, number: int, limit: int = 50) -> list[str]:
    with hub.db.read() as tx:
        moments, _ = timeline.of_person(tx, number, language="en", limit=limit)
    return [moment.title for moment in moments]


def test_tags_are_added_and_removed(desk: TestClient, hub: Hub, eve: int) -> None:
    assert desk.post(f"{LIST}/{eve}/tags", data={"tags": "VIP, rope & sail"}).status_code == 303
    assert tags_of(hub, eve) == ("rope & sail", "vip")
    assert "tag=rope%20%26%20sail" in desk.get(f"{LIST}/{eve}").text
    assert desk.post(f"{LIST}/{eve}/tags/remove", data={"tag": "vip"}).status_code == 303
    assert tags_of(hub, eve) == ("rope & sail",)
    assert "eve@hub.test" in desk.get(f"{LIST}?tag=rope%20%26%20sail").text


@pytest.mark.parametrize(
    ("path", "field", "typed"),
    [("tags", "tags", ""), ("tags", "tags", "x" * 61), ("notes", "text", "y" * 5001)],
)
def test_what_is_refused_stays_typed(
    desk: TestClient, eve: int, path: str, field: str, typed: str
) -> None:
    answer = desk.post(f"{LIST}/{eve}/{path}", data={field: typed})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert typed in answer.text


def test_name_language_and_cadence_are_set_right(desk: TestClient, hub: Hub, eve: int) -> None:
    path = f"/admin/subscribers/{eve}"
    form = {"name": "Ève Martin", "cadence": "monthly", "language": "fr"}
    for _ in range(2):
        assert desk.post(f"{path}/details", data=form).status_code == 303
    with hub.db.read() as tx:
        found = store.get(tx, eve)
        assert found is not None
        assert (found.name, found.cadence, found.language) == ("Ève Martin", "monthly", "fr")
        assert [event.kind for event in store.consent_log(tx, eve)] == ["added"]
    page = desk.get(path).text
    assert page.count("<strong>Set right</strong>") == 1
    assert "owner@hub.test · Name, How often, Language" in page
    assert "Set right what is written down of reader" in desk.get("/admin/log").text
    assert desk.post("/admin/subscribers/999/details", data=form).status_code == 404


def test_who_left_is_set_right_and_stays_away(desk: TestClient, hub: Hub, eve: int) -> None:
    with hub.db.write() as tx:
        membership.unsubscribe(tx, eve, source="link", now=NOW)
    form = {"name": "Eve", "cadence": "each", "language": "en"}
    desk.post(f"/admin/subscribers/{eve}/details", data=form)
    refused = desk.post(f"/admin/subscribers/{eve}/details", data={**form, "cadence": "hourly"})
    assert refused.status_code == 400
    assert 'id="cadence-error"' in refused.text
    with hub.db.read() as tx:
        found = store.get(tx, eve)
    assert found is not None
    assert (found.name, found.cadence, found.status) == ("Eve", "each", "unsubscribed")


def test_a_note_is_kept_shown_as_text_and_taken_away(desk: TestClient, hub: Hub, eve: int) -> None:
    desk.post(f"{LIST}/{eve}/notes", data={"text": "<i>Knots</i>"})
    desk.post(f"{LIST}/{eve}/notes", data={"text": "", "kind": "replied"})
    page = desk.get(f"{LIST}/{eve}").text
    assert "&lt;i&gt;Knots&lt;/i&gt;" in page
    assert "Replied to you" in page
    with hub.db.read() as tx:
        note, reply = notes.of_subscriber(tx, eve)
    assert note.by_whom == "owner@hub.test"
    for one in (note, reply):
        desk.post(f"{LIST}/{eve}/notes/{one.id}/remove")
    assert "Knots" not in desk.get(f"{LIST}/{eve}").text


def test_the_time_line_holds_everything_in_order(hub: Hub) -> None:
    reader = subscribe(hub, "r@mail.test", at=NOW - timedelta(days=3))
    with hub.db.write() as tx:
        notes.add(tx, reader, "note", "Hi", at=NOW - timedelta(days=2))
    send_letter(hub, NOW - timedelta(days=1), subject="Ropes")
    with hub.db.write() as tx:
        tx.execute("UPDATE deliveries SET state = 'accepted', finished_at = due_at")
        notes.add(tx, reader, "replied", "", at=NOW)
        membership.unsubscribe(tx, reader, source="link", now=NOW)
    assert titles(hub, reader) == [
        "replied to you",
        "unsubscribed",
        "“Ropes”: accepted",
        "note",
    ]
    assert titles(hub, reader, limit=2) == ["replied to you", "unsubscribed"]


def test_those_who_are_ticked_are_tagged(desk: TestClient, hub: Hub, eve: int) -> None:
    others = [subscribe(hub, f"r{n}@mail.test") for n in range(2)]
    form = {"who": str(eve), "shown": [str(n) for n in (eve, *others)], "tags": "crew"}
    back = f"{LIST}?status=active"
    answer = desk.post(f"{LIST}/tags", data={**form, "action": "add", "back": back})
    assert answer.headers["location"] == f"{back}&done=tagged"
    assert [tags_of(hub, n) for n in (eve, *others)] == [("crew",), (), ()]
    form |= {"everybody": "yes"}
    desk.post(f"{LIST}/tags", data={**form, "action": "add", "back": "https://evil.test"})
    assert [tags_of(hub, n) for n in (eve, *others)] == [("crew",)] * 3
    answer = desk.post(f"{LIST}/tags", data={**form, "action": "remove", "back": "//evil.test"})
    assert answer.headers["location"].startswith(f"{LIST}?")
    assert tags_of(hub, eve) == ()


@pytest.mark.parametrize(
    ("form", "field", "cursor"),
    [({"tags": "crew"}, "who", "everybody"), ({"who": "1", "tags": ","}, "tags", "tags")],
)
def test_a_refused_change_keeps_the_page_its_tags_and_ticks(
    desk: TestClient, hub: Hub, eve: int, form: dict[str, str], field: str, cursor: str
) -> None:
    subscribe(hub, "r@mail.test")
    answer = desk.post(f"{LIST}/tags", data={**form, "back": f"{LIST}?q=eve"})
    assert answer.status_code == 400
    assert f'value="{form["tags"]}"' in answer.text
    assert "r@mail.test" not in answer.text
    assert ('value="1" aria-label="eve@hub.test" checked' in answer.text) == ("who" in form)
    # The message stands by the buttons, and the cursor brings it into sight.
    (focused,) = re.findall(r"<input [^>]*autofocus[^>]*>", answer.text)
    assert f'id="{cursor}"' in focused
    assert f'{field}-error"' in focused
    assert answer.text.index(f'id="{field}-error"') < answer.text.index("Add these tags")


def test_a_segment_is_counted_before_it_is_kept_and_its_readers_tagged(
    desk: TestClient, hub: Hub, eve: int
) -> None:
    subscribe(hub, "r@mail.test", language="fr")
    with hub.db.write() as tx:
        tagging.add(tx, [eve], ("crew",))
    path = "/admin/newsletter/segments"
    counted = desk.post(f"{path}/new", data={"tags": "crew", "action": "count"})
    assert counted.status_code == 200
    assert "1 reader now" in counted.text
    assert 'value="crew"' in counted.text
    assert desk.post(f"{path}/new", data={"name": "Crew", "tags": "crew"}).status_code == 303
    assert "tagged crew" in desk.get(path).text
    tagging_all = desk.get(f"{path}/1/tags").headers["location"]
    assert tagging_all == f"{LIST}/tagging?status=active&tag=crew"
    done = desk.post(tagging_all, data={"tags": "old hand", "step": "do"})
    assert done.status_code == 303
    assert tags_of(hub, eve) == ("crew", "old hand")


def test_the_owner_decides_on_the_page_of_who_waits(desk: TestClient, hub: Hub) -> None:
    waits = subscribe(hub, "w@mail.test", status="waiting")
    assert "A word to them" in desk.get(f"{LIST}/{waits}").text
    form = {"who": str(waits), "decision": "accepted", "back": f"{LIST}/{waits}"}
    answer = desk.post(f"{LIST}/waiting", data=form)
    assert answer.headers["location"] == f"{LIST}/{waits}?done=accepted"
    assert titles(hub, waits) == ["accepted"]
