"""How mail is sent: typed at the desk, tried before it is kept, and never shown again."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.admin import mail_way
from hub.app import create_app
from hub.mail import in_force, relays
from hub.mail.model import Standing
from hub.settings import SmtpRelay
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.mail.fault_server import FaultServer

PASSWORD = "geheim-1234"


@contextmanager
def running(server: FaultServer) -> Iterator[FaultServer]:
    """The server in a thread of its own, as another program would be."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        async with server.running():
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with running(FaultServer(password=PASSWORD)) as server:
        yield server


def typed(server: FaultServer, **changes: str) -> dict[str, str]:
    form = {
        "host": "127.0.0.1",
        "port": str(server.port),
        "tls": "no",
        "username": "ada",
        "password": PASSWORD,
        "action": "try",
    }
    return {**form, **changes}


def way(hub: Hub) -> in_force.Way:
    with hub.db.read() as tx:
        return in_force.way(tx, hub.settings)


def test_what_works_is_kept_and_a_message_arrives(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    with hub.db.write() as tx:
        name = f"127.0.0.1:{server.port}"
        relays.note(tx, [Standing(name, "refusing", "the relay refuses the log-in: no")], NOW)
    page = desk.post("/admin/mail", data=typed(server))
    assert page.status_code == 200
    assert "takes your mail" in page.text
    assert "235 2.7.0 in" in page.text
    assert way(hub).relays == (SmtpRelay("127.0.0.1", server.port, "ada", PASSWORD, "no"),)
    [(to, message)] = server.accepted
    assert to == "owner@hub.test"
    assert b"Mail from Harbour Notes arrives" in message
    with hub.db.read() as tx:
        assert relays.stopped(tx, way(hub).names) == []


def test_what_does_not_work_is_said_and_not_kept(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    page = desk.post("/admin/mail", data=typed(server, password="wrong-password"))
    assert "535 5.7.8 wrong" in page.text
    assert f'value="{server.port}"' in page.text
    assert way(hub).relays == ()
    # Nothing typed is lost, though the password is not shown.
    carried = re.search(r'name="carried" value="([^"]+)"', page.text)
    assert carried is not None
    assert "wrong-password" not in page.text
    again = typed(server, password="", carried=carried[1], action="keep")
    assert desk.post("/admin/mail", data=again).status_code == 303
    assert way(hub).relays[0].password == "wrong-password"


def test_the_kept_password_is_never_shown_and_used_for_its_own_server_only(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    desk.post("/admin/mail", data=typed(server))
    assert PASSWORD not in desk.get("/admin/mail").text
    assert "takes your mail" in desk.post("/admin/mail", data=typed(server, password="")).text
    with running(FaultServer()) as stranger:
        answer = desk.post("/admin/mail", data=typed(stranger, password=""))
        assert answer.status_code == 400
        assert 'id="password-error"' in answer.text
        assert stranger.connections == 0
    assert way(hub).relays[0].port == server.port


@pytest.mark.parametrize(("field", "value"), [("host", "smtp://x"), ("port", "x"), ("tls", "")])
def test_a_refused_form_keeps_what_was_typed(
    desk: TestClient, server: FaultServer, field: str, value: str
) -> None:
    answer = desk.post("/admin/mail", data=typed(server, **{field: value}))
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert 'value="ada"' in answer.text
    assert server.connections == 0


def test_it_is_tried_so_often_a_minute(
    desk: TestClient, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_way, "TRIES_A_MINUTE", 1)
    desk.post("/admin/mail", data=typed(server))
    assert "Wait a minute" in desk.post("/admin/mail", data=typed(server)).text
    assert server.connections == 1


def test_what_the_environment_says_is_tried_and_not_changed(hub: Hub, server: FaultServer) -> None:
    named = (SmtpRelay("127.0.0.1", server.port, "ada", PASSWORD, "no"),)
    mailing = replace(hub, settings=replace(hub.settings, smtp=named))
    with TestClient(create_app(mailing), base_url="https://hub.test") as client:
        desk = logged_in(client, hub, "owner")
        assert 'name="host"' not in desk.get("/admin/mail").text
        answer = desk.post("/admin/mail", data=typed(server, host="evil.test", action="keep"))
        assert "takes your mail" in answer.text
        with hub.db.read() as tx:
            assert in_force.chosen(tx, hub.settings).relays == ()
    assert len(server.accepted) == 1


def test_with_another_secret_key_the_password_is_asked_for(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    with hub.db.write() as tx:
        other = replace(hub.settings, secret_key=b"the key of the machine before this one")
        in_force.choose(tx, other, SmtpRelay("127.0.0.1", server.port, "ada", "x", "no"), NOW)
    assert "Type the password of the mail server again" in desk.get("/admin/mail").text
    assert desk.post("/admin/mail", data=typed(server, password="")).status_code == 400
    desk.post("/admin/mail", data=typed(server))
    assert not way(hub).locked


def test_mail_goes_back_to_the_outbox_when_no_server_is_wanted(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    desk.post("/admin/mail", data=typed(server))
    assert "A mail server is connected" in desk.get("/admin/outbox").text
    assert desk.post("/admin/mail", data={"action": "outbox"}).status_code == 303
    assert way(hub).relays == ()
    assert "No mail server is connected" in desk.get("/admin/outbox").text


def test_an_editor_names_no_server(hub: Hub, server: FaultServer) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        editor = logged_in(client, hub, "editor")
        assert editor.post("/admin/mail", data=typed(server)).status_code == 403
    assert server.connections == 0


def test_the_privacy_page_names_the_server_in_force(
    desk: TestClient, hub: Hub, server: FaultServer
) -> None:
    with hub.db.write() as tx:
        in_force.choose(tx, hub.settings, SmtpRelay("mail.example.org", 587), NOW)
    assert "mail.example.org" in desk.get("/privacy").text
