"""The receipt of a consent: at the desk, on the command line, and for the reader."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import membership, receipts, signup, store
from hub.audience.model import ConsentText, Wish
from hub.cli import cli
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW

WORDS = ConsentText("Yes, send me Harbour Notes.\nOften.", "abc123def456", "en")


@pytest.fixture
def ada(hub: Hub) -> int:
    wish = Wish("Ada@reader.test", "Ada", "weekly", (), "en")
    with hub.db.write() as tx:
        signup.sign_up(tx, wish, WORDS, form_url="https://hub.test/about", network="n", now=NOW)
        signup.confirm(tx, int(tx.scalar("SELECT max(id) FROM confirmations")), now=NOW)
        return int(tx.scalar("SELECT id FROM subscribers"))


def test_it_says_which_words_when_where_and_confirmed_when(hub: Hub, ada: int) -> None:
    with hub.db.read() as tx:
        receipt = receipts.of(tx, ada, site=hub.site(), now=NOW)
    assert receipt is not None
    document = receipts.as_document(receipt)
    assert document["email"] == "Ada@reader.test"
    assert document["confirmed_at"] == document["issued_at"] == "2026-11-22T12:00:00.000Z"
    lines = document["consent"]
    assert isinstance(lines, list)
    asked, confirmed = lines
    assert (asked["kind"], confirmed["kind"]) == ("requested", "confirmed")
    for event in (asked, confirmed):
        assert (event["text"], event["text_version"]) == (WORDS.text, WORDS.version)
        assert event["form_url"] == "https://hub.test/about"
    text = receipts.as_text(receipt, "fr")
    assert "Reçu de consentement" in text
    assert "dimanche 22 novembre 2026 à 13:00 (2026-11-22T12:00:00.000Z)" in text
    # On one line, whatever stood in it.
    assert "« Yes, send me Harbour Notes. Often. »" in text.replace("\u00a0", " ")


def test_the_owner_gets_it_at_the_desk(hub: Hub, ada: int) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        path = f"/admin/subscribers/{ada}/receipt"
        assert "/admin/login" in str(client.get(path).url)
        desk = logged_in(client, hub, "owner")
        assert f'href="{path}"' in desk.get(f"/admin/subscribers/{ada}").text
        assert WORDS.version in desk.get(path).text
        answer = desk.get(f"{path}.json")
        assert answer.json()["email"] == "Ada@reader.test"
        assert "attachment" in answer.headers["content-disposition"]
        assert "Ada@reader.test" in desk.get(f"{path}.txt").text
        assert desk.get("/admin/subscribers/99/receipt.json").status_code == 404


def test_the_command_prints_it(hub: Hub, ada: int) -> None:
    data = ["--data", str(hub.settings.data), "subscribers", "receipt"]
    text = CliRunner().invoke(cli, [*data, "ada@READER.test"])
    assert (text.exit_code, WORDS.version in text.output) == (0, True)
    document = CliRunner().invoke(cli, [*data, "ada@reader.test", "--json"])
    assert json.loads(document.stdout)["consent"][0]["kind"] == "requested"
    assert CliRunner().invoke(cli, [*data, "bea@reader.test"]).exit_code != 0


def test_the_reader_gets_a_link_after_confirming(hub: Hub, ada: int) -> None:
    client = TestClient(create_app(replace(hub, now=lambda: NOW)), base_url="https://hub.test")
    page = client.get("/confirm/" + hub.signer.sign("confirm", 1)).text
    path = "/receipt/" + hub.signer.sign(receipts.LINK, ada, "ada@reader.test")
    assert f'href="{path}"' in page
    answer = client.get(path)
    assert WORDS.version in answer.text
    assert answer.headers["cache-control"] == "no-store"
    with hub.db.write() as tx:
        person = store.get(tx, ada)
        assert person is not None
        membership.erase(tx, person, now=NOW)
    assert client.get(path).status_code == 404
    assert client.get("/receipt/" + hub.signer.sign("stay", ada)).status_code == 404
