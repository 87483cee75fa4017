"""The first page of the desk says what is left to do, and what is done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.admin.home import steps
from hub.app import create_app
from hub.audience import signup, store
from hub.audience.consent import consent_text
from hub.audience.model import ConsentEvent, Wish
from hub.content.model import Post
from hub.mail import queue, relays, workers
from hub.mail.model import Standing
from hub.newsletter import troubles
from hub.settings import SmtpRelay
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.newsletter.cast import subscribe


def done(hub: Hub, **site: str) -> list[bool]:
    changed = replace(hub.site(), **site)  # type: ignore[arg-type]  # text fields only
    return [
        step.done
        for step in steps(
            changed,
            mail_server=bool(hub.settings.smtp),
            articles=0,
            pages=0,
            readers=0,
            tried=False,
        )
    ]


def test_a_new_hub_begins_with_the_first_article(desk: TestClient) -> None:
    assert "Publish your first article" in desk.get("/admin").text


@pytest.mark.parametrize(
    ("address", "open_to_the_world"),
    [
        ("https://example.org", True),
        ("http://example.org", False),
        ("https://127.0.0.1:8000", False),
        ("https://localhost", False),
    ],
)
def test_only_a_public_https_address_is_open_to_the_world(
    hub: Hub, address: str, open_to_the_world: bool
) -> None:
    assert done(hub, base_url=address)[-1] is open_to_the_world


def test_the_home_page_shows_the_article_and_the_next_newsletter(
    desk: TestClient, article: Post
) -> None:
    answer = desk.get("/admin").text
    assert article.title in answer
    assert "/admin/newsletter/next/weekly" in answer


@pytest.mark.parametrize("path", ["/admin", "/admin/newsletter"])
def test_the_owner_learns_what_stops_mail(hub: Hub, path: str) -> None:
    two = (SmtpRelay("one.test", 587), SmtpRelay("two.test", 587))
    mailing = replace(hub, settings=replace(hub.settings, smtp=two))
    with TestClient(create_app(mailing), base_url="https://hub.test") as client:
        desk = logged_in(client, hub, "owner")
        assert "notice-error" not in desk.get(path).text
        with hub.db.write() as tx:
            reason = "the relay refuses the log-in: 535 no"
            relays.note(tx, [Standing("one.test:587", "refusing", reason)], NOW)
            troubles.note(tx, troubles.PLANNING, "digest.html: no such filter", NOW)
        page = desk.get(path).text
        assert "The mail server one.test:587 has refused the hub since Sunday 22 November" in page
        assert "one.test refuses the user name or the password." in page
        assert '<p class="machine-words">535 no</p>' in page
        assert "through the next server" in page
        assert "digest.html: no such filter" in page
        with hub.db.write() as tx:
            relays.note(tx, [Standing("one.test:587", "working")], NOW)
            relays.note(tx, [Standing("two.test:587", "away", "gone")], NOW)
            troubles.note(tx, troubles.PLANNING, "", NOW)
        page = desk.get(path).text
        assert "one.test:587" not in page
        assert "two.test:587 has been out of reach" in page
        assert "could not be made" not in page


def test_an_editor_has_a_home_too(hub: Hub) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        answer = logged_in(client, hub, "editor").get("/admin")
    assert answer.status_code == 200
    assert "/admin/newsletter" not in answer.text


def test_mail_that_nobody_sends_is_said_first(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        queue.put(
            tx,
            kind="x",
            subject_id=1,
            recipient="a@b.test",
            language="en",
            now=hub.now() - timedelta(hours=1),
        )
    words = "nothing is running that would send it"
    assert words in desk.get("/admin").text
    with hub.db.write() as tx:
        workers.start(tx, hub.now())
    assert words not in desk.get("/admin").text


def test_to_subscribe_oneself_is_done_by_the_form_alone(desk: TestClient, hub: Hub) -> None:
    def is_left() -> bool:
        page = desk.get("/admin").text
        return "Subscribe yourself</a>" in page

    # Who was brought, even with the log of a hub where they confirmed, was not here.
    brought = subscribe(hub, "brought@mail.test")
    with hub.db.write() as tx:
        agreed = ConsentEvent("confirmed", NOW, "", "", "en", "https://old.test/", "link")
        store.log(tx, brought, agreed)
        wish = Wish("me@hub.test", "", "weekly", (), "en")
        text = consent_text(hub.site(), "en")
        signup.sign_up(tx, wish, text, form_url="https://hub.test/", network="n", now=hub.now())
        asked = int(tx.scalar("SELECT max(id) FROM confirmations"))
    assert is_left()
    with hub.db.write() as tx:
        signup.confirm(tx, asked, now=hub.now())
    assert not is_left()
