"""Another address: who is asked, who is told, and what the old mailbox can still do."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from hub import addresses
from hub.audience import store, suppression
from hub.audience.model import Subscriber
from hub.newsletter import bouncing
from hub.newsletter.deliveries import Result
from hub.web.state import Hub
from tests.audience.conftest import Clock
from tests.audience.own_place import ADA, NEW, ask, mails, own, person, put
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, subscribe, tick
from tests.newsletter.returns.cast import bounced, sent, take


def test_mail_moves_when_the_new_address_confirms(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    ((to, link),) = mails(hub)
    assert to == NEW
    # A program that follows links moves nobody.
    assert client.get(link).status_code == 200
    assert person(hub, ada) == person_with(hub, ada, ADA)
    assert client.post(link).status_code == 200
    assert person(hub, ada) == person_with(hub, ada, NEW)
    assert client.post(link).status_code == 410
    told = parsed(outbox_after(hub)[-1])
    assert told["To"] == ADA
    assert NEW not in told.as_string()
    with hub.db.read() as tx:
        line = store.consent_log(tx, ada)[-1]
    assert (line.kind, line.source, line.form_url) == (
        "confirmed",
        "address",
        "https://hub.test/preferences",
    )


def test_mail_in_the_old_mailbox_opens_nothing_any_more(
    client: TestClient, hub: Hub, ada: int
) -> None:
    unnamed = f"/preferences/{hub.signer.sign('preferences', ada)}"
    leave = f"/unsubscribe/{hub.signer.sign('unsubscribe', ada)}"
    assert client.get(unnamed).status_code == 200
    assert ADA in client.get(leave).text
    ask(client, hub, ada, "address", NEW)
    client.post(mails(hub)[-1][1])
    for path in (own(hub, ada), unnamed):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"cadence": "each"}).status_code == 404
        assert client.post(path + "/request", data={"kind": "data"}).status_code == 404
    assert client.get(own(hub, ada, NEW)).status_code == 200
    # The way to leave stays open, and tells nothing.
    for answer in (client.get(leave), client.post(leave)):
        assert answer.status_code == 200
        assert NEW not in answer.text
        assert "/preferences/" not in answer.text
    found = person(hub, ada)
    assert found is not None
    assert found.status == "unsubscribed"


def person_with(hub: Hub, number: int, email: str) -> Subscriber:
    found = person(hub, number)
    assert found is not None
    return replace(found, email=email, email_key=addresses.key(email))


def outbox_after(hub: Hub) -> list[bytes]:
    tick(hub, NOW)
    return outbox(hub)


def test_an_address_of_somebody_else_cannot_be_found_out(
    client: TestClient, hub: Hub, ada: int
) -> None:
    subscribe(hub, "bob@reader.test")
    taken = ask(client, hub, ada, "address", "bob@reader.test")
    free = ask(client, hub, ada, "address", NEW)
    assert taken == free.replace(NEW, "bob@reader.test")
    assert [to for to, _ in mails(hub)] == [NEW]


def test_the_new_address_may_be_taken_before_it_is_confirmed(
    client: TestClient, hub: Hub, ada: int
) -> None:
    ask(client, hub, ada, "address", NEW)
    ((_, link),) = mails(hub)
    subscribe(hub, NEW)
    assert client.post(link).status_code == 410
    assert person(hub, ada) == person_with(hub, ada, ADA)


def test_a_suppressed_address_is_not_moved_to(client: TestClient, hub: Hub, ada: int) -> None:
    with hub.db.write() as tx:
        suppression.suppress(tx, addresses.key(NEW), "complained", now=NOW)
    ask(client, hub, ada, "address", NEW)
    assert mails(hub) == []


def moved(client: TestClient, hub: Hub, number: int, now: datetime = NOW) -> None:
    ask(client, hub, number, "address", NEW)
    (link,) = (link for to, link in mails(hub, now) if to == NEW)
    assert client.post(link).status_code == 200


def test_what_comes_back_from_the_old_address_says_nothing_of_the_new(
    client: TestClient, hub: Hub, clock: Clock, ada: int
) -> None:
    edition = sent(hub)
    clock.now = NOW + timedelta(hours=1)
    moved(client, hub, ada, clock.now)
    assert take(hub, bounced(hub, edition, ada)) == "noted"
    found = person(hub, ada)
    assert found is not None
    assert (found.email, found.status) == (NEW, "active")


@pytest.mark.parametrize(("after", "status"), [(59, "active"), (61, "bounced")])
def test_what_was_on_its_way_is_refused_for_the_old_address(
    client: TestClient, hub: Hub, clock: Clock, ada: int, after: int, status: str
) -> None:
    edition = sent(hub)
    clock.now = NOW + timedelta(minutes=1)
    moved(client, hub, ada, clock.now)
    now = clock.now + timedelta(minutes=after)
    with hub.db.write() as tx:
        dead = Result(edition, ada, "failed", 550, "550 5.1.1 no such user", now)
        bouncing.follow(tx, [dead], now=now)
    found = person(hub, ada)
    assert found is not None
    assert found.status == status


def test_no_import_brings_the_old_address_back_but_its_reader_may_come(
    client: TestClient, hub: Hub, ada: int
) -> None:
    moved(client, hub, ada)
    with hub.db.read() as tx:
        assert suppression.reason(tx, addresses.key(ADA)) == "erased"
    client.post("/subscribe", data={"email": ADA})
    assert [to for to, link in mails(hub) if "/confirm/" in link] == [ADA]


def test_a_new_address_passes_the_gates_as_a_sign_up_does(
    client: TestClient, hub: Hub, ada: int
) -> None:
    put(hub, sign_ups_per_domain="1")
    client.post("/subscribe", data={"email": "eve@new.test"})
    ask(client, hub, ada, "address", NEW)
    assert [to for to, _ in mails(hub)] == ["eve@new.test"]


def test_only_the_last_address_that_was_asked_for_is_good(
    client: TestClient, hub: Hub, ada: int
) -> None:
    ask(client, hub, ada, "address", "first@new.test")
    ask(client, hub, ada, "address", "second@new.test")
    (_, first), (_, second) = sorted(mails(hub))
    client.post(second)
    assert client.post(first).status_code == 410
    assert person(hub, ada) == person_with(hub, ada, "second@new.test")


def test_an_address_gets_one_confirmation_a_day_by_all_ways(
    client: TestClient, hub: Hub, ada: int
) -> None:
    client.post("/subscribe", data={"email": NEW})
    assert [to for to, _ in mails(hub)] == [NEW]
    with hub.db.write() as tx:
        tx.execute("DELETE FROM subscribers WHERE email = :email", email=NEW)
    ask(client, hub, ada, "address", NEW)
    assert len(mails(hub)) == 1


def test_three_new_addresses_a_day_are_enough(client: TestClient, hub: Hub, ada: int) -> None:
    for number in range(3):
        ask(client, hub, ada, "address", f"n{number}@new.test")
    path = own(hub, ada) + "/request"
    answer = client.post(path, data={"kind": "address", "email": NEW})
    assert answer.status_code == 429
    assert f'value="{NEW}"' in answer.text


def test_a_link_to_move_ends_with_the_subscription(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    ((_, link),) = mails(hub)
    client.post("/unsubscribe/" + hub.signer.sign("unsubscribe", ada))
    assert client.post(link).status_code == 410


def test_a_move_can_be_taken_back_from_the_old_mailbox(
    client: TestClient, hub: Hub, ada: int
) -> None:
    ask(client, hub, ada, "address", NEW)
    client.post(mails(hub)[-1][1])
    later = client.post(own(hub, ada, NEW) + "/request", data={"kind": "data"})
    assert later.status_code == 409
    assert "seven days" in later.text
    (told,) = [link for to, link in mails(hub) if to == ADA]
    assert client.get(told).status_code == 200
    assert person(hub, ada) == person_with(hub, ada, NEW)
    assert client.post(told).status_code == 200
    assert person(hub, ada) == person_with(hub, ada, ADA)
    assert client.get(own(hub, ada)).status_code == 200
    assert client.get(own(hub, ada, NEW)).status_code == 404
    # That address is told as well, and has no way back of its own.
    (_, link) = mails(hub)[-1]
    assert link == "/subscribe"
    assert client.post(told).status_code == 410


@pytest.mark.parametrize("kind", ["data", "erase"])
def test_links_in_the_old_mailbox_end_with_the_move(
    client: TestClient, hub: Hub, ada: int, kind: str
) -> None:
    ask(client, hub, ada, kind)
    ((_, link),) = mails(hub)
    assert client.get(link).status_code == 200
    ask(client, hub, ada, "address", NEW)
    client.post(mails(hub)[-1][1])
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert person(hub, ada) is not None


def test_a_move_is_taken_back_whatever_became_of_it_there(
    client: TestClient, hub: Hub, ada: int
) -> None:
    ask(client, hub, ada, "address", NEW)
    client.post(mails(hub)[-1][1])
    (told,) = [link for to, link in mails(hub) if to == ADA]
    client.post("/unsubscribe/" + hub.signer.sign("unsubscribe", ada))
    assert client.post(told).status_code == 200
    assert person(hub, ada) == person_with(hub, ada, ADA)
    back = person(hub, ada)
    assert back is not None
    assert (back.status, back.unsubscribed_at) == ("active", None)


def test_who_took_a_move_back_is_master_of_their_place_again(
    client: TestClient, hub: Hub, clock: Clock, ada: int
) -> None:
    ask(client, hub, ada, "address", NEW)
    client.post(mails(hub)[-1][1])
    (told,) = [link for to, link in mails(hub) if to == ADA]
    client.post(told)
    # A link that somebody holds of an earlier mail moves nothing again.
    again = client.post(own(hub, ada) + "/request", data={"kind": "address", "email": "c@new.test"})
    assert again.status_code == 409
    assert "14 days" in again.text
    clock.now = NOW + timedelta(minutes=1)
    assert "Look at your mail" in ask(client, hub, ada, "erase")
    link = mails(hub, clock.now)[-1][1]
    assert client.post(link).status_code == 200
    assert person(hub, ada) is None


def test_a_move_is_no_new_reader_in_the_growth(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    ((_, link),) = mails(hub)
    client.post(link)
    with hub.db.read() as tx:
        kinds = tx.all(str, "SELECT kind FROM growth_moves")
    assert "moved" in kinds
    assert "confirmed" not in kinds
