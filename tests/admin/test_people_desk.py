"""The people at the desk: found, shown with their log, added, confirmed, erased."""

import pytest
from starlette.testclient import TestClient

from hub.audience import membership, signup, store, suppression
from hub.audience.consent import consent_text
from hub.audience.model import Subscriber, Wish
from hub.web.state import Hub
from tests.conftest import NOW


@pytest.fixture
def eve(hub: Hub) -> Subscriber:
    wish = Wish("eve@hub.test", "Eve", "weekly", (), "en")
    with hub.db.write() as tx:
        return membership.add(tx, wish, statement="signed at the fair", now=NOW)


@pytest.fixture
def bob(hub: Hub) -> Subscriber:
    """Asked, and has not confirmed."""
    wish = Wish("bob@hub.test", "", "weekly", (), "en")
    text = consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        signup.sign_up(tx, wish, text, form_url="https://hub.test/", network="n", now=NOW)
        return membership.by_address(tx, "bob@hub.test")


def status_of(hub: Hub, person: Subscriber) -> str:
    with hub.db.read() as tx:
        found = store.get(tx, person.id)
    return found.status if found else "gone"


def test_people_are_found_by_a_part_of_the_address(
    desk: TestClient, eve: Subscriber, bob: Subscriber
) -> None:
    answer = desk.get("/admin/subscribers?q=EVE").text
    assert "eve@hub.test" in answer
    assert "bob@hub.test" not in answer


def test_people_are_listed_by_status(desk: TestClient, eve: Subscriber, bob: Subscriber) -> None:
    answer = desk.get("/admin/subscribers?status=pending").text
    assert "bob@hub.test" in answer
    assert "eve@hub.test" not in answer


def test_a_long_list_goes_on_where_its_page_ended(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        for n in range(60):
            wish = Wish(f"reader{n:02}@hub.test", "", "weekly", (), "en")
            membership.add(tx, wish, statement="x", now=NOW)
    first = desk.get("/admin/subscribers").text
    assert "reader59@" in first
    assert "reader10@" in first
    assert "reader09@" not in first
    assert "reader09@" in desk.get("/admin/subscribers?after=11").text


def test_a_person_is_shown_with_the_log_of_consent(desk: TestClient, eve: Subscriber) -> None:
    answer = desk.get(f"/admin/subscribers/{eve.id}").text
    assert "signed at the fair" in answer
    assert "Added by you" in answer


def test_somebody_is_added_with_the_proof_of_consent(desk: TestClient, hub: Hub) -> None:
    form = {"email": "new@hub.test", "cadence": "monthly", "consent": "by phone"}
    assert desk.post("/admin/subscribers/new", data=form).status_code == 303
    with hub.db.read() as tx:
        added = membership.by_address(tx, "new@hub.test")
        assert (added.status, added.cadence) == ("active", "monthly")
        assert [event.text for event in store.consent_log(tx, added.id)] == ["by phone"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", "eve@hub.test"), ("consent", ""), ("cadence", "hourly")],
)
def test_a_refused_person_keeps_what_was_typed(
    desk: TestClient, eve: Subscriber, field: str, value: str
) -> None:
    form = {"email": "new@hub.test", "name": "Zoë", "cadence": "weekly", "consent": "by phone"}
    answer = desk.post("/admin/subscribers/new", data={**form, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert 'value="Zoë"' in answer.text


def test_the_owner_confirms_who_asked(desk: TestClient, hub: Hub, bob: Subscriber) -> None:
    assert desk.post(f"/admin/subscribers/{bob.id}/confirm").status_code == 303
    assert status_of(hub, bob) == "active"


def test_unsubscribing_asks_first(desk: TestClient, hub: Hub, eve: Subscriber) -> None:
    url = f"/admin/subscribers/{eve.id}/unsubscribe"
    assert "eve@hub.test" in desk.get(url).text
    assert status_of(hub, eve) == "active"
    desk.post(url)
    assert status_of(hub, eve) == "unsubscribed"


def test_erasing_asks_first_and_suppresses(desk: TestClient, hub: Hub, eve: Subscriber) -> None:
    url = f"/admin/subscribers/{eve.id}/erase"
    assert "eve@hub.test" in desk.get(url).text
    assert status_of(hub, eve) == "active"
    desk.post(url)
    assert status_of(hub, eve) == "gone"
    with hub.db.read() as tx:
        assert suppression.is_suppressed(tx, eve.email_key)


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=99999999999999999999", "q=%25"])
def test_no_query_breaks_the_list(desk: TestClient, eve: Subscriber, query: str) -> None:
    assert desk.get(f"/admin/subscribers?{query}").status_code == 200


def test_a_name_is_shown_as_text(desk: TestClient, hub: Hub) -> None:
    wish = Wish("x@hub.test", "<script>alert(1)</script>", "weekly", (), "en")
    with hub.db.write() as tx:
        person = membership.add(tx, wish, statement="<b>x</b>", now=NOW)
    answer = desk.get(f"/admin/subscribers/{person.id}").text
    assert "<script>" not in answer
    assert "<b>x</b>" not in answer
