"""In and out of the desk: the cookie, the throttle, the way back for whoever forgot."""

from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.site import store as sites
from hub.users import accounts, one_time_links, passwords
from hub.users.model import User
from hub.web.state import Hub
from tests.conftest import NOW

EMAIL, PASSWORD = "ada@hub.test", "correct horse battery"


@pytest.fixture
def owner(hub: Hub) -> User:
    with hub.db.write() as tx:
        return accounts.create(
            tx,
            email=EMAIL,
            name="Ada",
            role="owner",
            password_hash=passwords.hashed(PASSWORD),
            now=NOW,
        )


@pytest.fixture
def client(hub: Hub, owner: User) -> Iterator[TestClient]:
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield client


def log_in(client: TestClient, password: str = PASSWORD, **more: str) -> int:
    form = {"email": EMAIL, "password": password, **more}
    return client.post("/admin/login", data=form).status_code


def test_the_right_password_opens_the_desk(client: TestClient) -> None:
    assert log_in(client) == 303
    assert client.get("/admin").status_code == 200


def test_the_cookie_is_bound_to_host_and_https(client: TestClient) -> None:
    answer = client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-hub=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=2592000"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)


def test_on_plain_http_the_cookie_has_its_plain_name(hub: Hub, client: TestClient) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "base_url", "http://127.0.0.1:8000")
    answer = client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("hub=")
    assert "secure" not in answer.headers["set-cookie"].lower()


def test_behind_https_a_plain_cookie_counts_for_nothing(client: TestClient) -> None:
    log_in(client)
    token = client.cookies["__Host-hub"]
    client.cookies.clear()
    client.cookies.set("hub", token)
    assert client.get("/admin").status_code == 303


def test_wrong_password_and_unknown_address_get_the_same_answer(client: TestClient) -> None:
    wrong = client.post("/admin/login", data={"email": EMAIL, "password": "not the password"})
    unknown = client.post(
        "/admin/login", data={"email": "eve@hub.test", "password": "not the password"}
    )
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace(EMAIL, "eve@hub.test") == unknown.text


def test_a_refused_log_in_keeps_the_address_and_not_the_password(client: TestClient) -> None:
    answer = client.post("/admin/login", data={"email": EMAIL, "password": "not the password"})
    assert EMAIL in answer.text
    assert "not the password" not in answer.text


def test_logging_in_begins_a_new_session_and_ends_the_old(client: TestClient) -> None:
    log_in(client)
    old = client.cookies["__Host-hub"]
    log_in(client)
    assert client.cookies["__Host-hub"] != old
    client.cookies = httpx2.Cookies({"__Host-hub": old})
    assert client.get("/admin").status_code == 303


def test_logging_out_ends_the_session_on_the_server(client: TestClient) -> None:
    log_in(client)
    old = client.cookies["__Host-hub"]
    assert client.post("/admin/logout").status_code == 303
    client.cookies = httpx2.Cookies({"__Host-hub": old})
    assert client.get("/admin").status_code == 303


def test_logging_out_everywhere_ends_the_other_sessions_too(client: TestClient) -> None:
    log_in(client)
    elsewhere = client.cookies["__Host-hub"]
    client.cookies = httpx2.Cookies()
    log_in(client)
    client.post("/admin/logout", data={"everywhere": "yes"})
    client.cookies = httpx2.Cookies({"__Host-hub": elsewhere})
    assert client.get("/admin").status_code == 303


def test_too_many_tries_are_stopped_even_with_the_right_password(client: TestClient) -> None:
    for _ in range(10):
        assert log_in(client, "not the password") == 403
    assert log_in(client) == 429


def test_after_logging_in_one_arrives_where_one_wanted_to_go(client: TestClient) -> None:
    wanted = client.get("/admin?a=1").headers["location"]
    assert wanted == "/admin/login?next=%2Fadmin%3Fa%3D1"
    form = {"email": EMAIL, "password": PASSWORD, "next": "/admin?a=1"}
    assert client.post("/admin/login", data=form).headers["location"] == "/admin?a=1"


@pytest.mark.parametrize(
    "path", ["https://evil.test/", "//evil.test", "/\\evil.test", "/admin/\\..", "/administrator"]
)
def test_the_log_in_never_leads_to_another_site(client: TestClient, path: str) -> None:
    form = {"email": EMAIL, "password": PASSWORD, "next": path}
    assert client.post("/admin/login", data=form).headers["location"] == "/admin"


def test_a_password_link_sets_the_password_once_and_logs_in(
    client: TestClient, hub: Hub, owner: User
) -> None:
    with hub.db.write() as tx:
        token = one_time_links.make(tx, "password", owner.id, hub.now())
    url = f"/admin/password/{token}"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"password": "short"}).status_code == 400
    assert client.post(url, data={"password": "another good password"}).status_code == 303
    assert client.get("/admin").status_code == 200
    assert client.post(url, data={"password": "another good password"}).status_code == 403
    client.cookies.clear()
    assert log_in(client, "another good password") == 303


def test_asking_for_a_password_queues_a_mail_and_tells_nobody(client: TestClient, hub: Hub) -> None:
    known = client.post("/admin/password", data={"email": EMAIL.upper()})
    unknown = client.post("/admin/password", data={"email": "eve@hub.test"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    with hub.db.read() as tx:
        assert tx.all(str, "SELECT recipient FROM mails WHERE kind = 'password'") == [EMAIL]


def test_asking_again_and_again_sends_three_mails(client: TestClient, hub: Hub) -> None:
    for _ in range(6):
        client.post("/admin/password", data={"email": EMAIL})
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM mails") == 3


def test_what_was_typed_is_given_back_when_the_session_is_over(client: TestClient) -> None:
    answer = client.post(
        "/admin/account", data={"name": "<Ada & co>", "password": "correct horse battery"}
    )
    assert answer.status_code == 403
    assert "&lt;Ada &amp; co&gt;" in answer.text
    assert "correct horse battery" not in answer.text
