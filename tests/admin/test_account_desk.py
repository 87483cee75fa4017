"""One's own account: a new password needs the old one, and ends every other session."""

import pytest
from starlette.testclient import TestClient

from hub.users import accounts, passwords, sessions
from hub.users.model import User
from hub.web.state import Hub

OLD, NEW = "correct horse battery", "another fine password"


@pytest.fixture
def owner(desk: TestClient, hub: Hub) -> User:
    """The owner of the desk fixture, with a password."""
    with hub.db.write() as tx:
        user = accounts.by_email(tx, "owner@hub.test")
        accounts.change_password(tx, user, passwords.hashed(OLD))
        token = sessions.begin(tx, user, hub.now())
    desk.cookies.clear()
    desk.cookies.set("__Host-hub", token, domain="hub.test", path="/")
    return user


def change(desk: TestClient, now: str, new: str) -> int:
    form = {"password_now": now, "password_new": new}
    return desk.post("/admin/account/password", data=form).status_code


def test_a_new_password_ends_every_other_session(desk: TestClient, hub: Hub, owner: User) -> None:
    with hub.db.write() as tx:
        elsewhere = sessions.begin(tx, owner, hub.now())
    assert change(desk, OLD, NEW) == 303
    with hub.db.read() as tx:
        assert sessions.user_of(tx, elsewhere, hub.now()) is None
        user = accounts.by_email(tx, "owner@hub.test")
    assert passwords.verify(user.password_hash, NEW)
    assert desk.get("/admin").status_code == 200


def test_without_the_old_password_nothing_changes(desk: TestClient, hub: Hub, owner: User) -> None:
    assert change(desk, "not my password", NEW) == 400
    with hub.db.read() as tx:
        user = accounts.by_email(tx, "owner@hub.test")
    assert passwords.verify(user.password_hash, OLD)


def test_a_weak_new_password_is_refused(desk: TestClient, owner: User) -> None:
    assert change(desk, OLD, "short") == 400


def test_a_name_is_changed(desk: TestClient) -> None:
    assert desk.post("/admin/account", data={"name": "  Grace   Hopper "}).status_code == 303
    assert "Grace Hopper" in desk.get("/admin/account").text


def test_a_name_that_is_too_long_is_kept_in_the_form(desk: TestClient) -> None:
    answer = desk.post("/admin/account", data={"name": "x" * 90})
    assert answer.status_code == 400
    assert "x" * 90 in answer.text
