"""Held sign-ups at the desk: seen with their reasons, let through, dropped; the brake ended."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.audience import signup, store
from hub.audience.consent import consent_text
from hub.audience.gates import store as gates
from hub.audience.gates.model import Answers, HeldSignUp, Visit
from hub.audience.model import Wish
from hub.web.state import Hub

PATH = "/admin/subscribers/held"


def held(hub: Hub) -> list[HeldSignUp]:
    with hub.db.read() as tx:
        return gates.held(tx, limit=100)


def mailed(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return tx.all(str, "SELECT recipient FROM mails ORDER BY id")


@pytest.fixture
def waiting(hub: Hub) -> list[HeldSignUp]:
    for n in range(3):
        wish = Wish(f"reader{n}@d{n}.test", f"Win <b>{n}</b> www.x.test", "weekly", (), "en")
        with hub.db.write() as tx:
            signup.sign_up(
                tx,
                wish,
                consent_text(hub.site(), "en"),
                form_url="https://hub.test/",
                network=f"n{n}",
                now=hub.now(),
                visit=Visit(),
            )
    return held(hub)


def test_they_are_shown_with_their_reasons(desk: TestClient, waiting: list[HeldSignUp]) -> None:
    page = desk.get(PATH).text
    assert "reader0@d0.test" in page
    assert "a link stands in the name" in page
    assert "Win &lt;b&gt;0&lt;/b&gt;" in page
    assert PATH in desk.get("/admin/subscribers").text
    assert PATH in desk.get("/admin").text


def test_the_chosen_ones_are_let_through(
    desk: TestClient, hub: Hub, waiting: list[HeldSignUp]
) -> None:
    chosen = [str(one.id) for one in waiting[:2]]
    answer = desk.post(PATH, data={"held": chosen, "do": "let-through"})
    assert answer.headers["location"] == f"{PATH}?done=let-through"
    assert sorted(mailed(hub)) == ["reader1@d1.test", "reader2@d2.test"]
    assert [one.email for one in held(hub)] == ["reader0@d0.test"]


def test_a_whole_page_is_let_through(desk: TestClient, hub: Hub, waiting: list[HeldSignUp]) -> None:
    shown = re.findall(r'name="shown" value="(\d+)"', desk.get(PATH).text)
    desk.post(PATH, data={"shown": shown, "held": shown[:1], "do": "let-page"})
    assert len(mailed(hub)) == 3
    assert held(hub) == []


def test_the_chosen_ones_are_dropped(desk: TestClient, hub: Hub, waiting: list[HeldSignUp]) -> None:
    desk.post(PATH, data={"held": [str(waiting[0].id)], "do": "drop"})
    assert len(held(hub)) == 2
    assert mailed(hub) == []


def test_all_are_dropped_after_a_question(
    desk: TestClient, hub: Hub, waiting: list[HeldSignUp]
) -> None:
    assert desk.get(f"{PATH}/drop-all").status_code == 200
    assert len(held(hub)) == 3
    desk.post(f"{PATH}/drop-all")
    assert held(hub) == []


def test_nothing_chosen_is_said(desk: TestClient, waiting: list[HeldSignUp]) -> None:
    answer = desk.post(PATH, data={"do": "drop", "held": ["x"]})
    assert answer.status_code == 400
    assert "Tick those" in answer.text


def test_a_brake_is_shown_and_ended(desk: TestClient, hub: Hub) -> None:
    now = hub.now()
    with hub.db.write() as tx:
        gates.add_brake(tx, Answers(75, 2), now=now, until=now + timedelta(hours=6))
    page = desk.get(PATH).text
    assert "Of the last 75 mails that asked to confirm, 2 were answered" in page
    assert "hardly anybody confirms" in desk.get("/admin/subscribers").text
    assert desk.post(f"{PATH}/end-brake").status_code == 303
    assert "Of the last 75" not in desk.get(PATH).text


def test_a_long_queue_goes_on(desk: TestClient, hub: Hub) -> None:
    text = consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        for n in range(60):
            wish = Wish(f"reader{n:02}@hub.test", "", "weekly", (), "en")
            gates.hold(
                tx,
                wish,
                wish.email,
                text,
                form_url="",
                invitation="",
                reasons=("domain",),
                now=hub.now(),
            )
    first = desk.get(PATH).text
    assert "reader59@" in first
    assert "reader09@" not in first
    assert "reader09@" in desk.get(f"{PATH}?after=11").text
    with hub.db.read() as tx:
        assert store.page(tx) == []
