"""Which relay mail goes through: HUB_SMTP, else the one of the desk, else the outbox."""

from dataclasses import replace

import pytest

from hub.mail import in_force, mailers
from hub.mail.model import RelayRefuses
from hub.settings import Settings, SmtpRelay, from_environment
from hub.web.state import Hub
from tests.conftest import NOW

CHOSEN = SmtpRelay("mail.example.org", 587, "ada", "geheim-1234", "required")


@pytest.fixture
def chosen(hub: Hub) -> SmtpRelay:
    with hub.db.write() as tx:
        in_force.choose(tx, hub.settings, CHOSEN, NOW)
    return CHOSEN


def way(hub: Hub, settings: Settings | None = None) -> in_force.Way:
    with hub.db.read() as tx:
        return in_force.way(tx, settings or hub.settings)


def test_the_outbox_until_somebody_names_a_server(hub: Hub) -> None:
    assert way(hub) == in_force.Way((), "nowhere")


def test_what_was_chosen_comes_back_whole(hub: Hub, chosen: SmtpRelay) -> None:
    assert way(hub) == in_force.Way((chosen,), "desk")


def test_the_last_choice_counts_until_it_is_taken_back(hub: Hub, chosen: SmtpRelay) -> None:
    other = SmtpRelay("::1", 25, tls="no")
    with hub.db.write() as tx:
        in_force.choose(tx, hub.settings, other, NOW)
    assert way(hub).relays == (other,)
    with hub.db.write() as tx:
        in_force.forget(tx)
    assert way(hub).relays == ()


def test_hub_smtp_beats_the_desk_also_when_it_says_outbox(hub: Hub, chosen: SmtpRelay) -> None:
    named = replace(hub.settings, smtp=(SmtpRelay("env.test", 25),))
    assert way(hub, named) == in_force.Way(named.smtp, "environment")
    outbox = from_environment({"HUB_SMTP": "outbox"}, data=hub.settings.data)
    assert way(hub, outbox) == in_force.Way((), "environment")


def test_the_password_lies_sealed_in_the_database(hub: Hub, chosen: SmtpRelay) -> None:
    with hub.db.read() as tx:
        assert b"geheim" not in bytes(tx.scalar("SELECT password FROM chosen_relay"))
    assert "geheim" not in repr(way(hub))


def test_with_another_secret_key_mail_waits_for_the_password(hub: Hub, chosen: SmtpRelay) -> None:
    elsewhere = replace(hub.settings, secret_key=b"another key of more than 32 bytes")
    locked = way(hub, elsewhere)
    assert locked.locked
    assert locked.names == ("mail.example.org:587",)
    [(_, mailer)] = mailers.single(locked, "https://hub.test")
    with pytest.raises(RelayRefuses, match="type it again"):
        mailer.connect().send(None)
