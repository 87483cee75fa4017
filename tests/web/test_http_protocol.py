"""The way round ASGI: over a real socket it answers what uvicorn's usual way answers."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.web.http_protocol import CachedHttpProtocol
from hub.web.page_cache import PageCache
from hub.web.pages import mark_shared

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


class Ask:
    """A client of the server that listens there."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def __call__(self, raw: bytes) -> bytes:
        """Everything that comes back until the server closes."""
        with self.connect() as client:
            client.sendall(raw)
            answer = b""
            while part := client.recv(65536):
                answer += part
        return answer

    def connect(self) -> socket.socket:
        return socket.create_connection(self._address, timeout=20)


def _page(request: Request) -> Response:
    response = PlainTextResponse(f"page {request.path_params['name']} " * 100)
    mark_shared(response)
    return response


def _slow(request: Request) -> Response:
    """Waits until the client is gone, or has sent what is no HTTP."""
    _begun.set()
    assert _go.wait(20)
    return PlainTextResponse("slow")


_begun, _go = threading.Event(), threading.Event()


async def _echo(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.query} {len(await request.body())}")


class _Watched(PageCache):
    """Keeps the paths that came the usual way."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, now=time.time)
        self.passed: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.passed.append(scope["path"])
        await super().__call__(scope, receive, send)


@contextmanager
def _serving(protocol: type[HttpToolsProtocol], passed: list[str] | None = None) -> Iterator[Ask]:
    app = Starlette(
        routes=[
            Route("/page/{name}", _page),
            Route("/slow", _slow),
            Route("/echo", _echo, methods=["GET", "POST"]),
        ]
    )
    cache = _Watched(app)
    if passed is not None:
        cache.passed = passed
    config = uvicorn.Config(
        cache,
        http=protocol,
        loop="uvloop",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="error",
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()

        try:
            yield Ask(listening.getsockname())
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with _serving(CachedHttpProtocol) as asking:
        yield asking


@pytest.fixture(scope="module")
def plain() -> Iterator[Ask]:
    with _serving(HttpToolsProtocol) as asking:
        yield asking


def request(target: str, *headers: str, method: str = "GET", last: bool = False) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: hub.test", *headers]
    if last:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode()


END = request("/echo?end", last=True)


def first(raw: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Status line, sorted header lines without `Date`, body of the first answer in `raw`."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    body = rest[: int(length[1])] if length else b""
    return status, sorted(line for line in lines if not line.startswith(b"date:")), body


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Accept-Encoding: gzip",),
        ("Accept-Encoding: gzip, deflate, br, zstd",),
        ("Accept-Encoding: br;q=0.1", "Accept-Encoding: gzip;q=0.2"),
        ("Accept-Encoding: gzip;q=0",),
        ("If-None-Match: *",),
        ('If-None-Match: "other"',),
        ("If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT",),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_kept_page_is_answered_as_the_usual_way_answers_it(
    ask: Ask, plain: Ask, headers: tuple[str, ...], method: str
) -> None:
    answers = []
    for way in (ask, plain):
        way(request("/page/same", last=True))
        raw = way(request("/page/same", *headers, method=method) + END)
        status, lines, body = first(raw)
        if method == "HEAD":
            body = b""
        same = [line for line in lines if not line.startswith(b"last-modified:")]
        answers.append((status, same, body))
    assert answers[0] == answers[1]


def test_a_kept_page_does_not_go_through_asgi() -> None:
    passed: list[str] = []
    with _serving(CachedHttpProtocol, passed) as ask:
        for _ in range(3):
            assert b"page quick" in ask(request("/page/quick") + END)
    assert passed == ["/page/quick", "/echo", "/echo", "/echo"]


def test_every_answer_carries_its_date(ask: Ask) -> None:
    ask(request("/page/dated", last=True))
    head = ask(request("/page/dated") + END).partition(b"\r\n\r\n")[0]
    assert len(re.findall(rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", head)) == 1


def test_answers_come_in_the_order_of_the_requests(ask: Ask) -> None:
    ask(request("/page/kept", last=True))
    raw = ask(
        request("/page/kept")
        + request("/page/fresh")
        + request("/page/kept")
        + request("/echo?middle")
        + request("/page/kept")
        + END
    )
    bodies = re.findall(rb"page kept|page fresh|middle 0|end 0", raw)
    seen = [body for n, body in enumerate(bodies) if n == 0 or body != bodies[n - 1]]
    expected = [b"page kept", b"page fresh", b"page kept", b"middle 0", b"page kept", b"end 0"]
    assert seen == expected


def test_a_body_after_a_get_does_not_become_the_next_request(ask: Ask) -> None:
    ask(request("/page/body", last=True))
    smuggled = request("/echo?smuggled")
    raw = ask(request("/page/body", f"Content-Length: {len(smuggled)}") + smuggled + END)
    assert b"page body" in raw
    assert b"end 0" in raw
    assert b"smuggled 0" not in raw


def test_a_client_that_asks_to_close_is_closed(ask: Ask) -> None:
    ask(request("/page/last", last=True))
    assert b"connection: close" in ask(request("/page/last", last=True))


def test_http_1_0_is_answered_and_closed(ask: Ask) -> None:
    ask(request("/page/old", last=True))
    assert b"page old" in ask(b"GET /page/old HTTP/1.0\r\nHost: hub.test\r\n\r\n")


def test_a_query_goes_the_usual_way(ask: Ask) -> None:
    ask(request("/page/asked", last=True))
    assert b"page asked" in ask(request("/page/asked?utm_source=mail") + END)


def test_a_post_arrives_whole_after_a_kept_page(ask: Ask) -> None:
    ask(request("/page/before", last=True))
    posted = request("/echo?post", "Content-Length: 5", method="POST") + b"hello"
    raw = ask(request("/page/before") + posted + END)
    assert b"post 5" in raw
    assert b"end 0" in raw


@pytest.mark.parametrize("then", [b"", b"\0no HTTP\r\n\r\n", request("/echo?queued")])
def test_an_answer_that_nobody_waits_for_is_no_failure(
    caplog: pytest.LogCaptureFixture, then: bytes
) -> None:
    """`then` comes while the first answer is being made, and after it the client is gone."""
    _begun.clear()
    _go.clear()
    with _serving(CachedHttpProtocol) as ask:
        with ask.connect() as client:
            client.sendall(request("/slow"))
            assert _begun.wait(20)
            client.sendall(then)
            client.shutdown(socket.SHUT_WR)
            # A server that has two requests in hand sees the end only after the first.
            client.settimeout(0.2)
            with suppress(TimeoutError):
                while client.recv(65536):
                    pass
        _go.set()
        assert b"end 0" in ask(END)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_head_without_an_end_is_refused(ask: Ask) -> None:
    with ask.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 60_000)
        client.sendall(b"a" * 10_000)
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"The head of this request is too long.")


def test_a_long_body_is_no_long_head(ask: Ask) -> None:
    posted = request("/echo?post", "Content-Length: 200000", method="POST") + b"x" * 200_000
    raw = ask(posted + END)
    assert b"post 200000" in raw
    assert b"end 0" in raw
