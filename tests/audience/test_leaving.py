"""Unsubscribing and preferences: links that people, programs and scanners open."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import membership, store
from hub.audience.model import Subscriber, Wish
from hub.web.state import Hub

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def ada(hub: Hub) -> Subscriber:
    with hub.db.write() as tx:
        wish = Wish("ada@reader.test", "Ada", "weekly", ("rust",), "en")
        return membership.add(tx, wish, statement="asked me at the fair", now=NOW)


@pytest.fixture
def client(hub: Hub) -> TestClient:
    return TestClient(create_app(replace(hub, now=lambda: NOW)), base_url="https://hub.test")


def _path(hub: Hub, purpose: str, person: Subscriber) -> str:
    return f"/{purpose}/{hub.signer.sign(purpose, person.id)}"


def _now(hub: Hub, person: Subscriber) -> Subscriber:
    with hub.db.read() as tx:
        found = store.get(tx, person.id)
    assert found is not None
    return found


ONE_CLICKS: list[dict[str, object]] = [
    {"content": b"List-Unsubscribe=One-Click", "headers": {"content-type": FORM}},
    {"files": {"List-Unsubscribe": (None, "One-Click")}},
    {"content": b""},
    {"content": b"\xff\0 not a form", "headers": {"content-type": "multipart/form-data"}},
    {"content": b"{", "headers": {"content-type": "application/json"}},
    {
        "content": b"List-Unsubscribe=One-Click",
        "headers": {
            "content-type": FORM,
            "origin": "https://mail.test",
            "sec-fetch-site": "cross-site",
        },
    },
]


@pytest.mark.parametrize("request_", ONE_CLICKS)
def test_one_click_unsubscribes_and_may_be_repeated(
    hub: Hub, client: TestClient, ada: Subscriber, request_: dict[str, object]
) -> None:
    path = _path(hub, "unsubscribe", ada)
    for _ in range(2):
        answer = client.post(path, follow_redirects=False, **request_)  # type: ignore[arg-type]
        assert answer.status_code == 200
    left = _now(hub, ada)
    assert (left.status, left.unsubscribed_at) == ("unsubscribed", NOW)
    with hub.db.read() as tx:
        assert [line.kind for line in store.consent_log(tx, ada.id)] == ["added", "unsubscribed"]


def test_a_scanner_that_opens_every_link_changes_nothing(
    hub: Hub, client: TestClient, ada: Subscriber
) -> None:
    for purpose in ("unsubscribe", "preferences"):
        for method in ("GET", "HEAD"):
            assert client.request(method, _path(hub, purpose, ada)).status_code == 200
    assert _now(hub, ada) == ada


def test_leaving_offers_the_way_back(hub: Hub, client: TestClient, ada: Subscriber) -> None:
    answer = client.post(_path(hub, "unsubscribe", ada))
    assert 'href="/subscribe"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_link_of_an_erased_person_still_answers(
    hub: Hub, client: TestClient, ada: Subscriber
) -> None:
    path = _path(hub, "unsubscribe", ada)
    with hub.db.write() as tx:
        membership.erase(tx, ada, now=NOW)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 200
    assert client.get(_path(hub, "preferences", ada)).status_code == 404


def test_leaving_does_not_soften_a_complaint(hub: Hub, client: TestClient, ada: Subscriber) -> None:
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'complained' WHERE id = :id", id=ada.id)
    assert client.post(_path(hub, "unsubscribe", ada)).status_code == 200
    assert _now(hub, ada).status == "complained"


def test_preferences_are_shown_and_saved(hub: Hub, client: TestClient, ada: Subscriber) -> None:
    path = _path(hub, "preferences", ada)
    shown = client.get(path).text
    assert 'value="weekly" checked' in shown
    assert 'value="rust" checked' in shown
    answer = client.post(
        path,
        data={
            "cadence": "each",
            "language": "fr",
            "name": "Ada\r\nL.",
            "paused_until": "2026-12-24",
        },
    )
    assert answer.status_code == 200
    person = _now(hub, ada)
    assert (person.cadence, person.language, person.name) == ("each", "fr", "Ada L.")
    # Midnight in Paris.
    assert person.paused_until == datetime(2026, 12, 23, 23, 0, tzinfo=UTC)
    assert 'value="2026-12-24"' in client.get(path).text
    with hub.db.read() as tx:
        assert store.topics_of(tx, ada.id) == ()


@pytest.mark.parametrize("day", ["2026-11-22", "2020-01-01", "2031-01-01", "soon", "9999-12-31"])
def test_a_pause_that_cannot_be_is_refused(
    hub: Hub, client: TestClient, ada: Subscriber, day: str
) -> None:
    answer = client.post(
        _path(hub, "preferences", ada), data={"cadence": "monthly", "paused_until": day}
    )
    assert answer.status_code == 400
    assert 'id="pause-error"' in answer.text
    # A field for dates cannot show what is none.
    assert f'type="date" value="{day if day != "soon" else ""}"' in answer.text
    assert _now(hub, ada) == ada


def test_preferences_have_a_button_to_leave(hub: Hub, client: TestClient, ada: Subscriber) -> None:
    shown = client.get(_path(hub, "preferences", ada)).text
    path = _path(hub, "unsubscribe", ada)
    assert f'action="{path}"' in shown
    client.post(path)
    answer = client.post(_path(hub, "preferences", ada), data={"cadence": "each"})
    assert answer.status_code == 200
    assert _now(hub, ada).cadence == "weekly"
    assert "not on the list" in answer.text


def test_an_unsubscribe_link_opens_no_preferences(
    hub: Hub, client: TestClient, ada: Subscriber
) -> None:
    token = hub.signer.sign("unsubscribe", ada.id)
    assert client.get(f"/preferences/{token}").status_code == 404
