"""The welcome: the page after confirming, and the one mail that may follow."""

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import membership, signup, store
from hub.audience.model import ConsentText, Wish
from hub.content import rendering
from hub.errors import Refused
from hub.newsletter import welcoming
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, send_out, subscribe, tick
from tests.posts import add

CONSENT = ConsentText("Yes", "1", "en")
ADA = "ada@reader.test"


@pytest.fixture(autouse=True)
def articles(hub: Hub) -> None:
    with hub.db.write() as tx:
        for n, name in enumerate(("ebb", "flood", "quay", "rope")):
            at = NOW - timedelta(days=20 - n)
            add(tx, name, excerpt=f"About the {name}.", at=at)
        add(tx, "unfinished", status="draft")


@pytest.fixture
def client(hub: Hub) -> TestClient:
    app = create_app(replace(hub, now=lambda: NOW))
    return TestClient(app, base_url="https://hub.test")


def option(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


def ask(hub: Hub, *, cadence: str = "weekly", language: str = "en", hours: int = 0) -> str:
    """Somebody asks, and gets their confirmation; the path of its link."""
    wish = Wish(ADA, "", cadence, (), language)  # type: ignore[arg-type]  # a test's word
    with hub.db.write() as tx:
        signup.sign_up(tx, wish, CONSENT, form_url="", network="", now=NOW + timedelta(hours=hours))
        number = int(tx.scalar("SELECT max(id) FROM confirmations"))
    return "/confirm/" + hub.signer.sign("confirm", number)


def welcomes(hub: Hub) -> list[EmailMessage]:
    """What arrived in the outbox beside confirmations and newsletters."""
    found = [parsed(raw) for raw in outbox(hub)]
    return [mail for mail in found if mail["Auto-Submitted"] and mail["List-Unsubscribe"]]


def test_the_page_says_when_what_and_where_to_begin(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_text_en="So **glad** you came. <script>x()</script>")
    subscribe(hub, "bea@reader.test", at=NOW - timedelta(days=9))
    edition = send_out(hub, NOW - timedelta(days=8))
    page = client.post(ask(hub)).text
    assert "<strong>Saturday 28 November 2026, 08:00</strong>" in page
    assert "So <strong>glad</strong> you came." in page
    assert "x()" not in page.partition("<main")[2]
    assert f'href="/newsletter/{edition}"' in page
    # The three newest; the edition's own article is the newest of all.
    assert [s for s in ("ebb", "flood", "quay", "rope") if f"/posts/{s}" in page] == [
        "quay",
        "rope",
    ]
    assert "/preferences/" in page


def test_the_page_is_in_the_readers_language(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_text_fr="Bon vent.", welcome_text_en="Fair winds.")
    page = client.post(ask(hub, language="fr", cadence="monthly")).text
    assert "mardi 1er décembre 2026 à 08:00" in page
    assert "Bon vent." in page
    assert "Fair winds." not in page


def test_who_gets_each_article_is_told_so(client: TestClient, hub: Hub) -> None:
    assert "as soon as it appears" in client.post(ask(hub, cadence="each")).text


def test_who_left_since_is_shown_no_welcome(client: TestClient, hub: Hub) -> None:
    link = ask(hub)
    client.post(link)
    with hub.db.write() as tx:
        person = store.by_email_key(tx, ADA)
        assert person is not None
        membership.unsubscribe(tx, person.id, source="link", now=NOW)
    assert "/posts/rope" not in client.post(link).text


def test_chosen_articles_keep_their_order_and_lose_what_is_gone(
    client: TestClient, hub: Hub
) -> None:
    option(hub, welcome_posts="https://hub.test/posts/flood/\n\nunfinished\n/posts/ebb")
    page = client.post(ask(hub)).text
    assert page.index("/posts/flood") < page.index("/posts/ebb")
    assert "/posts/rope" not in page
    with hub.db.read() as tx:
        assert welcoming.gone(tx, hub.site()) == ("unfinished",)


def test_nothing_is_mailed_unless_the_owner_wants_it(client: TestClient, hub: Hub) -> None:
    client.post(ask(hub))
    tick(hub)
    assert welcomes(hub) == []


def test_the_mail_holds_the_words_and_no_personal_link_else(client: TestClient, hub: Hub) -> None:
    text = "See **[the yard](/archive)**.\n\n![A boat](/media/ab/boat.jpg)"
    option(hub, welcome_mail="on", welcome_text_en=text, welcome_subject_en="Aboard!")
    subscribe(hub, "bea@reader.test", at=NOW - timedelta(days=9))
    edition = send_out(hub, NOW - timedelta(days=8))
    client.post(ask(hub))
    tick(hub)
    (mail,) = welcomes(hub)
    assert (mail["Subject"], mail["To"]) == ("Aboard!", ADA)
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "See the yard [1]." in plain
    assert "[1] https://hub.test/archive" in plain
    assert 'href="https://hub.test/archive"' in html
    for part in (plain, html):
        links = set(re.findall(r"https://hub\.test(/[^\s\"<)]*)", part))
        assert {path.split("/")[1] for path in links} <= {
            *("", "posts", "newsletter", "unsubscribe", "preferences", "media", "archive"),
        }
        assert f"/newsletter/{edition}" in links
    assert ADA not in html


def test_its_headers_leave_with_one_press(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_mail="on")
    client.post(ask(hub))
    tick(hub)
    (mail,) = welcomes(hub)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = next(raw for raw in outbox(hub) if b"List-Unsubscribe: " in raw)
    found = re.search(rb"^List-Unsubscribe: <https://hub\.test(/unsubscribe/\S+)>\r$", raw, re.M)
    assert found is not None
    answer = client.post(found[1].decode(), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    with hub.db.read() as tx:
        person = store.by_email_key(tx, ADA)
    assert person is not None
    assert person.status == "unsubscribed"


def test_a_link_that_is_pressed_again_welcomes_nobody_again(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_mail="on")
    link = ask(hub)
    for _ in range(3):
        client.post(link)
        tick(hub)
    assert len(welcomes(hub)) == 1


def test_who_leaves_and_returns_is_welcomed_again(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_mail="on")
    client.post(ask(hub))
    tick(hub)
    with hub.db.write() as tx:
        person = store.by_email_key(tx, ADA)
        assert person is not None
        membership.unsubscribe(tx, person.id, source="link", now=NOW)
    link = ask(hub, hours=48)
    again = TestClient(
        create_app(replace(hub, now=lambda: NOW + timedelta(hours=49))), base_url="https://hub.test"
    )
    again.post(link)
    tick(hub, NOW + timedelta(hours=49))
    assert len(welcomes(hub)) == 2


def test_who_left_before_it_was_sent_gets_none(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_mail="on")
    client.post(ask(hub))
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'unsubscribed'")
    tick(hub)
    assert welcomes(hub) == []


def test_who_the_owner_confirms_or_adds_gets_none(hub: Hub) -> None:
    option(hub, welcome_mail="on")
    ask(hub)
    with hub.db.write() as tx:
        person = store.by_email_key(tx, ADA)
        assert person is not None
        membership.confirm(tx, person, now=NOW)
        wish = Wish("bea@reader.test", "", "weekly", (), "en")
        membership.add(tx, wish, statement="at the fair", now=NOW)
    tick(hub)
    assert welcomes(hub) == []


def test_an_erased_person_leaves_no_mail_behind(client: TestClient, hub: Hub) -> None:
    option(hub, welcome_mail="on")
    client.post(ask(hub))
    with hub.db.write() as tx:
        person = store.by_email_key(tx, ADA)
        assert person is not None
        membership.erase(tx, person, now=NOW)
        assert tx.scalar("SELECT count(*) FROM mails") == 0


def test_words_that_cannot_be_rendered_are_shown_as_they_are(
    client: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Refused("too deep")

    monkeypatch.setattr(rendering, "render", refuse)
    option(hub, welcome_text_en="One <b>word.\n\nAnother.")
    page = client.post(ask(hub)).text
    assert "<p>One &lt;b&gt;word.</p><p>Another.</p>" in page


@pytest.mark.parametrize("value", ["a\nb\nc\nd", "two words", "posts/x/y"])
def test_what_is_no_article_is_refused(hub: Hub, value: str) -> None:
    with pytest.raises(Refused):
        option(hub, welcome_posts=value)
