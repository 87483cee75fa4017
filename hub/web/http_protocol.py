"""Answers from the page cache as soon as a request is read: uvicorn without the way through ASGI.

Of the time of a cached answer, uvicorn's task, messages and checks take some 40 µs and the cache
two. This protocol looks into the cache when the headers are there; whatever it cannot answer
on the spot goes uvicorn's usual way, as if nobody had looked.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hub.web.page_cache import PageCache

# Of what comes in several pieces; the parser itself would gather a header without an end.
LARGEST_HEAD = 65_536


class CachedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol (give it as `http=`) in front of an application that is a PageCache."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._cache = self.app if isinstance(self.app, PageCache) else None
        self._answered = False
        # Octets of a request whose headers are not all there yet; None outside of one.
        self._head: int | None = None
        self._running: RequestResponseCycle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > LARGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of this request is too long.")

    def eof_received(self) -> None:
        self._leave()

    def send_400_response(self, msg: str) -> None:
        self._head = None
        self._leave()
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._leave()

    def _leave(self) -> None:
        """Nobody hears the answer that is being made: writing it would only fail, and be logged.

        uvicorn tells only the last of several requests that came at once.
        """
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def on_message_begin(self) -> None:
        # The scope is made when it turns out to be needed.
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._answered = False
        self._head = 0

    def on_headers_complete(self) -> None:
        self._head = None
        if self._answer_at_once():
            self._answered = True
            return
        url, headers, expect = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url = url
        self.headers += headers
        self.expect_100_continue = expect
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._answered:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _answer_at_once(self) -> bool:
        if (
            self._cache is None
            or not (self.cycle is None or self.cycle.response_complete)
            or self.flow.write_paused
            or self.transport.is_closing()
            or not self.parser.should_keep_alive()
            or self.parser.should_upgrade()
            or self.parser.get_http_version() != "1.1"
        ):
            return False
        found = self._cache.hit(self.parser.get_method(), self.url, self.headers)
        if found is None:
            return False
        head, body = found
        lines = [head]
        for name, value in self.server_state.default_headers:
            lines += (name, b": ", value, b"\r\n")
        lines += (b"\r\n", body)
        self.transport.writelines(lines)
        self.on_response_complete()
        return True
