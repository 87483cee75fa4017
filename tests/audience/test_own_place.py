"""What readers do with their own place: the link, another address, their data, the way out."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from hub import addresses
from hub.app import create_app
from hub.audience import consent, departures, membership, requests, signup, store, suppression
from hub.audience.model import Subscriber, Wish
from hub.site import store as sites
from hub.web.state import Hub
from tests.audience.conftest import Clock
from tests.conftest import NOW
from tests.newsletter.cast import outbox, parsed, send_out, subscribe, tick
from tests.newsletter.returns.cast import bounced, sent, take

ADA, NEW = "ada@reader.test", "ada@new.test"


@pytest.fixture
def client(hub: Hub, clock: Clock) -> TestClient:
    return TestClient(create_app(replace(hub, now=clock)), base_url="https://hub.test")


@pytest.fixture
def ada(hub: Hub) -> int:
    return subscribe(hub, ADA)


def own(hub: Hub, number: int, email: str = ADA) -> str:
    return f"/preferences/{hub.signer.sign('preferences', number, email)}"


def ask(client: TestClient, hub: Hub, number: int, kind: str, email: str = "") -> str:
    answer = client.post(own(hub, number) + "/request", data={"kind": kind, "email": email})
    assert answer.status_code == 200, answer.text
    return answer.text


def mails(hub: Hub, now: datetime = NOW) -> list[tuple[str, str]]:
    """To whom, and the first address of this hub below the front page, of each mail so far."""
    tick(hub, now)
    found = []
    for raw in outbox(hub):
        message = parsed(raw)
        text = message.get_body(("plain",))
        assert text is not None
        link = re.search(r"https://hub\.test(/\S+)", text.get_content())
        found.append((str(message["To"]), link[1] if link else ""))
    return found


def person(hub: Hub, number: int) -> Subscriber | None:
    with hub.db.read() as tx:
        return store.get(tx, number)


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


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


# Another address.


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


# The form on another site.

ELSEWHERE = {"origin": "https://blog.test", "sec-fetch-site": "cross-site"}


def test_a_form_on_a_listed_site_signs_up(hub: Hub) -> None:
    put(hub, embed_origins="https://blog.test")
    client = TestClient(create_app(hub), base_url="https://hub.test")
    agreed = consent.consent_text(hub.site(), "fr")
    answer = client.post(
        "/subscribe",
        data={"email": ADA, "form_language": "fr", "language": "fr", "consent": agreed.version},
        headers=ELSEWHERE,
    )
    assert answer.status_code == 200
    assert 'lang="fr"' in answer.text
    with hub.db.read() as tx:
        found = store.by_email_key(tx, addresses.key(ADA))
        assert found is not None
        (line,) = store.consent_log(tx, found.id)
    assert (line.form_url, line.text, line.language) == (
        "https://blog.test/",
        agreed.text,
        "fr",
    )


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/subscribe", "https://evil.test"),
        ("/subscribe", "https://blog.test.evil.test"),
        ("/subscribe", "http://blog.test"),
        ("/preferences", "https://blog.test"),
        ("/admin/login", "https://blog.test"),
    ],
)
def test_nothing_else_is_open_to_other_sites(hub: Hub, path: str, origin: str) -> None:
    put(hub, embed_origins="https://blog.test")
    client = TestClient(create_app(hub), base_url="https://hub.test")
    headers = {"origin": origin, "sec-fetch-site": "cross-site"}
    assert client.post(path, data={"email": ADA}, headers=headers).status_code == 403


def test_the_log_has_the_words_that_stood_there(client: TestClient, hub: Hub) -> None:
    """Of a form that was pasted before the owner changed them."""
    put(hub, consent_text="First words.")
    first = consent.consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        consent.keep_all(tx, NOW)
    put(hub, consent_text="Other words.")
    client.post("/subscribe", data={"email": ADA, "consent": first.version})
    client.post("/subscribe", data={"email": "bob@reader.test", "consent": "0" * 12})
    assert [line_of(hub, one) for one in (ADA, "bob@reader.test")] == [
        "First words.",
        "Other words.",
    ]


def line_of(hub: Hub, email: str) -> str:
    with hub.db.read() as tx:
        found = store.by_email_key(tx, addresses.key(email))
        assert found is not None
        return store.consent_log(tx, found.id)[0].text


# Choices.


def test_only_topics_on_offer_can_be_chosen(client: TestClient, hub: Hub) -> None:
    put(hub, offered_topics="boats")
    client.post("/subscribe", data={"email": ADA, "topics": ["boats", "spam"]})
    with hub.db.read() as tx:
        found = store.by_email_key(tx, addresses.key(ADA))
        assert found is not None
        assert store.topics_of(tx, found.id) == ("boats",)


def test_topics_of_an_import_stay_when_somebody_signs_up_again(hub: Hub) -> None:
    number = subscribe(hub, ADA, status="unsubscribed")
    with hub.db.write() as tx:
        store.set_topics(tx, number, ("ropes", "boats"))
        wish = Wish(email=ADA, name="", cadence="weekly", topics=("tides",), language="en")
        signup.sign_up(
            tx,
            wish,
            consent.consent_text(hub.site(), "en"),
            form_url="",
            network="n",
            now=NOW,
            offered=("boats", "tides"),
        )
        assert store.topics_of(tx, number) == ("boats", "ropes")
        signup.confirm(tx, 1, now=NOW)
        assert store.topics_of(tx, number) == ("ropes", "tides")


@pytest.mark.parametrize("status", ["pending", "unsubscribed", "bounced"])
def test_who_types_an_address_changes_nothing_of_its_reader(
    client: TestClient, hub: Hub, status: str
) -> None:
    number = subscribe(hub, ADA, status=status, name="Ada", language="fr")
    before = person(hub, number)
    assert before is not None
    for _ in range(2):
        client.post("/subscribe", data={"email": ADA, "name": "Eve", "cadence": "each"})
        assert person(hub, number) == before
    ((to, link),) = mails(hub)
    assert to == ADA
    client.post(link)
    after = person(hub, number)
    assert after is not None
    assert (after.status, after.name, after.cadence) == ("active", "Eve", "each")


def test_nobody_is_on_the_list_whom_no_mail_asked(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    client.post("/subscribe", data={"email": NEW})
    assert len(mails(hub)) == 1
    with hub.db.read() as tx:
        assert store.by_email_key(tx, NEW) is None


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


def test_a_move_is_no_new_reader_in_the_growth(client: TestClient, hub: Hub, ada: int) -> None:
    ask(client, hub, ada, "address", NEW)
    ((_, link),) = mails(hub)
    client.post(link)
    with hub.db.read() as tx:
        kinds = tx.all(str, "SELECT kind FROM growth_moves")
    assert "moved" in kinds
    assert "confirmed" not in kinds
