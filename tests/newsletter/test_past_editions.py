"""Past editions on the site."""

import re

from starlette.testclient import TestClient

from hub.app import create_app
from hub.newsletter import planning
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, outbox, parsed, press, publish, subscribe, tick


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


def test_each_title_runs_the_way_of_its_language(hub: Hub) -> None:
    subscribe(hub, "ada@mail.test")
    publish(hub, "رسالة")
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET language = 'ar'")
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub)
    with TestClient(create_app(hub)) as client:
        page = client.get(f"/newsletter/{newest(hub).id}")
    assert '<li class="edition-item" lang="ar" dir="rtl">' in page.text


def test_what_some_had_before_it_was_cancelled_can_be_read_by_them(hub: Hub) -> None:
    send(hub)
    with TestClient(create_app(hub)) as client:
        for accepted, status in ((1, 200), (0, 404)):
            with hub.db.write() as tx:
                tx.execute("UPDATE editions SET status = 'cancelled'")
                tx.execute("UPDATE edition_counts SET accepted = :accepted", accepted=accepted)
                tx.site_changed()
            assert client.get(f"/newsletter/{newest(hub).id}").status_code == status
            assert "No issue has gone out yet" in client.get("/newsletter").text


def test_each_mail_leads_to_its_own_page_and_the_page_to_nobodys(hub: Hub) -> None:
    send(hub)
    text = parsed(outbox(hub)[0]).get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    (link,) = re.findall(r"https://hub\.test(/newsletter/\d+)", text)
    personal = set(re.findall(r"/(?:unsubscribe|preferences)/(\S+)", text))
    assert len(personal) == 2
    with TestClient(create_app(hub)) as client:
        page = client.get(link)
    assert page.status_code == 200
    assert not [token for token in personal if token in page.text]
    assert "ada@mail.test" not in page.text


def test_what_did_not_go_out_is_not_shown(hub: Hub) -> None:
    publish(hub, "Nobody reads this")
    tick(hub, NOW.replace(day=28, hour=7))
    assert newest(hub).status == "skipped"
    with TestClient(create_app(hub)) as client:
        assert client.get(f"/newsletter/{newest(hub).id}").status_code == 404
        assert client.get("/newsletter/4711").status_code == 404
        assert client.get("/newsletter/99999999999999999999").status_code == 404
        assert "No issue has gone out yet" in client.get("/newsletter").text
