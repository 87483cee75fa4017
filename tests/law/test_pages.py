"""Legal notice, privacy and trust page, made from the settings in force."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.db import Database
from hub.law.kept import KEPT, WITHOUT_READERS
from hub.settings import SmtpRelay, WebhookKeys
from hub.site import store as sites
from hub.web.state import Hub
from tests.db import described

FILLED = {
    "publisher": "Atelier Marée",
    "publisher_details": "SARL au capital de 1 000 €\nRCS Quimper 000 000 000",
    "publisher_address": "4 quai du Port Rhu\n29100 Douarnenez",
    "publisher_phone": "+33 2 00 00 00 00",
    "publisher_email": "bonjour@maree.test",
    "publication_director": "Ada Lovelace",
    "host_name": "Example Host",
    "host_address": "1 rue du Serveur",
    "host_phone": "+33 1 00 00 00 00",
}


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield client


def test_a_legal_notice_without_a_publisher_is_not_there(client: TestClient) -> None:
    assert client.get("/legal").status_code == 404
    home = client.get("/").text
    assert 'href="/legal"' not in home
    assert 'href="/privacy"' in home
    assert 'href="/trust"' in home


def test_a_legal_notice_says_what_the_law_wants(client: TestClient, hub: Hub) -> None:
    put(hub, **FILLED)
    page = client.get("/legal").text
    for value in FILLED.values():
        for line in value.split("\n"):
            assert line in page
    assert 'href="/legal"' in client.get("/").text


@pytest.mark.parametrize("gone", FILLED)
def test_what_is_not_filled_in_leaves_no_hole(client: TestClient, hub: Hub, gone: str) -> None:
    put(hub, **{**FILLED, gone: ""})
    answer = client.get("/legal")
    assert answer.status_code == (404 if gone == "publisher" else 200)
    for trace in ("None", "<p></p>", "<br><", "Telephone: <", "<h2></h2>"):
        assert trace not in answer.text


def test_the_owners_own_words_stand_below_and_run_nothing(client: TestClient, hub: Hub) -> None:
    words = "We **mend** boats.\n\n<script>x()</script>"
    put(hub, legal_notice=words, privacy_notice=words, trust_notice=words)
    for path in ("/legal", "/privacy", "/trust"):
        page = client.get(path).text
        assert "<strong>mend</strong>" in page
        assert "<script>" not in page


def test_each_page_is_there_in_each_language(client: TestClient, hub: Hub) -> None:
    put(hub, **FILLED, trust_notice="My words.")
    for path, words in (
        ("/legal", "Mentions légales"),
        ("/privacy", "Vos droits"),
        ("/trust", "Ce que nous ne faisons pas"),
        ("/privacy/changes", "Rien n’a encore changé"),
    ):
        assert words not in client.get(path).text
        page = client.get(f"{path}/fr").text
        assert words in page
        assert '<html lang="fr"' in page
        assert f'href="{path}" hreflang="en"' in page
    assert '<div lang="en">' in client.get("/trust/fr").text
    # The language of the site has the short address.
    own = client.get("/trust/en")
    assert (own.status_code, own.headers["location"]) == (302, "/trust")


def test_the_pages_name_the_relay_and_who_reports(hub: Hub) -> None:
    settings = replace(
        hub.settings,
        smtp=(SmtpRelay("mail.relay.test", 587), SmtpRelay("second.relay.test", 25)),
        webhooks=WebhookKeys(postmark="user:a-long-password"),
    )
    with TestClient(create_app(replace(hub, settings=settings)), base_url="https://hub.test") as c:
        for path in ("/privacy", "/trust"):
            page = c.get(path).text
            assert "mail.relay.test, second.relay.test" in page
            assert "Postmark" in page
            assert "587" not in page


def test_without_a_relay_no_mail_is_said_to_leave(client: TestClient) -> None:
    assert "no mail leaves this site" in client.get("/privacy").text


def test_an_own_relay_is_ours(hub: Hub) -> None:
    settings = replace(hub.settings, smtp=(SmtpRelay("127.0.0.1", 25),))
    with TestClient(create_app(replace(hub, settings=settings)), base_url="https://hub.test") as c:
        page = c.get("/privacy").text
    assert "from our own machine" in page
    assert "127.0.0.1" not in page


def test_retention_is_said_as_it_is(client: TestClient, hub: Hub) -> None:
    put(hub, retention_months="24")
    for path in ("/privacy", "/trust"):
        assert "24 months" in client.get(path).text
    put(hub, retention_months="0")
    for path in ("/privacy", "/trust"):
        assert "months" not in client.get(path).text


def test_every_table_is_said_or_holds_nothing_about_readers(db: Database) -> None:
    """A table that is new: say in hub/law/kept.py what it holds of readers, or that it does not."""
    with db.read() as tx:
        tables = set(described.of(tx))
    said = {table for row in KEPT for table in row.tables}
    assert tables == said | WITHOUT_READERS
    assert not said & WITHOUT_READERS


def test_a_hub_that_is_not_set_up_has_none_of_them(settings: object, hub: Hub) -> None:
    with hub.db.write() as tx:
        tx.execute("DELETE FROM settings WHERE name = 'ready_at'")
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        for path in ("/legal", "/privacy", "/trust", "/privacy/changes"):
            assert client.get(path).status_code == 404


def test_the_page_of_trust_says_when_presses_are_counted(hub: Hub, client: TestClient) -> None:
    assert "No clicks are counted" in client.get("/trust").text
    put(hub, count_clicks="on")
    with TestClient(create_app(hub), base_url="https://hub.test") as fresh:
        page = fresh.get("/trust").text
    assert "No clicks are counted" not in page
    assert "who pressed it we do not know" in page
