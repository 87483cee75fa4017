"""What one process read is old when another was first: the write decides, once."""

from datetime import UTC, datetime

import pytest

from hub.audience import membership, signup, store
from hub.audience.consent import consent_text
from hub.audience.model import Subscriber, Wish
from hub.db import Transaction
from hub.web.state import Hub

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WISH = Wish("ada@reader.test", "", "weekly", (), "en")


def _ask(tx: Transaction, hub: Hub) -> Subscriber:
    consent = consent_text(hub.site(), "en")
    signup.sign_up(tx, WISH, consent, form_url="", network="192.0.2.0/24", now=NOW)
    found = store.by_email_key(tx, WISH.email)
    assert found is not None
    return found


def _kinds(tx: Transaction, person: Subscriber) -> list[str]:
    return [line.kind for line in store.consent_log(tx, person.id)]


def test_a_sign_up_that_comes_second_is_silent(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub.db.write() as tx:
        person = _ask(tx, hub)
    with hub.db.write() as tx, monkeypatch.context() as patch:
        patch.setattr(store, "by_email_key", lambda tx, email_key: None)
        consent = consent_text(hub.site(), "en")
        signup.sign_up(tx, WISH, consent, form_url="", network="192.0.2.0/24", now=NOW)
    with hub.db.read() as tx:
        assert _kinds(tx, person) == ["requested"]


def test_a_confirmation_that_comes_second_changes_nothing(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub.db.write() as tx:
        person = _ask(tx, hub)
        number = tx.scalar("SELECT id FROM confirmations")
        stale = signup.look_up(tx, number, now=NOW)
        signup.confirm(tx, number, now=NOW)
        monkeypatch.setattr(signup, "look_up", lambda tx, number, now: stale)
        second = signup.confirm(tx, number, now=NOW)
        assert second is not None
        assert second.state == "used"
        assert _kinds(tx, person) == ["requested", "confirmed"]


def test_leaving_that_comes_second_is_logged_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub.db.write() as tx:
        person = _ask(tx, hub)
        membership.unsubscribe(tx, person.id, source="link", now=NOW)
        monkeypatch.setattr(store, "get", lambda tx, number: person)
        membership.unsubscribe(tx, person.id, source="link", now=NOW)
        assert _kinds(tx, person) == ["requested", "unsubscribed"]
