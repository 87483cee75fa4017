"""Forms on other sites, and what a form can change before anybody confirmed."""

import pytest
from starlette.testclient import TestClient

from hub import addresses
from hub.app import create_app
from hub.audience import consent, signup, store
from hub.audience.model import Wish
from hub.web.state import Hub
from tests.audience.own_place import ADA, NEW, ask, mails, person, put
from tests.conftest import NOW
from tests.newsletter.cast import subscribe

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
    assert found.source == line.source == "form blog.test"


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
