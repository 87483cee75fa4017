"""The next edition at the desk: written, arranged, held back, and seen in three ways."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.newsletter import intros, planning
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, publish, subscribe

PATH = "/admin/newsletter/next/weekly"
TEXT = {"markdown": "Dear *all*", "subject": "From the quay", "language": "en"}


@pytest.fixture(autouse=True)
def waiting(hub: Hub) -> dict[str, int]:
    subscribe(hub, "eve@mail.test")
    return {name: publish(hub, name, at=NOW - timedelta(hours=n)) for n, name in enumerate("ABC")}


def seen(desk: TestClient) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', desk.get(PATH).text)
    assert found is not None
    return found[1]


def write(desk: TestClient, **typed: str) -> int:
    return desk.post(f"{PATH}/intro", data={**TEXT, "seen": seen(desk), **typed}).status_code


def order(hub: Hub) -> str:
    with hub.db.read() as tx:
        return "".join(post.title for post in planning.waiting(tx, "weekly", hub.now()))


def test_the_page_says_what_when_to_whom_and_how_large(desk: TestClient) -> None:
    page = desk.get(PATH).text
    for said in ("(Europe/Paris, in ", "1 reader", "3 articles", "A, and 2 more", "kB of HTML"):
        assert said in page
    assert "Gmail cuts at 102 kB" in page


def test_an_intro_is_kept_and_shown_in_each_view(desk: TestClient) -> None:
    assert write(desk) == 303
    page = desk.get(PATH).text
    assert "Dear *all*</textarea>" in page
    assert "<dd>From the quay</dd>" in page
    assert "<em>all</em>" in desk.get(f"{PATH}/html").text
    assert "From the quay" in desk.get("/admin/newsletter/next/weekly?view=text").text
    assert "Dear all" in desk.get(f"{PATH}?view=text").text
    assert "With an intro or a subject of yours" in desk.get("/admin/newsletter").text


@pytest.mark.parametrize(
    ("view", "width", "frame"),
    [("light", "", "mail-frame-fitted"), ("dark", "phone", "mail-frame-phone")],
)
def test_the_mail_is_seen_light_or_dark_and_at_a_width(
    desk: TestClient, view: str, width: str, frame: str
) -> None:
    page = desk.get(f"{PATH}?view={view}&width={width}&language=fr").text
    assert f'class="mail-frame {frame}" src="{PATH}/html?language=fr&amp;look={view}"' in page
    shown = desk.get(f"{PATH}/html?language=fr&look={view}").text
    assert ("@media (min-width:0px)" in shown) is (view == "dark")


@pytest.mark.parametrize(
    ("field", "value"), [("subject", "x" * 151), ("markdown", "y" * 20_001), ("language", "tlh")]
)
def test_what_is_refused_is_kept_and_said_beside_its_field(
    desk: TestClient, field: str, value: str
) -> None:
    answer = desk.post(f"{PATH}/intro", data={**TEXT, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert value in answer.text
    assert TEXT["markdown"] in answer.text or field == "markdown"


def test_two_who_write_at_once_lose_nothing(desk: TestClient, hub: Hub) -> None:
    mine = seen(desk)
    assert write(desk, markdown="Theirs") == 303
    late = desk.post(f"{PATH}/intro", data={**TEXT, "markdown": "Mine", "seen": mine})
    assert late.status_code == 400
    assert "Somebody saved another text" in late.text
    assert "Mine</textarea>" in late.text
    assert "Theirs</textarea>" in late.text
    assert "data-unsaved" in late.text
    # The page knows theirs now: what is saved once more is meant.
    again = re.search(r'name="seen" value="([^"]*)"', late.text)
    assert again is not None
    form = {**TEXT, "markdown": "Mine", "seen": again[1]}
    assert desk.post(f"{PATH}/intro", data=form).status_code == 303
    with hub.db.read() as tx:
        found = intros.coming(tx, "weekly")
    assert found is not None
    assert found.markdown == "Mine"


def test_articles_are_arranged_held_back_and_released(
    desk: TestClient, hub: Hub, waiting: dict[str, int]
) -> None:
    def act(name: str, to: str) -> str:
        form = {"move": f"{to} {waiting.get(name, '')}"}
        assert desk.post(f"{PATH}/articles", data=form).status_code == 303
        return order(hub)

    assert act("C", "up") == "ACB"
    assert act("B", "first") == "BAC"
    assert act("A", "hold") == "BC"
    assert "held back by Ada" in desk.get(PATH).text
    assert act("A", "release") == "BAC"
    assert act("", "newest") == "ABC"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"move": "up 999999"}, 409),
        ({"move": "sideways 1"}, 400),
        ({"move": "hold x"}, 404),
        ({}, 400),
    ],
)
def test_what_cannot_be_arranged_is_refused(
    desk: TestClient, form: dict[str, str], status: int
) -> None:
    assert desk.post(f"{PATH}/articles", data=form).status_code == status


@pytest.mark.parametrize(
    ("where", "pressed"),
    [("articles", {"move": "newest"}), ("test", {"address": "no address"})],
)
def test_whatever_is_pressed_what_is_typed_is_kept(
    desk: TestClient, hub: Hub, waiting: dict[str, int], where: str, pressed: dict[str, str]
) -> None:
    form = {**TEXT, "seen": "", **pressed}
    desk.post(f"{PATH}/{where}", data=form)
    with hub.db.read() as tx:
        found = intros.coming(tx, "weekly")
    assert found is not None
    assert found.markdown == TEXT["markdown"]
    too_long = {**form, "markdown": "y" * 20_001, "seen": seen(desk)}
    answer = desk.post(f"{PATH}/{where}", data=too_long)
    assert answer.status_code == 400
    assert "y" * 20_001 in answer.text


def test_single_articles_have_no_order(desk: TestClient, hub: Hub) -> None:
    number = publish(hub, "D", newsletter="digest+each")
    path = "/admin/newsletter/next/each/articles"
    assert desk.post(path, data={"move": f"up {number}"}).status_code == 400


def test_a_test_mail_has_the_intro_and_takes_it_not(desk: TestClient, hub: Hub) -> None:
    write(desk)
    assert desk.post(f"{PATH}/test", data={"address": "me@mail.test"}).status_code == 303
    (message,) = (parsed(raw) for raw in outbox(hub))
    assert message["subject"] == "[Test] From the quay"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Dear all" in body.get_content()
    assert "Dear *all*</textarea>" in desk.get(PATH).text


def test_sent_and_undone_everything_is_there_again(
    desk: TestClient, hub: Hub, waiting: dict[str, int]
) -> None:
    write(desk)
    desk.post(f"{PATH}/articles", data={"move": f"first {waiting['C']}"})
    sent = desk.post(f"{PATH}/send").headers["location"].split("?")[0]
    page = desk.get(sent).text
    assert "<em>all</em>" in page
    assert page.index(">C<") < page.index(">A<")
    assert "Dear" not in desk.get(PATH).text
    desk.post(f"{sent}/undo")
    assert "Dear *all*</textarea>" in desk.get(PATH).text
    assert order(hub) == "CAB"


def test_a_test_that_is_refused_says_that_the_words_are_kept(desk: TestClient) -> None:
    answer = desk.post(f"{PATH}/test", data={**TEXT, "seen": "", "address": "x@"})
    assert "What you wrote is saved." in answer.text
    assert "data-unsaved" not in answer.text


def test_before_it_is_sent_its_subject_and_intro_are_read_as_readers_do(desk: TestClient) -> None:
    write(desk, markdown="Dear **all**, [come](https://hub.test/)", subject="From the quay")
    page = desk.get(f"{PATH}/send").text
    assert "Subject: From the quay" in page
    assert "Intro: Dear all, come" in page
