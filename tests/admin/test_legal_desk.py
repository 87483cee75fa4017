"""The legal pages at the desk: what is missing, what changed, a letter about it."""

from datetime import timedelta

from starlette.testclient import TestClient

from hub.admin import rounds
from hub.notices.stumbles import Stumbles
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


def change(hub: Hub, **values: str) -> None:
    rounds.look(hub, Stumbles(), NOW)
    put(hub, **values)
    for minutes in (1, 11):
        rounds.look(hub, Stumbles(), NOW + timedelta(minutes=minutes))


def test_what_is_missing_is_said_to_the_owner(desk: TestClient, hub: Hub) -> None:
    page = desk.get("/admin/legal").text
    assert "What the legal notice lacks" in page
    assert 'href="/admin/settings#publisher"' in page
    assert 'href="/admin/settings#publisher_address"' in page
    put(hub, publisher="Atelier Marée", postal_address="4 quai du Port Rhu")
    page = desk.get("/admin/legal").text
    assert 'href="/admin/settings#publisher"' not in page
    assert 'href="/admin/settings#publisher_address"' not in page
    assert 'href="/admin/settings#host_name"' in page
    put(hub, **dict.fromkeys(("publisher_phone", "host_phone"), "+33"))
    put(hub, publisher_email="a@maree.test", publication_director="Ada")
    put(hub, host_name="Host", host_address="1 rue")
    assert "What the legal notice lacks" not in desk.get("/admin/legal").text


def test_readers_can_be_told_by_a_letter(desk: TestClient, hub: Hub) -> None:
    change(hub, retention_months="24", trust_notice="We *mend* boats.")
    assert "Write a letter about it" in desk.get("/admin/legal").text
    answer = desk.post("/admin/legal/changes/1/letter")
    assert answer.status_code == 303
    path = answer.headers["location"].partition("?")[0]
    letter = desk.get(path).text
    assert "What changed on our privacy page" in letter
    assert "https://hub.test/privacy/changes" in letter
    assert r"We \*mend\* boats" in letter
    # A second press leads to the same one, and nothing is sent.
    assert desk.post("/admin/legal/changes/1/letter").headers["location"] == path
    assert "The letter that tells readers" in desk.get("/admin/legal").text
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM editions") == 0
    assert desk.post("/admin/legal/changes/9/letter").status_code == 404
