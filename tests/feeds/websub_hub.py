"""A WebSub hub (W3C WebSub §5 to §7) over https, and a subscriber that it calls: for the tests.

It verifies who subscribes, fetches what a publisher says has changed, and hands it on.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2


@dataclass
class Hub:
    """What the hub knows. `failing`: what it answers to publishers instead of 202, while set."""

    url: str = ""
    published: list[str] = field(default_factory=list)
    subscribers: dict[str, list[str]] = field(default_factory=dict)
    failing: int = 0


@dataclass
class Subscriber:
    """What was handed on: the topic (from the Link header), the type and the bytes."""

    url: str = ""
    received: list[tuple[str, str, bytes]] = field(default_factory=list)


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its own name
        pass

    def form(self) -> dict[str, str]:
        length = int(self.headers["content-length"])
        return {name: values[0] for name, values in parse_qs(self.body(length).decode()).items()}

    def body(self, length: int) -> bytes:
        return self.rfile.read(length)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def websub_hub(certificate: Path) -> Iterator[Hub]:
    """A hub on 127.0.0.1 with this certificate (its key beside it)."""
    hub = Hub()

    class Handler(_Quiet):
        def do_POST(self) -> None:  # its own name
            asked = self.form()
            if asked["hub.mode"] == "publish":
                hub.published.append(asked["hub.url"])
                self.answer(hub.failing or 202)
                if not hub.failing:
                    hand_on(asked["hub.url"])
            else:
                self.answer(202)
                verify(asked["hub.callback"], asked["hub.topic"])

    def verify(callback: str, topic: str) -> None:
        question = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "c-1"}
        if httpx2.get(f"{callback}?{urlencode(question)}").text == "c-1":
            hub.subscribers.setdefault(topic, []).append(callback)

    def hand_on(topic: str) -> None:
        for callback in hub.subscribers.get(topic, ()):
            found = httpx2.get(topic)
            links = f'<{hub.url}>; rel="hub", <{topic}>; rel="self"'
            headers = {"content-type": found.headers["content-type"], "link": links}
            httpx2.post(callback, content=found.content, headers=headers)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    hub.url = f"https://127.0.0.1:{server.server_port}/"
    with _running(server):
        yield hub


@contextmanager
def subscriber() -> Iterator[Subscriber]:
    """Somebody who reads by being called."""
    reader = Subscriber()

    class Handler(_Quiet):
        def do_GET(self) -> None:  # its own name
            self.answer(200, parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode())

        def do_POST(self) -> None:  # its own name
            content = self.body(int(self.headers["content-length"]))
            topic = self.headers["link"].rpartition("<")[2].partition(">")[0]
            reader.received.append((topic, self.headers["content-type"], content))
            self.answer(200)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    reader.url = f"http://127.0.0.1:{server.server_port}/"
    with _running(server):
        yield reader


@contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[None]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
