"""Past editions on the site."""

from starlette.testclient import TestClient

from hub.app import create_app
from hub.newsletter import planning
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, press, publish, subscribe, tick


def send(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes & knots")
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub)


def test_an_edition_that_went_out_can_be_read_by_everybody(hub: Hub) -> None:
    send(hub)
    with TestClient(create_app(hub)) as client:
        overview = client.get("/newsletter")
        assert f'href="/newsletter/{newest(hub).id}"' in overview.text
        page = client.get(f"/newsletter/{newest(hub).id}")
    assert page.status_code == 200
    assert "Ropes &amp; knots" in page.text
    assert 'href="/posts/' in page.text
    assert "/unsubscribe/" not in page.text
    assert "/preferences/" not in page.text


def test_what_did_not_go_out_is_not_shown(hub: Hub) -> None:
    publish(hub, "Nobody reads this")
    tick(hub, NOW.replace(day=28, hour=7))
    assert newest(hub).status == "skipped"
    with TestClient(create_app(hub)) as client:
        assert client.get(f"/newsletter/{newest(hub).id}").status_code == 404
        assert client.get("/newsletter/4711").status_code == 404
        assert client.get("/newsletter/99999999999999999999").status_code == 404
        assert "No issue has gone out yet" in client.get("/newsletter").text
