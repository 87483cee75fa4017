"""A running server takes whatever comes over the wire, and answers everybody else as before."""

import re
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from hub.app import create_app, create_hub
from hub.settings import from_environment
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.hostile.conftest import fill
from tests.hostile.doors import Answered, AsgiDoor
from tests.hostile.invented import Asked, Header, queries, requests, requests_at
from tests.hostile.test_asgi_door import ALSO, FINE, PUBLIC
from tests.hostile.wire import END, messages
from tests.journeys.conftest import Owner, free_port, serving, until
from tests.posts import add

pytestmark = pytest.mark.slow

COLD = 200
PLAIN = ((b"host", b"hub.test"), (b"connection", b"close"))
SQUEEZED = (*PLAIN, (b"accept-encoding", b"gzip"))
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Z][\w' -]*\r\n")
# What a server adds by itself, and what changes with the time.
_OF_THE_SERVER = (b"date", b"last-modified", b"connection", b"server")


class Running:
    """A server, beside it the same hub as it should answer, and pages that nobody asked for yet."""

    def __init__(self, hub: Hub, port: int, witness: AsgiDoor) -> None:
        self.hub = hub
        self.witness = witness
        self._address = ("127.0.0.1", port)
        self._fresh = count()

    def send(self, octets: bytes, patience: float = 20) -> bytes:
        """Everything that comes back until the server closes.

        After `patience` (seconds) without a word the client says no more; then it must close.
        """
        with socket.create_connection(self._address, timeout=20) as client:
            received = b""
            try:
                client.sendall(octets)
                client.settimeout(patience)
                while part := client.recv(65536):
                    received += part
            except TimeoutError:
                client.settimeout(20)
                client.shutdown(socket.SHUT_WR)
                while part := client.recv(65536):
                    received += part
            except (ConnectionResetError, BrokenPipeError):
                # The server had heard enough.
                pass
            return received

    def ask(self, target: str, headers: tuple[Header, ...]) -> Answered:
        lines = [f"GET {target} HTTP/1.1".encode(), *(n + b": " + v for n, v in headers)]
        head, _, body = self.send(b"\r\n".join((*lines, b"", b""))).partition(b"\r\n\r\n")
        status, *given = head.split(b"\r\n")
        pairs = (tuple(line.split(b": ", 1)) for line in given)
        kept = sorted((n, v) for n, v in pairs if n not in _OF_THE_SERVER)
        return Answered(int(status.split()[1]), tuple(kept), body)

    def cold_page(self) -> str:
        """The address of an article that no cache holds; after the last one, all are forgotten."""
        number = next(self._fresh) % COLD
        if number == COLD - 1:
            before = self._forgotten_at()
            with self.hub.db.write() as tx:
                tx.site_changed()
            until(lambda: self._forgotten_at() != before)
        return f"/posts/cold-{number}"

    def _forgotten_at(self) -> bytes:
        octets = self.send(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        found = re.search(rb"last-modified: ([^\r]+)", octets)
        assert found
        return found[1]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    data, port = tmp_path / "data", free_port()
    hub = create_hub(from_environment({}, data=data))
    with hub.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes")
        sites.put(tx, "base_url", "https://hub.test")
        sites.put(tx, "owner_email", "owner@hub.test")
        sites.mark_ready(tx, NOW)
        for number in range(COLD):
            add(tx, f"cold-{number}", html=f"<p>{number} words of it.</p>" * 40)
    fill(hub)
    owner = Owner(data, {"HUB_SMTP": "", "HUB_BASE_URL": "", "HUB_DATABASE": ""})
    app = create_app(hub)
    with serving(owner, port, "--no-worker") as server, TestClient(app) as client:
        yield Running(hub, port, AsgiDoor(app, client))
        assert server.process.poll() is None
        assert "Traceback" not in server.output, server.output


VALUES = {"slug": "tide-3", "topic": "sea", "author": "ada-lovelace", "token": "x" * 32}


@given(data=st.data())
def test_no_octets_break_the_server_or_poison_a_page(running: Running, data: st.DataObject) -> None:
    cold = running.cold_page()
    route = data.draw(st.sampled_from(PUBLIC), label="route")
    near = requests_at(queries.map(lambda query: cold + query))
    asked = near if data.draw(st.booleans(), label="near") else requests(route, VALUES)
    octets = data.draw(messages(asked), label="octets")
    received = running.send(octets + END, 0.3)
    statuses = {int(status) for status in _STATUS.findall(received)} - {100}
    event(f"answered {sorted(statuses)}")
    assert statuses <= FINE | ALSO, received[:2000]
    for given_headers in (PLAIN, SQUEEZED):
        kept = running.ask(cold, given_headers)
        expected = running.witness.ask(Asked(cold, headers=given_headers))
        assert kept == expected
