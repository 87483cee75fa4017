"""Those who wait at the desk, accepted and declined, and the invitations that the owner makes."""

import pytest
from starlette.testclient import TestClient

from hub.audience import approval, invitations, notes, store
from hub.web.state import Hub
from tests.audience.signing_up import decide
from tests.conftest import NOW
from tests.newsletter.cast import subscribe

QUEUE = "/admin/subscribers/waiting"
PLACES = "/admin/subscribers/invitations"


@pytest.fixture
def two(hub: Hub) -> list[int]:
    """Two people who wait; the first has answered."""
    decide(hub, signup_mode="approval")
    people = [subscribe(hub, f"{name}@mail.test", status="waiting") for name in ("ada", "bea")]
    with hub.db.write() as tx:
        first = store.get(tx, people[0])
        assert first is not None
        approval.answer(tx, first, "I <b>sail</b>.", site=hub.site(), now=NOW)
    return people


def statuses(hub: Hub, people: list[int]) -> list[str]:
    with hub.db.read() as tx:
        found = [store.get(tx, number) for number in people]
    return [one.status for one in found if one]


def test_the_queue_shows_what_each_answered(desk: TestClient, two: list[int]) -> None:
    page = desk.get(QUEUE).text
    assert "I &lt;b&gt;sail&lt;/b&gt;." in page
    assert "No answer yet." in page
    assert QUEUE in desk.get("/admin/subscribers").text


def test_only_who_is_ticked_is_accepted(desk: TestClient, hub: Hub, two: list[int]) -> None:
    form = {"who": str(two[0]), "decision": "accepted", "word": "Hello"}
    assert desk.post(QUEUE, data=form).status_code == 303
    assert statuses(hub, two) == ["active", "waiting"]
    with hub.db.read() as tx:
        said = notes.of_subscriber(tx, two[0])
    assert [(one.kind, one.text, one.by_whom) for one in said] == [
        ("answered", "I <b>sail</b>.", ""),
        ("accepted", "Hello", "owner@hub.test"),
    ]


@pytest.mark.parametrize("last", ["decided", "erased"])
def test_the_notice_ends_with_the_last_who_waits(
    desk: TestClient, hub: Hub, two: list[int], last: str
) -> None:
    with hub.db.write() as tx:
        approval.tell_owner(tx, site=hub.site(), now=NOW)
    desk.post(QUEUE, data={"who": str(two[0]), "decision": "accepted"})
    assert "Somebody waits to be accepted" in desk.get("/admin").text
    if last == "decided":
        desk.post(QUEUE, data={"who": str(two[1]), "decision": "declined"})
    else:
        desk.post(f"/admin/subscribers/{two[1]}/erase")
    assert "Somebody waits to be accepted" not in desk.get("/admin").text


@pytest.mark.parametrize(
    "form",
    [
        {"decision": "accepted", "word": "Kept"},
        {"decision": "declined", "who": "999", "word": "Kept"},
        {"decision": "declined", "who": "x", "word": "Kept"},
        {"decision": "erase", "who": "1", "word": "Kept"},
        {"who": "1", "word": "Kept"},
        {"decision": "accepted", "who": "1", "word": "Kept" * 1000},
    ],
)
def test_what_cannot_be_decided_keeps_the_word(
    desk: TestClient, hub: Hub, two: list[int], form: dict[str, str]
) -> None:
    answer = desk.post(QUEUE, data=form)
    assert answer.status_code == 400
    assert "Kept" in answer.text
    assert statuses(hub, two) == ["waiting", "waiting"]


def test_a_long_queue_goes_on(desk: TestClient, hub: Hub) -> None:
    people = [subscribe(hub, f"r{n:02}@mail.test", status="waiting") for n in range(51)]
    first = desk.get(QUEUE).text
    assert "r49@mail.test" in first
    assert "r50@mail.test" not in first
    assert "r50@mail.test" in desk.get(f"{QUEUE}?after={people[49]}").text


def test_an_invitation_is_made_shown_and_taken_back(desk: TestClient, hub: Hub) -> None:
    form = {"kind": "place", "name": "LinkedIn", "code": "linkedin", "most": "5", "words": "Hi"}
    made = desk.post(f"{PLACES}/new", data=form)
    assert made.status_code == 303
    where = made.headers["location"].split("?")[0]
    page = desk.get(where).text
    assert "https://hub.test/invite/linkedin" in page
    assert "LinkedIn" in desk.get(PLACES).text
    assert "LinkedIn" in desk.get(f"{where}/revoke").text
    assert desk.post(f"{where}/revoke").status_code == 303
    assert "taken back" in desk.get(where).text
    with hub.db.read() as tx:
        (kept,) = invitations.listed(tx)
    assert (kept.most, kept.skips_approval, kept.revoked_at is None) == (5, 0, False)


def test_the_code_for_one_person_is_made_by_the_hub(desk: TestClient, hub: Hub) -> None:
    form = {"kind": "personal", "name": "Zoë", "most": "1", "skips_approval": "yes"}
    assert desk.post(f"{PLACES}/new", data=form).status_code == 303
    with hub.db.read() as tx:
        (kept,) = invitations.listed(tx)
    assert (kept.kind, len(kept.code), kept.skips_approval) == ("personal", 12, 1)


def test_a_refused_invitation_keeps_what_was_typed(desk: TestClient) -> None:
    form = {"kind": "place", "name": "Talk", "code": "a b", "words": "On the quay"}
    answer = desk.post(f"{PLACES}/new", data=form)
    assert answer.status_code == 400
    assert 'id="code-error"' in answer.text
    assert "On the quay" in answer.text


@pytest.mark.parametrize(
    ("kind", "begins"), [("svg", b"<svg"), ("svg?save", b"<svg"), ("png?save", b"\x89PNG")]
)
def test_the_code_can_be_printed(desk: TestClient, kind: str, begins: bytes) -> None:
    form = {"kind": "place", "name": "Talk", "code": "talk"}
    where = desk.post(f"{PLACES}/new", data=form).headers["location"].split("?")[0]
    answer = desk.get(f"{where}/qr.{kind}")
    assert begins in answer.content[:200]
    assert ("content-disposition" in answer.headers) == ("save" in kind)
