"""Invitations: what may be typed, how long they work, and how many came by each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience import growth_store, invitations, membership, store
from hub.audience.invitations import Crossed, Invitation, Typed
from hub.db import Database
from hub.errors import Conflict, NotFound, Refused
from hub.web.state import Hub
from tests.audience.signing_up import ask, decide, link, mailed, person
from tests.conftest import NOW


@pytest.fixture
def client(hub: Hub) -> TestClient:
    app = create_app(replace(hub, now=lambda: NOW))
    return TestClient(app, base_url="https://hub.test")


def invite(hub: Hub, code: str = "quay", most: str = "", words: str = "") -> Invitation:
    with hub.db.write() as tx:
        typed = Typed(code=code, name="Quay", most=most, words=words)
        wanted = invitations.checked(typed, timezone="UTC", now=NOW)
        return invitations.make(tx, wanted, new_code=lambda: "abc", now=NOW)


def crossed(hub: Hub, code: str = "quay") -> Crossed:
    with hub.db.read() as tx:
        return invitations.crossed(tx, [code])[code]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed(code="quay"), "name"),
        (Typed(name="Q"), "code"),
        (Typed(name="Q", code="ö"), "code"),
        (Typed(name="Q", code="-x"), "code"),
        (Typed(name="Q", code="a/b"), "code"),
        (Typed(name="Q", code="x" * 41), "code"),
        (Typed(name="Q", code="q", most="0"), "most"),
        (Typed(name="Q", code="q", most="²"), "most"),
        (Typed(name="Q", code="q", most="1" * 30), "most"),
        (Typed(name="Q", code="q", expires="soon"), "expires"),
        (Typed(name="Q", code="q", expires="9999-12-31"), "expires"),
        (Typed(name="Q", code="q", expires="2026-11-21"), "expires"),
        (Typed(name="Q", code="q", words="x" * 2001), "words"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(typed: Typed, field: str) -> None:
    with pytest.raises(Refused) as refused:
        invitations.checked(typed, timezone="Europe/Paris", now=NOW)
    assert refused.value.field == field


def test_it_works_until_the_end_of_its_last_day_where_the_owner_lives() -> None:
    typed = Typed(name="Q", code="Talk-2026 ", expires="2026-11-22")
    wanted = invitations.checked(typed, timezone="Europe/Paris", now=NOW)
    assert wanted.code == "talk-2026"
    assert wanted.expires_at == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_a_code_is_given_out_once(hub: Hub, db: Database) -> None:
    made = invite(hub)
    with db.write() as tx:
        invitations.revoke(tx, made.id, now=NOW)
    with pytest.raises(Conflict) as refused:
        invite(hub)
    assert refused.value.field == "code"
    with db.read() as tx, pytest.raises(NotFound):
        invitations.get(tx, 99)


def test_who_comes_by_a_place_is_counted_there(hub: Hub, client: TestClient) -> None:
    invite(hub, words="We met on the quay.")
    assert "We met on the quay." in client.get("/invite/QUAY").text
    path = link(client, hub, NOW, path="/invite/quay")
    assert crossed(hub) == Crossed(1, 0, 0)
    client.post(path)
    assert crossed(hub) == Crossed(1, 1, 1)
    with hub.db.read() as tx:
        log = store.consent_log(tx, person(hub).id)
    assert person(hub).source == "invite quay"
    assert [(line.kind, line.source) for line in log] == [
        ("requested", "invite quay"),
        ("confirmed", "link"),
    ]


def test_who_was_erased_still_crossed_over(hub: Hub, client: TestClient) -> None:
    invite(hub)
    client.post(link(client, hub, NOW, path="/invite/quay"))
    with hub.db.write() as tx:
        membership.erase(tx, person(hub), now=NOW)
    assert crossed(hub) == Crossed(1, 1, 0)
    with hub.db.write() as tx:
        growth_store.fold(tx)
    assert crossed(hub) == Crossed(1, 1, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("revoked_at = '2026-11-22T11:00:00.000Z'", "taken back"),
        ("expires_at = '2026-11-22T11:00:00.000Z'", "is over"),
        ("uses = 1", "used up"),
    ],
)
def test_one_that_is_over_says_why_and_takes_nobody(
    hub: Hub, client: TestClient, change: str, says: str
) -> None:
    invite(hub, most="1")
    with hub.db.write() as tx:
        tx.execute(f"UPDATE invitations SET {change}")
    for answer in (
        client.get("/invite/quay"),
        client.post("/invite/quay", data={"email": "ada@reader.test"}),
    ):
        assert (answer.status_code, says in answer.text) == (410, True)
    with hub.db.read() as tx:
        assert store.page(tx) == []


@pytest.mark.parametrize("code", ["nowhere", "a%00b", "%2e%2e", "x" * 500])
def test_a_code_that_is_none_is_not_found(client: TestClient, code: str) -> None:
    assert client.get(f"/invite/{code}").status_code == 404


def test_an_invitation_opens_a_closed_list(hub: Hub, client: TestClient) -> None:
    decide(hub, signup_mode="closed")
    invite(hub, most="1")
    client.post(link(client, hub, NOW, path="/invite/quay"))
    assert person(hub).status == "active"
    assert client.get("/invite/quay").status_code == 410


def test_who_asked_before_it_was_used_up_waits(hub: Hub, client: TestClient) -> None:
    decide(hub, signup_mode="closed")
    invite(hub, most="1")
    paths = [
        link(client, hub, NOW, email=f"{name}@reader.test", path="/invite/quay")
        for name in ("ada", "bea")
    ]
    for path in paths:
        client.post(path)
    assert [person(hub, f"{name}@reader.test").status for name in ("ada", "bea")] == [
        "active",
        "waiting",
    ]
    with hub.db.read() as tx:
        (only,) = invitations.listed(tx)
    assert only.uses == 1


def test_who_was_there_before_is_neither_mailed_nor_counted(hub: Hub, client: TestClient) -> None:
    invite(hub)
    client.post(link(client, hub, NOW))
    ask(client, path="/invite/quay")
    assert [mail for mail in mailed(hub, NOW + timedelta(days=2)) if "/confirm/" in mail.text] == []
    assert crossed(hub) == Crossed(0, 0, 0)
    assert person(hub).source == "form"
