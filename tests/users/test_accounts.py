"""Accounts: one per address, never without an owner, logged out when something changes."""

from datetime import timedelta

import pytest

from hub.db import Database, Transaction
from hub.errors import Conflict, NotAllowed, Refused
from hub.users import accounts, one_time_links, sessions
from hub.users.model import User
from tests.conftest import NOW


def create(tx: Transaction, email: str = "ada@hub.test", role: str = "owner") -> User:
    return accounts.create(
        tx,
        email=email,
        name="Ada",
        role="owner" if role == "owner" else "editor",
        password_hash="old",
        now=NOW,
    )


def test_two_spellings_of_an_address_are_one_account(db: Database) -> None:
    with db.write() as tx:
        create(tx)
        with pytest.raises(Conflict) as refusal:
            create(tx, "ADA@Hub.test")
    assert refusal.value.field == "email"


def test_the_last_owner_cannot_be_removed(db: Database) -> None:
    with db.write() as tx:
        owner = create(tx)
        create(tx, "ed@hub.test", "editor")
        with pytest.raises(Refused):
            accounts.remove(tx, owner)
        create(tx, "second@hub.test")
        accounts.remove(tx, owner)
        assert accounts.find(tx, "ada@hub.test") is None


def test_the_last_owner_cannot_become_an_editor(db: Database) -> None:
    with db.write() as tx, pytest.raises(Refused):
        accounts.change_role(tx, create(tx), "editor")


def test_a_new_password_ends_sessions_and_links(db: Database) -> None:
    with db.write() as tx:
        user = create(tx)
        session = sessions.begin(tx, user, NOW)
        link = one_time_links.make(tx, "password", user.id, NOW)
        accounts.change_password(tx, user, "new")
        assert sessions.user_of(tx, session, NOW) is None
        with pytest.raises(NotAllowed):
            one_time_links.look(tx, "password", link, NOW)


def test_a_new_role_ends_sessions(db: Database) -> None:
    with db.write() as tx:
        user = create(tx, role="editor")
        session = sessions.begin(tx, user, NOW)
        accounts.change_role(tx, user, "owner")
        assert sessions.user_of(tx, session, NOW) is None


def test_a_session_lasts_thirty_days(db: Database) -> None:
    with db.write() as tx:
        session = sessions.begin(tx, create(tx), NOW)
        assert sessions.user_of(tx, session, NOW + timedelta(days=29)) is not None
        assert sessions.user_of(tx, session, NOW + timedelta(days=30)) is None


def test_no_token_is_stored_as_it_is(db: Database) -> None:
    with db.write() as tx:
        user = create(tx)
        session = sessions.begin(tx, user, NOW)
        link = one_time_links.make(tx, "password", user.id, NOW)
        stored = {
            tx.scalar("SELECT token_hash FROM sessions"),
            tx.scalar("SELECT token_hash FROM one_time_links"),
        }
    assert not stored & {session, link}


def test_a_link_works_once(db: Database) -> None:
    with db.write() as tx:
        link = one_time_links.make(tx, "setup", None, NOW)
        one_time_links.use(tx, "setup", link, NOW)
        with pytest.raises(NotAllowed):
            one_time_links.use(tx, "setup", link, NOW)


def test_a_link_ends_with_its_time_and_with_the_next_one(db: Database) -> None:
    with db.write() as tx:
        old = one_time_links.make(tx, "setup", None, NOW)
        new = one_time_links.make(tx, "setup", None, NOW)
        with pytest.raises(NotAllowed):
            one_time_links.look(tx, "setup", old, NOW)
        one_time_links.look(tx, "setup", new, NOW + timedelta(days=6))
        with pytest.raises(NotAllowed):
            one_time_links.look(tx, "setup", new, NOW + timedelta(days=7))


def test_a_link_of_one_purpose_is_worth_nothing_for_another(db: Database) -> None:
    with db.write() as tx:
        link = one_time_links.make(tx, "setup", None, NOW)
        with pytest.raises(NotAllowed):
            one_time_links.look(tx, "password", link, NOW)
