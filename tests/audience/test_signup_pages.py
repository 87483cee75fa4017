"""Signing up on the site, from the form to the list."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.addresses import key
from hub.app import create_app
from hub.audience import letters, membership, signup, store, suppression
from hub.audience.gates.model import Policy
from hub.audience.model import Subscriber
from hub.mail.model import Letter, QueuedMail
from hub.site import store as sites
from hub.web import mailing
from hub.web.state import Hub
from tests.audience.conftest import Clock
from tests.conftest import NOW


@pytest.fixture
def client(hub: Hub, clock: Clock) -> TestClient:
    app = create_app(replace(hub, now=clock))
    return TestClient(app, base_url="https://hub.test")


def _sign_up(client: TestClient, email: str = "ada@reader.test", **fields: str) -> str:
    answer = client.post("/subscribe", data={"email": email, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def _person(hub: Hub, email: str = "ada@reader.test") -> Subscriber:
    with hub.db.read() as tx:
        person = store.by_email_key(tx, key(email))
    assert person is not None
    return person


def _mails(hub: Hub) -> list[QueuedMail]:
    with hub.db.read() as tx:
        return tx.all(QueuedMail, "SELECT * FROM mails ORDER BY id")


def _letter(hub: Hub, mail: QueuedMail) -> Letter | None:
    with hub.db.read() as tx:
        return letters.confirmation(
            tx,
            mail,
            site=hub.site(),
            signer=hub.signer,
            render=mailing.renderer(hub.site(), hub.settings),
        )


def _link(hub: Hub) -> str:
    letter = _letter(hub, _mails(hub)[-1])
    assert letter is not None
    found = re.search(r"https://hub\.test(/confirm/\S+)", letter.text)
    assert found is not None
    return found[1]


def test_the_form_shows_the_text_that_is_recorded(client: TestClient, hub: Hub) -> None:
    shown = client.get("/subscribe").text
    _sign_up(client)
    with hub.db.read() as tx:
        (line,) = store.consent_log(tx, _person(hub).id)
    assert line.text in shown
    assert (line.kind, line.at, line.language) == ("requested", NOW, "en")
    assert line.form_url == "https://hub.test/subscribe"


def test_the_log_names_the_page_that_held_the_form(client: TestClient, hub: Hub) -> None:
    client.post(
        "/subscribe",
        data={"email": "ada@reader.test"},
        headers={"referer": "https://hub.test/posts/tides?from=mail"},
    )
    with hub.db.read() as tx:
        (line,) = store.consent_log(tx, _person(hub).id)
    assert line.form_url == "https://hub.test/posts/tides"


def _offer(hub: Hub, *topics: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "offered_topics", "\n".join(topics))


def test_the_whole_way_from_form_to_active(client: TestClient, hub: Hub, clock: Clock) -> None:
    _offer(hub, "rust", "wasm")
    _sign_up(client, cadence="monthly", name="Ada", language="fr", topics="Rust, wasm")
    link = _link(hub)
    assert "button" in client.get(link).text
    assert _person(hub).status == "pending"
    clock.now = NOW + timedelta(hours=1)
    assert client.post(link).status_code == 200
    person = _person(hub)
    assert (person.status, person.cadence, person.name, person.language) == (
        "active",
        "monthly",
        "Ada",
        "fr",
    )
    assert person.confirmed_at == clock.now
    with hub.db.read() as tx:
        requested, confirmed = store.consent_log(tx, person.id)
        assert store.topics_of(tx, person.id) == ("rust", "wasm")
    assert (requested.at, confirmed.kind, confirmed.at) == (NOW, "confirmed", clock.now)
    assert confirmed.text == requested.text != ""
    assert confirmed.text_version == requested.text_version


def test_only_the_address_is_needed(client: TestClient, hub: Hub) -> None:
    _sign_up(client)
    person = _person(hub)
    assert (person.cadence, person.language, person.name) == ("weekly", "en", "")


def test_topics_may_be_given_several_times(client: TestClient, hub: Hub) -> None:
    _offer(hub, "rust", "tools", "wasm")
    client.post(
        "/subscribe", data={"email": "ada@reader.test", "topics": ["rust", "wasm,tools", ""]}
    )
    with hub.db.read() as tx:
        assert store.topics_of(tx, _person(hub).id) == ("rust", "tools", "wasm")


def test_confirming_twice_says_so_and_changes_nothing(
    client: TestClient, hub: Hub, clock: Clock
) -> None:
    _sign_up(client)
    link = _link(hub)
    client.post(link)
    clock.now = NOW + timedelta(hours=2)
    answer = client.post(link)
    assert answer.status_code == 200
    assert "confirmed already" in answer.text
    assert _person(hub).confirmed_at == NOW
    with hub.db.read() as tx:
        assert len(store.consent_log(tx, _person(hub).id)) == 2


def test_a_link_is_dead_after_72_hours_and_offers_a_new_one(
    client: TestClient, hub: Hub, clock: Clock
) -> None:
    _sign_up(client)
    link = _link(hub)
    clock.now = NOW + timedelta(hours=72)
    answer = client.post(link)
    assert answer.status_code == 410
    assert 'href="/subscribe"' in answer.text
    assert _person(hub).status == "pending"


@pytest.mark.parametrize("path", ["/confirm/x", "/unsubscribe/" + "A" * 32, "/preferences/é"])
def test_an_unknown_link_is_a_kind_404(client: TestClient, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text


def test_a_token_is_good_for_its_purpose_only(client: TestClient, hub: Hub) -> None:
    _sign_up(client)
    other = hub.signer.sign("unsubscribe", _mails(hub)[0].subject_id)
    assert client.post(f"/confirm/{other}").status_code == 404
    assert _person(hub).status == "pending"


def test_the_answer_is_the_same_for_everybody(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        for status in ("active", "unsubscribed", "bounced", "complained", "waiting"):
            tx.execute(
                "INSERT INTO subscribers (email, email_key, name, status, cadence, language,"
                " source, created_at) VALUES (:email, :email, '', :status, 'weekly', 'en', '',"
                " :now)",
                email=f"{status}@reader.test",
                status=status,
                now=NOW,
            )
        suppression.suppress(tx, "suppressed@reader.test", "owner", now=NOW)
    _sign_up(client, "pending@reader.test")
    before = len(_mails(hub))
    kinds = (
        "new", "pending", "active", "unsubscribed", "bounced", "complained", "waiting", "suppressed"
    )  # fmt: skip
    answers = {
        _sign_up(client, f"{kind}@reader.test").replace(f"{kind}@reader.test", "X")
        for kind in kinds
    }
    assert len(answers) == 1
    mailed = {mail.recipient for mail in _mails(hub)[before:]}
    assert mailed == {"new@reader.test", "unsubscribed@reader.test", "bounced@reader.test"}


def test_one_confirmation_mail_a_day_and_three_in_thirty(
    client: TestClient, hub: Hub, clock: Clock
) -> None:
    for hours in (0, 1, 23, 25, 50, 75, 100):
        clock.now = NOW + timedelta(hours=hours)
        _sign_up(client)
    assert [mail.created_at - NOW for mail in _mails(hub)] == [
        timedelta(hours=hours) for hours in (0, 25, 50)
    ]
    clock.now = NOW + timedelta(days=31)
    _sign_up(client)
    assert len(_mails(hub)) == 4


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "ada@x\r\nBcc: b@c.test", "é@reader.test", "a" * 400 + "@b.test"]
)
def test_a_wrong_address_keeps_what_was_typed(client: TestClient, hub: Hub, address: str) -> None:
    answer = client.post(
        "/subscribe", data={"email": address, "name": "Ada Lovelace", "cadence": "monthly"}
    )
    assert answer.status_code == 400
    assert 'id="email-error"' in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert re.search(r'value="monthly" checked', answer.text)
    assert _mails(hub) == []


def test_an_unknown_cadence_is_refused_beside_the_choice(client: TestClient) -> None:
    answer = client.post("/subscribe", data={"email": "ada@reader.test", "cadence": "hourly"})
    assert answer.status_code == 400
    assert 'id="cadence-error"' in answer.text
    assert 'value="ada@reader.test"' in answer.text


def test_a_flood_from_one_network_ends(client: TestClient, hub: Hub) -> None:
    for n in range(Policy().per_network):
        _sign_up(client, f"reader{n}@reader.test")
    answer = client.post("/subscribe", data={"email": "last@reader.test"})
    assert answer.status_code == 429
    assert 'value="last@reader.test"' in answer.text
    assert len(_mails(hub)) == Policy().per_network


def test_a_name_is_shown_as_text(client: TestClient, hub: Hub) -> None:
    attack = '"><script>alert(1)</script>'
    answer = client.post("/subscribe", data={"email": "bad", "name": attack, "topics": attack})
    assert "<script>" not in answer.text
    _sign_up(client, name=attack)
    client.post(_link(hub))
    token = hub.signer.sign("preferences", _person(hub).id)
    shown = client.get(f"/preferences/{token}").text
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_the_mail_holds_nothing_that_was_typed(client: TestClient, hub: Hub) -> None:
    _sign_up(
        client,
        name="Buy pills\r\nBcc: victim@x.test",
        topics="buy-pills",
        language="fr",
    )
    letter = _letter(hub, _mails(hub)[0])
    assert letter is not None
    for part in (letter.subject, letter.text, letter.html):
        assert "ills" not in part
        assert "victim" not in part
    assert "\n" not in letter.subject
    assert "\n" not in _person(hub).name
    assert _mails(hub)[0].language == "fr"


def test_no_mail_is_written_once_the_link_is_worthless(client: TestClient, hub: Hub) -> None:
    _sign_up(client)
    client.post(_link(hub))
    assert _letter(hub, _mails(hub)[0]) is None


def test_who_left_can_come_back(client: TestClient, hub: Hub, clock: Clock) -> None:
    _sign_up(client)
    client.post(_link(hub))
    leave = f"/unsubscribe/{hub.signer.sign('unsubscribe', _person(hub).id)}"
    client.post(leave)
    assert _person(hub).status == "unsubscribed"
    clock.now = NOW + timedelta(days=2)
    _sign_up(client)
    assert _person(hub).status == "unsubscribed"
    client.post(_link(hub))
    person = _person(hub)
    assert (person.status, person.unsubscribed_at) == ("active", None)


def test_an_open_link_does_not_undo_leaving(client: TestClient, hub: Hub, clock: Clock) -> None:
    _sign_up(client)
    first = _link(hub)
    clock.now = NOW + timedelta(hours=25)
    _sign_up(client)
    second = _link(hub)
    client.post(first)
    client.post(f"/unsubscribe/{hub.signer.sign('unsubscribe', _person(hub).id)}")
    client.post(second)
    client.post(first)
    assert _person(hub).status == "unsubscribed"


def test_an_erased_person_can_come_back_by_an_own_confirmation(
    client: TestClient, hub: Hub, clock: Clock
) -> None:
    _sign_up(client)
    with hub.db.write() as tx:
        membership.erase(tx, _person(hub), now=NOW)
        assert suppression.is_suppressed(tx, "ada@reader.test")
    assert _mails(hub) == []
    _sign_up(client)
    with hub.db.read() as tx:
        assert suppression.is_suppressed(tx, "ada@reader.test")
    client.post(_link(hub))
    with hub.db.read() as tx:
        assert not suppression.is_suppressed(tx, "ada@reader.test")
    assert _person(hub).status == "active"


def test_an_id_never_comes_to_mean_somebody_else(client: TestClient, hub: Hub) -> None:
    _sign_up(client)
    old_id, old_link = _person(hub).id, _link(hub)
    with hub.db.write() as tx:
        membership.erase(tx, _person(hub), now=NOW)
    _sign_up(client, "bob@reader.test")
    assert _person(hub, "bob@reader.test").id != old_id
    assert client.post(old_link).status_code == 410
    assert _person(hub, "bob@reader.test").status == "pending"


def test_the_unconfirmed_are_forgotten_after_thirty_days(client: TestClient, hub: Hub) -> None:
    _sign_up(client, "ada@reader.test")
    _sign_up(client, "bob@reader.test")
    with hub.db.write() as tx:
        membership.confirm(tx, membership.by_address(tx, "bob@reader.test"), now=NOW)
        assert signup.purge_unconfirmed(tx, NOW + timedelta(days=29)) == 0
        assert signup.purge_unconfirmed(tx, NOW + timedelta(days=31)) == 1
        assert [p.email for p in store.page(tx)] == ["bob@reader.test"]
        assert tx.scalar("SELECT count(*) FROM mails WHERE recipient = 'ada@reader.test'") == 0


def test_the_owners_text_is_shown_and_recorded(client: TestClient, hub: Hub) -> None:
    before = client.get("/subscribe").text
    with hub.db.write() as tx:
        sites.put(tx, "consent_text", "I want it <all>.")
    assert "I want it &lt;all&gt;." not in before
    assert "I want it &lt;all&gt;." in client.get("/subscribe").text
    _sign_up(client)
    with hub.db.read() as tx:
        assert store.consent_log(tx, _person(hub).id)[0].text == "I want it <all>."


def test_a_form_on_another_site_is_refused(client: TestClient, hub: Hub) -> None:
    answer = client.post(
        "/subscribe", data={"email": "ada@reader.test"}, headers={"origin": "https://evil.test"}
    )
    assert answer.status_code == 403
    assert _mails(hub) == []


def test_a_button_pressed_many_times_at_once_counts_once(client: TestClient, hub: Hub) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _sign_up(client), range(4)))
        assert len(set(answers)) == 1
        assert len(_mails(hub)) == 1
        link = _link(hub)
        assert {answer.status_code for answer in pool.map(client.post, [link] * 4)} == {200}
        leave = f"/unsubscribe/{hub.signer.sign('unsubscribe', _person(hub).id)}"
        assert {answer.status_code for answer in pool.map(client.post, [leave] * 4)} == {200}
    with hub.db.read() as tx:
        kinds = [line.kind for line in store.consent_log(tx, _person(hub).id)]
    assert kinds == ["requested", "confirmed", "unsubscribed"]
