"""Sign-ups that wait for the owner."""

from datetime import timedelta

import pytest

from hub.audience import invitations, membership, signup, store
from hub.audience.consent import consent_text
from hub.audience.gates import holding, reviewing, rules
from hub.audience.gates.model import Visit
from hub.audience.model import Wish
from hub.errors import NotFound
from tests.audience.gates.conftest import Crowd
from tests.conftest import NOW


def test_a_held_sign_up_mails_nobody_and_puts_nobody_on_the_list(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True, name="Ada")
    (one,) = crowd.held()
    assert (one.email, one.name, one.reasons, one.topics) == (
        "ada@reader.test",
        "Ada",
        "trap",
        "tides",
    )
    assert crowd.mailed() == []
    with crowd.hub.db.read() as tx:
        assert store.by_email_key(tx, "ada@reader.test") is None


def test_what_is_refused_is_not_kept(crowd: Crowd) -> None:
    crowd.sign_up("a@mailinator.com", trapped=True, scripted=True)
    assert crowd.held() == []
    assert crowd.mailed() == []


def test_who_is_let_through_is_asked_with_the_consent_of_then(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True)
    crowd.later(days=2)
    with crowd.hub.db.write() as tx:
        result = reviewing.let_through(tx, [crowd.held()[0].id], now=crowd.now)
        person = membership.by_address(tx, "ada@reader.test")
        (line,) = store.consent_log(tx, person.id)
        topics = store.topics_of(tx, person.id)
    assert (result.taken, result.mailed) == (1, 1)
    assert crowd.mailed() == ["ada@reader.test"]
    assert (person.status, topics) == ("pending", ("tides",))
    assert (line.kind, line.at) == ("requested", NOW)
    assert line.text != ""
    assert crowd.held() == []


def test_an_invitation_is_remembered_meanwhile(crowd: Crowd) -> None:
    with crowd.hub.db.write() as tx:
        wanted = invitations.checked(
            invitations.Typed(name="The quay", code="quay"), timezone="UTC", now=NOW
        )
        invitation = invitations.make(tx, wanted, new_code=lambda: "x", now=NOW)
        signup.sign_up(
            tx,
            Wish("ada@reader.test", "", "weekly", (), "en"),
            consent_text(crowd.hub.site(), "en"),
            form_url="https://hub.test/invite/quay",
            network="n",
            now=NOW,
            visit=Visit(trapped=True),
            invitation=invitation,
        )
    with crowd.hub.db.write() as tx:
        reviewing.let_through(tx, [crowd.held()[0].id], now=crowd.now)
        assert membership.by_address(tx, "ada@reader.test").source == "invite quay"


def test_letting_through_twice_mails_once(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True)
    ids = [crowd.held()[0].id]
    with crowd.hub.db.write() as tx:
        reviewing.let_through(tx, ids, now=crowd.now)
        assert reviewing.let_through(tx, ids, now=crowd.now).taken == 0
    assert len(crowd.mailed()) == 1


@pytest.mark.parametrize("status", ["active", "suppressed", "asked today"])
def test_nothing_is_held_for_whom_nothing_would_be_mailed(crowd: Crowd, status: str) -> None:
    with crowd.hub.db.write() as tx:
        if status != "asked today":
            wish = Wish("ada@reader.test", "", "weekly", (), "en")
            person = membership.add(tx, wish, statement="x", now=NOW)
            if status == "suppressed":
                membership.complain(tx, person.id, now=NOW)
    if status == "asked today":
        crowd.sign_up("ada@reader.test")
    crowd.sign_up("ada@reader.test", trapped=True)
    assert crowd.held() == []


def test_asking_again_keeps_one_with_the_last_wish_and_the_first_day(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True, name="Ada")
    crowd.later(days=1)
    crowd.sign_up("ADA@reader.test", trapped=True, name="Ada L.")
    (one,) = crowd.held()
    assert (one.email, one.name, one.created_at) == ("ADA@reader.test", "Ada L.", NOW)


def test_who_comes_again_without_a_fault_waits_no_more(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True)
    crowd.sign_up("ada@reader.test")
    assert (crowd.mailed(), crowd.held()) == (["ada@reader.test"], [])


def test_after_two_weeks_they_are_forgotten(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test", trapped=True)
    with crowd.hub.db.write() as tx:
        assert holding.forget_old(tx, NOW + timedelta(days=14)) == 0
        assert holding.forget_old(tx, NOW + timedelta(days=14, minutes=1)) == 1
    assert crowd.held() == []


def test_a_day_holds_no_more_than_somebody_can_look_through(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "HELD_PER_DAY", 3)
    for n in range(5):
        crowd.sign_up(f"reader{n}@d{n}.test", trapped=True)
    assert len(crowd.held()) == 3
    crowd.later(days=1)
    crowd.sign_up("late@reader.test", trapped=True)
    assert len(crowd.held()) == 4


def test_erasing_a_person_forgets_what_they_wait_for(crowd: Crowd) -> None:
    crowd.sign_up("ada@reader.test")
    crowd.later(days=2)
    crowd.sign_up("ada@reader.test", trapped=True)
    assert len(crowd.held()) == 1
    with crowd.hub.db.write() as tx:
        membership.erase(tx, membership.by_address(tx, "ada@reader.test"), now=crowd.now)
    assert crowd.held() == []


def test_one_is_found_by_any_spelling(crowd: Crowd) -> None:
    crowd.sign_up("Ada@société.test", trapped=True)
    with crowd.hub.db.read() as tx:
        assert reviewing.by_address(tx, "ada@xn--socit-esab.test").email == "Ada@société.test"
        with pytest.raises(NotFound):
            reviewing.by_address(tx, "bob@reader.test")
