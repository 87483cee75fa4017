"""What readers do with their own place: the link by mail, their data, the way out."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub import addresses
from hub.audience import departures, membership, requests, store
from hub.web.state import Hub
from tests.audience.conftest import Clock
from tests.audience.own_place import ADA, NEW, ask, mails, own, person, put
from tests.conftest import NOW
from tests.newsletter.cast import send_out, subscribe

# The link by mail.


def test_the_answer_is_the_same_whoever_is_on_the_list(
    client: TestClient, hub: Hub, ada: int
) -> None:
    known = client.post("/preferences", data={"email": ADA})
    stranger = client.post("/preferences", data={"email": "eve@reader.test"})
    assert known.text == stranger.text.replace("eve@reader.test", ADA)
    assert known.status_code == stranger.status_code == 200
    assert mails(hub) == [(ADA, own(hub, ada))]


def test_the_link_is_sent_once_a_day(client: TestClient, hub: Hub, clock: Clock, ada: int) -> None:
    for _ in range(3):
        client.post("/preferences", data={"email": ADA})
    assert len(mails(hub)) == 1
    clock.now = NOW + timedelta(days=1, minutes=1)
    client.post("/preferences", data={"email": ADA})
    assert len(mails(hub, clock.now)) == 2


@pytest.mark.parametrize("status", ["pending", "bounced", "complained"])
def test_no_link_goes_where_no_mail_may_go(client: TestClient, hub: Hub, status: str) -> None:
    subscribe(hub, ADA, status=status)
    client.post("/preferences", data={"email": ADA})
    assert mails(hub) == []


def test_no_address_is_refused_beside_the_field(client: TestClient) -> None:
    answer = client.post("/preferences", data={"email": "ada"})
    assert answer.status_code == 400
    assert 'value="ada"' in answer.text


def test_a_network_that_asks_for_many_is_stopped(client: TestClient) -> None:
    for number in range(60):
        client.post("/preferences", data={"email": f"r{number}@reader.test"})
    assert client.post("/preferences", data={"email": ADA}).status_code == 429


# Their data.


def test_everything_that_is_known_comes_as_json_and_csv(
    client: TestClient, hub: Hub, ada: int
) -> None:
    send_out(hub)
    ask(client, hub, ada, "data")
    link = next(link for to, link in mails(hub) if "/preferences/data/" in link)
    assert ADA not in client.get(link).text
    document = json.loads(client.post(link, data={"format": "json"}).text)
    assert document["person"]["email"] == ADA
    assert document["newsletters"][0]["state"] == "accepted"
    assert "reader data" in [mail["kind"] for mail in document["letters"]]
    answer = client.post(link, data={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {"part": "person", "number": "1", "name": "email", "value": ADA} in rows
    assert answer.headers["cache-control"] == "no-store"


def test_the_way_to_the_data_closes_after_two_hours(
    client: TestClient, hub: Hub, clock: Clock, ada: int
) -> None:
    ask(client, hub, ada, "data")
    ((_, link),) = mails(hub)
    clock.now = NOW + timedelta(hours=2)
    assert client.post(link).status_code == 410


# The way out.


def test_who_erases_is_gone_and_may_come_back(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "erase")
    ((_, link),) = mails(hub)
    assert client.get(link).status_code == 200
    assert person(hub, ada) is not None
    assert client.post(link).status_code == 200
    assert person(hub, ada) is None
    assert client.post(link).status_code == 410
    client.post("/subscribe", data={"email": ADA})
    # What was in the outbox for them is gone too.
    ((to, confirm),) = mails(hub)
    assert to == ADA
    client.post(confirm)
    with hub.db.read() as tx:
        found = store.by_email_key(tx, addresses.key(ADA))
    assert found is not None
    assert found.status == "active"


def test_a_link_is_good_for_one_purpose(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "data")
    ((_, link),) = mails(hub)
    other = link.replace("/data/", "/erase/")
    assert client.post(other).status_code == 410
    assert person(hub, ada) is not None


def test_three_links_to_the_data_a_day(client: TestClient, hub: Hub, ada: int) -> None:
    for _ in range(5):
        ask(client, hub, ada, "data")
    assert len(mails(hub)) == 3


def test_old_requests_are_forgotten(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "data")
    with hub.db.write() as tx:
        requests.forget_old(tx, NOW + timedelta(days=31))
        assert tx.scalar("SELECT count(*) FROM reader_requests") == 0


# Why somebody left.


@pytest.fixture
def gone(client: TestClient, hub: Hub, ada: int) -> Callable[[], str]:
    """Leaves, and gives what the page then shows."""

    def leave() -> str:
        return client.post("/unsubscribe/" + hub.signer.sign("unsubscribe", ada)).text

    return leave


def test_nobody_is_asked_unless_the_owner_wants_it(gone: Callable[[], str]) -> None:
    assert "/preferences/why/" not in gone()


def test_a_reason_is_kept_once_and_without_a_name(
    client: TestClient, hub: Hub, gone: Callable[[], str]
) -> None:
    put(hub, ask_why="on")
    link = re.search(r"/preferences/why/[^\"]+", gone())
    assert link is not None
    for words in ("Too  long", "Again"):
        said = client.post(link[0], data={"reason": "much", "words": words})
        assert said.status_code == 200
    with hub.db.read() as tx:
        assert departures.counts(tx, site=hub.site(), now=NOW) == [
            departures.ReasonCount("much", 1)
        ]
        assert departures.words(tx, limit=5) == [departures.Words("2026-11", "much", "Too long")]


def test_a_reason_that_was_not_offered_is_asked_again(
    client: TestClient, hub: Hub, gone: Callable[[], str]
) -> None:
    put(hub, ask_why="on")
    link = re.search(r"/preferences/why/[^\"]+", gone())
    assert link is not None
    assert link[0] in client.post(link[0], data={"reason": "because"}).text
    with hub.db.read() as tx:
        assert departures.counts(tx, site=hub.site(), now=NOW) == []


def test_erasing_leaves_no_mail_behind(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    with hub.db.write() as tx:
        found = store.get(tx, ada)
        assert found is not None
        membership.erase(tx, found, now=NOW)
        left = tx.scalar("SELECT count(*) FROM mails WHERE recipient IN (:a, :b)", a=ADA, b=NEW)
    assert left == 0


@pytest.mark.parametrize("where", ["unsubscribe", "preferences"])
def test_links_of_a_test_mail_say_so(client: TestClient, hub: Hub, where: str) -> None:
    path = f"/{where}/" + hub.signer.sign(where, 0)
    assert "This was a test" in client.get(path).text
    assert "This was a test" in client.post(path).text


def test_a_pause_that_is_over_stands_in_nobodys_way(client: TestClient, hub: Hub) -> None:
    number = subscribe(hub, ADA, paused_until=NOW - timedelta(days=3))
    shown = client.get(own(hub, number)).text
    assert 'name="paused_until" type="date" value=""' in shown


@pytest.mark.parametrize("day", ["", "1999-01-01"])
def test_who_left_has_nothing_to_choose(client: TestClient, hub: Hub, day: str) -> None:
    number = subscribe(hub, ADA, status="unsubscribed")
    shown = client.post(own(hub, number), data={"paused_until": day}).text
    assert 'name="paused_until"' not in shown
