"""The small sum before a sign-up."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import altcha
import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience.gates import proof, store
from hub.site import store as sites
from hub.tokens import Signer
from hub.web.state import Hub
from tests.conftest import NOW

SIGNER = Signer(b"k" * 32)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_COST", 1)


def solved(challenge: dict[str, object]) -> str:
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    return altcha.Payload(parsed, solution).to_base64()


def test_a_solution_counts_once(hub: Hub) -> None:
    payload = solved(proof.challenge(SIGNER, now=NOW))
    with hub.db.write() as tx:
        assert proof.is_solved(tx, SIGNER, payload, now=NOW)
        assert not proof.is_solved(tx, SIGNER, payload, now=NOW)


def test_a_solution_is_good_for_ten_minutes(hub: Hub) -> None:
    payload = solved(proof.challenge(SIGNER, now=NOW))
    with hub.db.write() as tx:
        late = NOW + timedelta(minutes=10)
        assert not proof.is_solved(tx, SIGNER, payload, now=late)
        assert proof.is_solved(tx, SIGNER, payload, now=late - timedelta(seconds=1))
        assert store.forget_spent(tx, late) == 0
        assert store.forget_spent(tx, late + timedelta(seconds=1)) == 1


def test_what_is_not_the_solution_is_worth_nothing(hub: Hub) -> None:
    challenge = proof.challenge(SIGNER, now=NOW)
    payload = json.loads(base64.b64decode(solved(challenge)))
    payload["solution"]["derivedKey"] = "00" * 32
    wrong = base64.b64encode(json.dumps(payload).encode()).decode()
    foreign = solved(proof.challenge(Signer(b"f" * 32), now=NOW))
    odd = [base64.b64encode(text).decode() for text in (b"[]", b'{"challenge": []}', b"{}", b"1")]
    with hub.db.write() as tx:
        for text in ("", "é", "===", "x" * 5_000, wrong, foreign, *odd):
            assert not proof.is_solved(tx, SIGNER, text, now=NOW), text


@pytest.fixture
def client(hub: Hub) -> TestClient:
    with hub.db.write() as tx:
        sites.put(tx, "proof_of_work", "on")
    return TestClient(create_app(replace(hub, now=lambda: NOW)), base_url="https://hub.test")


def _mails(hub: Hub) -> int:
    with hub.db.read() as tx:
        return int(tx.scalar("SELECT count(*) FROM mails"))


def _held(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return [one.reasons for one in store.held(tx, limit=5)]


def test_with_the_sum_done_a_sign_up_is_as_ever(client: TestClient, hub: Hub) -> None:
    assert 'data-challenge="/subscribe/challenge"' in client.get("/subscribe").text
    challenge = client.get("/subscribe/challenge")
    assert challenge.headers["cache-control"] == "no-store"
    form = {"email": "ada@reader.test", "proof": solved(challenge.json())}
    assert "ada@reader.test" in client.post("/subscribe", data=form).text
    assert (_mails(hub), _held(hub)) == (1, [])


def test_without_it_the_reader_is_asked_once_more_and_then_held(
    client: TestClient, hub: Hub
) -> None:
    form = {"email": "ada@reader.test", "name": "Ada"}
    again = client.post("/subscribe", data=form)
    assert 'name="again"' in again.text
    assert 'value="ada@reader.test"' in again.text
    assert (_mails(hub), _held(hub)) == (0, [])
    answer = client.post("/subscribe", data={**form, "again": "yes"})
    assert 'name="again"' not in answer.text
    assert (_mails(hub), _held(hub)) == (0, ["unproven"])


def test_where_the_owner_asks_for_none_there_is_none(hub: Hub) -> None:
    client = TestClient(create_app(hub), base_url="https://hub.test")
    page = client.get("/subscribe").text
    assert "data-challenge" not in page
    assert '<script type="module"' not in page
    assert client.get("/subscribe/challenge").status_code == 404
