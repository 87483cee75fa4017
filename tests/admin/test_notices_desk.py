"""The notices at the desk: read, marked, paged; and the welcome to look at."""

from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from hub.admin import notice_words, owner_notices
from hub.app import create_app
from hub.i18n import LANGUAGES
from hub.newsletter import steering
from hub.notices import telling
from hub.notices.model import Facts, Kind
from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import logged_in, write
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, sending_edition, tick


def tell(hub: Hub, kind: Kind, number: int = 1, facts: Facts | None = None) -> None:
    with hub.db.write() as tx:
        telling.tell(
            tx,
            kind,
            str(number),
            facts or Facts(subject=f"Letter {number}"),
            site=hub.site(),
            now=NOW + timedelta(minutes=number),
            subject_id=number,
        )


def test_what_is_unread_stands_on_the_first_page(desk: TestClient, hub: Hub) -> None:
    tell(hub, "sent", 7)
    page = desk.get("/admin").text
    assert "Sent: Letter 7" in page
    assert 'href="/admin/newsletter/7"' in page
    answer = desk.post("/admin/notices/1/read", data={"back": "home"})
    assert answer.headers["location"] == "/admin"
    assert "Sent: Letter 7" not in desk.get("/admin").text
    assert "Sent: Letter 7" in desk.get("/admin/notices").text


def test_looking_marks_nothing(desk: TestClient, hub: Hub) -> None:
    tell(hub, "sent")
    for _ in range(2):
        assert "Mark all as read" in desk.get("/admin/notices").text


def test_what_came_since_stays_unread(desk: TestClient, hub: Hub) -> None:
    tell(hub, "sent", 1)
    tell(hub, "cancelled", 2)
    desk.post("/admin/notices/read", data={"newest": "1"})
    page = desk.get("/admin").text
    assert "Letter 2" in page
    assert "Letter 1" not in page
    desk.post("/admin/notices/read")
    assert "Letter 2" not in desk.get("/admin").text


def test_the_list_has_pages(desk: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_notices, "PER_PAGE", 2)
    for n in range(1, 4):
        tell(hub, "sent", n)
    page = desk.get("/admin/notices").text
    assert "Letter 3" in page
    assert 'href="/admin/notices?after=2"' in page
    rest = desk.get("/admin/notices?after=2").text
    assert "Letter 1" in rest
    assert "Letter 2" not in rest
    assert desk.get("/admin/notices?after=nonsense").status_code == 200


def test_a_notice_that_is_not_there_is_said_so(desk: TestClient) -> None:
    assert desk.post("/admin/notices/99/read").status_code == 404


def test_notices_are_the_owners(hub: Hub) -> None:
    tell(hub, "sent", 7)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        editor = logged_in(client, hub, "editor")
        assert "Letter 7" not in editor.get("/admin").text
        assert editor.get("/admin/notices").status_code == 403
        assert editor.post("/admin/notices/1/read").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_words(hub: Hub, desk: TestClient, language: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", language)
        sites.put(tx, "notice_readers", "daily")
    parts = (
        *(notice_words.RELAY_AWAY, notice_words.RELAY_REFUSES, notice_words.PLANNING),
        *(notice_words.THEME, "StorageFull", "KeyError"),
    )
    facts = Facts("Tides", "weekly", reason="no readers", since=NOW, until=NOW, seconds=90)
    kinds: tuple[Kind, ...] = (
        *("sent", "failures", "paused", "cancelled", "skipped", "late", "worker", "readers"),
    )
    for n, kind in enumerate(kinds):
        tell(hub, kind, n, facts)
    for n, part in enumerate(parts, 20):
        tell(hub, "trouble", n, Facts(part=part, reason="x", since=NOW))
    answer = desk.get("/admin/notices")
    assert answer.status_code == 200
    assert answer.text.count('class="row"') == len(kinds) + len(parts)
    for kind in kinds:
        assert f"<p>{kind}</p>" not in answer.text


def test_several_notices_come_in_one_mail(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "notice_limit", "1")
    for n in range(1, 4):
        tell(hub, "trouble", n, Facts(part="theme", reason=f"line {n}", since=NOW))
    tick(hub, NOW + timedelta(hours=1))
    tick(hub, NOW + timedelta(days=1))
    first, second = (parsed(raw) for raw in outbox(hub))
    assert first["Subject"] == "The theme has faults"
    assert second["Subject"] == "What else happened on Harbour Notes"
    for part in second.iter_parts():
        text = part.get_content()
        assert "line 2" in text
        assert "line 3" in text


def test_a_mail_that_an_older_hub_queued_is_still_written(hub: Hub) -> None:
    edition_id = sending_edition(hub, "ada")
    with hub.db.write() as tx:
        steering.pause(tx, edition_id, reason="x")
        tx.execute(
            "INSERT INTO mails (kind, subject_id, recipient, language, state, due_at, attempts,"
            " reply, created_at) VALUES ('edition-paused', :id, 'owner@hub.test', 'en', 'queued',"
            " :now, 0, '', :now)",
            id=edition_id,
            now=NOW,
        )
    tick(hub)
    assert [parsed(raw)["Subject"] for raw in outbox(hub)] == ["The newsletter is paused: Ropes"]


@pytest.mark.parametrize(("address", "shown"), [("", True), ("agency@hub.test", False)])
def test_addresses_stand_in_mail_to_the_owner_alone(hub: Hub, address: str, shown: bool) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "notice_readers", "daily")
        sites.put(tx, "notice_address", address)
        tx.execute(
            "INSERT INTO subscribers (email, email_key, name, status, cadence, language, source,"
            " created_at) VALUES ('ada@reader.test', 'a', '', 'active', 'weekly', 'en', '', :now)",
            now=NOW,
        )
        tx.execute(
            "INSERT INTO consent_events (subscriber_id, kind, at, text, text_version, language,"
            " form_url, source) VALUES (1, 'confirmed', :now, '', '', 'en', '', 'link')",
            now=NOW,
        )
    until = NOW + timedelta(hours=1)
    tell(hub, "readers", 1, Facts(confirmed=1, since=NOW, until=until))
    tick(hub, until)
    (mail,) = (parsed(raw) for raw in outbox(hub))
    assert mail["Subject"] == "New readers: 1"
    for part in mail.iter_parts():
        assert ("ada@reader.test" in part.get_content()) == shown


def test_a_welcome_begins_with_articles_that_are_there(desk: TestClient, hub: Hub) -> None:
    write(desk, hub, title="The tide tables")
    write(desk, hub, title="Not yet", action="save")
    path = "/admin/settings/readers"
    for slug in ("nowhere", "not-yet"):
        refused = desk.post(path, data={"welcome_posts": f"the-tide-tables\n{slug}"})
        assert refused.status_code == 400
        assert f"No published article has the address “{slug}”." in refused.text
        assert f"the-tide-tables\n{slug}</textarea>" in refused.text
    assert hub.site().welcome_posts == ""
    assert desk.post(path, data={"welcome_posts": "/posts/the-tide-tables"}).status_code == 303
    # One that was deleted since stands in nobody's way.
    with hub.db.write() as tx:
        sites.put(tx, "welcome_posts", "nowhere")
    assert desk.post(path, data={"welcome_posts": "nowhere"}).status_code == 303


def test_the_welcome_can_be_looked_at_and_tested(desk: TestClient, hub: Hub) -> None:
    write(desk, hub, title="The tide tables")
    with hub.db.write() as tx:
        sites.put(tx, "welcome_text_fr", "Bon *vent*.")
        sites.put(tx, "welcome_posts", "nowhere")
    assert "left out: nowhere" in desk.get("/admin/settings/welcome").text
    page = desk.get("/admin/settings/welcome/fr?view=text").text
    assert "Bon vent." in page
    assert "<em>vent</em>" in desk.get("/admin/settings/welcome/fr/html").text
    assert desk.post("/admin/settings/welcome/fr/test").status_code == 303
    (mail,) = (parsed(raw) for raw in outbox(hub))
    assert mail["To"] == "owner@hub.test"
    assert unescape(str(mail["Subject"])).endswith("Bienvenue à Harbour Notes")
    assert mail["List-Unsubscribe-Post"]
    assert desk.get("/admin/settings/welcome/xx").status_code == 404
