"""Sign-up by approval and by invitation alone: who gets on the list, and who is told what."""

from dataclasses import replace
from typing import Literal

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import approval, notes, store
from hub.audience.invitations import Invitation
from hub.errors import Conflict, Refused
from hub.web.state import Hub
from tests.audience.signing_up import ask, decide, link, mailed, person
from tests.conftest import NOW

PLACE = Invitation(1, "quay", "place", "Quay", "", None, 0, 0, None, None, NOW)


@pytest.fixture
def strict(hub: Hub) -> Hub:
    """A hub whose owner accepts each reader."""
    decide(hub, signup_mode="approval")
    return replace(hub, now=lambda: NOW)


@pytest.fixture
def client(strict: Hub) -> TestClient:
    return TestClient(create_app(strict), base_url="https://hub.test")


@pytest.fixture
def waiting(strict: Hub, client: TestClient) -> str:
    """The confirmation link of somebody who pressed its button."""
    path = link(client, strict, NOW)
    assert client.post(path).status_code == 200
    return path


def judge(hub: Hub, decision: Literal["accepted", "declined"], word: str = "") -> None:
    found = person(hub)
    with hub.db.write() as tx:
        approval.decide_one(
            tx, found, decision, word=word, by="owner@hub.test", site=hub.site(), now=NOW
        )


@pytest.mark.parametrize(
    ("mode", "invitation", "status"),
    [
        ("open", None, "active"),
        ("approval", None, "waiting"),
        ("approval", PLACE, "waiting"),
        ("approval", replace(PLACE, skips_approval=1), "active"),
        ("approval", replace(PLACE, skips_approval=1, revoked_at=NOW), "waiting"),
        ("closed", None, "waiting"),
        ("closed", PLACE, "active"),
        ("closed", replace(PLACE, most=1, uses=1), "waiting"),
        ("closed", replace(PLACE, expires_at=NOW), "waiting"),
    ],
)
def test_what_who_confirms_is_then(mode: str, invitation: Invitation | None, status: str) -> None:
    assert approval.admission(mode, invitation, NOW) == status


def test_who_confirms_waits_and_is_asked_the_owners_question(
    strict: Hub, client: TestClient
) -> None:
    decide(strict, question_en="Which boat is yours?")
    path = link(client, strict, NOW)
    answer = client.post(path).text
    assert "Which boat is yours?" in answer
    assert person(strict).status == "waiting"
    assert person(strict).confirmed_at == NOW


def test_the_last_answer_counts(strict: Hub, client: TestClient, waiting: str) -> None:
    for said in ("A sailor.", "A sailor from Brest."):
        assert client.post(f"{waiting}/answer", data={"answer": said}).status_code == 200
    with strict.db.read() as tx:
        (one,) = approval.page(tx, after=0, limit=10)
    assert (one.question, one.answer) == (
        "Who are you, and what do you look for?",
        "A sailor from Brest.",
    )
    assert "A sailor from Brest." in client.get(waiting).text


@pytest.mark.parametrize("said", ["", "x" * (notes.LONGEST_ANSWER + 1)])
def test_an_answer_that_cannot_be_stays_in_the_form(
    client: TestClient, waiting: str, said: str
) -> None:
    answer = client.post(f"{waiting}/answer", data={"answer": said})
    assert answer.status_code == 400
    assert 'id="answer-error"' in answer.text
    assert said in answer.text


def test_the_owner_is_told_once_a_day(strict: Hub, client: TestClient) -> None:
    paths = [link(client, strict, NOW, email=f"{name}@reader.test") for name in ("ada", "bea")]
    for path in paths:
        client.post(path)
    told = [mail for mail in mailed(strict, NOW) if mail.to == "owner@hub.test"]
    assert ["waits to be accepted" in mail.subject for mail in told] == [True]


def test_who_is_accepted_is_told_with_the_owners_word(
    strict: Hub, client: TestClient, waiting: str
) -> None:
    judge(strict, "accepted", "Welcome aboard, Ada.")
    assert person(strict).status == "active"
    (mail,) = (m for m in mailed(strict, NOW) if m.to == "ada@reader.test")
    assert "Welcome aboard, Ada." in mail.text
    assert "/unsubscribe/" in mail.text
    assert "Which boat" not in client.get(waiting).text


def test_who_is_declined_is_told_in_their_language(
    strict: Hub, client: TestClient, waiting: str
) -> None:
    with strict.db.write() as tx:
        tx.execute("UPDATE subscribers SET language = 'fr'")
    judge(strict, "declined", "Pas cette année.")
    found = person(strict)
    assert (found.status, found.unsubscribed_at) == ("unsubscribed", NOW)
    (mail,) = (m for m in mailed(strict, NOW) if m.to == "ada@reader.test")
    assert "Pas cette année." in mail.text
    assert "We have read" not in mail.text
    with strict.db.read() as tx:
        assert store.consent_log(tx, found.id)[-1].source == "declined"


def test_nobody_is_decided_about_twice(strict: Hub, waiting: str) -> None:
    judge(strict, "accepted")
    with pytest.raises(Conflict):
        judge(strict, "declined")
    with strict.db.write() as tx, pytest.raises(Conflict):
        approval.decide(tx, [1], "declined", word="", by="", site=strict.site(), now=NOW)
    assert person(strict).status == "active"


def test_a_word_that_is_too_long_decides_nothing(strict: Hub, waiting: str) -> None:
    with pytest.raises(Refused):
        judge(strict, "accepted", "x" * (notes.LONGEST_WORD + 1))
    assert person(strict).status == "waiting"


def test_who_waits_gets_no_newsletter_and_can_take_the_request_back(
    strict: Hub, client: TestClient, waiting: str
) -> None:
    page = client.get(waiting).text
    withdraw = page.split('href="/unsubscribe/')[1].split('"')[0]
    assert client.post(f"/unsubscribe/{withdraw}").status_code == 200
    assert person(strict).status == "unsubscribed"


def test_an_erased_person_leaves_no_decision_behind(strict: Hub, waiting: str) -> None:
    judge(strict, "accepted", "Hi")
    with strict.db.write() as tx:
        store.delete(tx, 1)
        assert tx.scalar("SELECT count(*) FROM person_events") == 0
        assert tx.scalar("SELECT count(*) FROM mails WHERE kind = 'accepted'") == 0


def test_an_answer_after_the_decision_leads_to_how_things_stand(
    strict: Hub, client: TestClient, waiting: str
) -> None:
    judge(strict, "declined")
    answer = client.post(f"{waiting}/answer", data={"answer": "x"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, waiting)
    assert client.get(f"{waiting[:-2]}xx/answer").status_code == 404


def test_a_closed_list_shows_the_owners_words_and_takes_nothing(
    strict: Hub, client: TestClient
) -> None:
    decide(strict, signup_mode="closed", closed_text_en="Ask Zoë.")
    assert "Ask Zoë." in client.get("/subscribe").text
    assert "Ask Zoë." in client.get("/").text
    answer = client.post("/subscribe", data={"email": "ada@reader.test"})
    assert (answer.status_code, "Ask Zoë." in answer.text) == (403, True)
    with strict.db.read() as tx:
        assert store.page(tx) == []


def test_opening_the_list_again_shows_the_form_again(strict: Hub, client: TestClient) -> None:
    decide(strict, signup_mode="closed")
    assert 'name="email"' not in client.get("/subscribe").text
    decide(strict, signup_mode="open")
    assert 'name="email"' in client.get("/subscribe").text
    ask(client)
