"""Users at the desk: invited by a link that is shown, raised, lowered, logged out, removed."""

import re

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.users import accounts, devices, sessions, store
from hub.users.model import User
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.newsletter.cast import tick

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def invite(desk: TestClient, **fields: str) -> str:
    """The path of the link that is shown."""
    form = {"email": "ed@hub.test", "name": "Ed", "role": "editor", **fields}
    answer = desk.post("/admin/users/new", data=form)
    assert answer.status_code == 200, answer.text
    found = re.search(r'value="https://hub\.test(/admin/password/[\w-]+)"', answer.text)
    assert found
    return found[1]


def account(hub: Hub, email: str) -> User | None:
    with hub.db.read() as tx:
        return accounts.find(tx, email)


def test_an_invited_editor_chooses_a_password_and_is_in(desk: TestClient, hub: Hub) -> None:
    path = invite(desk)
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as other:
        answer = other.post(path, data={"password": "correct horse battery"})
        assert answer.headers["location"] == "/admin?done=first-password"
        assert other.get("/admin/posts").status_code == 200
        assert other.get("/admin/users").status_code == 403
        assert other.get(path).status_code == 403
        log = desk.get("/admin/log?area=users").text
        assert "Changed the password of Ed" in log
        assert path not in desk.get("/admin/users").text


@pytest.mark.parametrize(("mailed", "messages"), [("on", 1), ("", 0)])
def test_the_link_that_is_shown_is_the_one_that_is_mailed(
    desk: TestClient, hub: Hub, mailed: str, messages: int
) -> None:
    path = invite(desk, mailed=mailed)
    tick(hub, hub.now())
    found = [file.read_text() for file in hub.settings.outbox.glob("*.eml")]
    assert len(found) == messages
    assert all(path in text.replace("=\n", "") for text in found)


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", "owner@hub.test"), ("name", "x" * 90), ("role", "king")],
)
def test_a_refused_invitation_keeps_what_was_typed(
    desk: TestClient, hub: Hub, field: str, value: str
) -> None:
    form = {"email": "ed@hub.test", "name": "Ed", "role": "editor", field: value}
    answer = desk.post("/admin/users/new", data=form)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert value in answer.text
    with hub.db.read() as tx:
        assert len(store.everybody(tx)) == 1


def test_a_new_role_logs_out(desk: TestClient, hub: Hub) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as other:
        logged_in(other, hub, "editor")
        editor = account(hub, "editor@hub.test")
        assert editor
        answer = desk.post(f"/admin/users/{editor.id}/role", data={"role": "owner"})
        assert answer.status_code == 303
        assert other.get("/admin/posts", follow_redirects=False).status_code == 303
        now = account(hub, "editor@hub.test")
        assert now
        assert now.is_owner


@pytest.mark.parametrize("action", ["role", "remove"])
def test_the_last_owner_stays(desk: TestClient, hub: Hub, action: str) -> None:
    owner = account(hub, "owner@hub.test")
    assert owner
    answer = desk.post(f"/admin/users/{owner.id}/{action}", data={"role": "editor"})
    assert answer.status_code == 400
    assert "last owner" in answer.text
    assert account(hub, "owner@hub.test") == owner


def test_an_owner_who_cannot_log_in_yet_is_not_left_alone(desk: TestClient, hub: Hub) -> None:
    invite(desk, role="owner")
    with hub.db.write() as tx:
        owner = accounts.by_email(tx, "owner@hub.test")
        store.set_password_hash(tx, owner.id, "hash")
    answer = desk.post(f"/admin/users/{owner.id}/remove")
    assert answer.status_code == 400
    assert "has chosen a password" in answer.text


def test_removing_asks_first(desk: TestClient, hub: Hub) -> None:
    invite(desk)
    editor = account(hub, "ed@hub.test")
    assert editor
    assert "Remove the account of Ed?" in desk.get(f"/admin/users/{editor.id}/remove").text
    assert account(hub, "ed@hub.test") is not None
    assert desk.post(f"/admin/users/{editor.id}/remove").status_code == 303
    assert account(hub, "ed@hub.test") is None
    assert desk.get(f"/admin/users/{editor.id}").status_code == 404


def test_sessions_are_listed_and_ended(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        owner = accounts.by_email(tx, "owner@hub.test")
        phone = sessions.begin(tx, owner, hub.now(), device=devices.named(PHONE))
        other = sessions.begin(tx, owner, hub.now(), device="Edge, Windows")
    page = desk.get("/admin/account").text
    assert "Safari, iPhone" in page
    assert phone not in page
    desk.post(f"/admin/account/sessions/{sessions.name_of(phone)}/end")
    assert open_sessions(hub, owner) == {sessions.name_of(other), here(desk)}
    desk.post("/admin/account/sessions/end")
    assert open_sessions(hub, owner) == {here(desk)}
    assert desk.get("/admin").status_code == 200
    desk.post(f"/admin/users/{owner.id}/sessions/end")
    assert desk.get("/admin").status_code == 303


def test_nobody_ends_the_sessions_of_somebody_else(desk: TestClient, hub: Hub) -> None:
    owner = account(hub, "owner@hub.test")
    assert owner
    with TestClient(create_app(hub), base_url="https://hub.test") as other:
        logged_in(other, hub, "editor")
        other.post(f"/admin/account/sessions/{here(desk)}/end")
        assert other.post(f"/admin/users/{owner.id}/sessions/end").status_code == 403
        assert open_sessions(hub, owner) == {here(desk)}


def open_sessions(hub: Hub, user: User) -> set[str]:
    with hub.db.read() as tx:
        return {session.name for session in sessions.of(tx, user, hub.now())}


def here(desk: TestClient) -> str:
    return sessions.name_of(next(iter(desk.cookies.values())))


@pytest.mark.parametrize(
    ("agent", "name"),
    [(PHONE, "Safari, iPhone"), (FIREFOX, "Firefox, Linux"), ("curl/8.5", ""), ("", "")],
)
def test_browsers_are_named(agent: str, name: str) -> None:
    assert devices.named(agent) == name
