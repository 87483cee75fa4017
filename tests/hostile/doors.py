"""The ways into a hub: as an ASGI application, and over a socket to a server."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

from tests.hostile.invented import Asked, Header

# Of an answer to the same question, what may differ: when the pages were forgotten last.
_MOVING = (b"last-modified", b"date")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; `headers` are sorted and hold nothing that changes with the time."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: bytes) -> bytes:
        return next((value for known, value in self.headers if known == name), b"")


class AsgiDoor:
    """Asks an application what a server would hand it, in the loop that its lifespan runs in."""

    def __init__(self, app: ASGIApp, client: TestClient) -> None:
        self._app = app
        self._client = client
        self._asked = 0

    def ask(self, asked: Asked) -> Answered:
        """The answer. An exception that the application lets through is a 500."""
        assert self._client.portal is not None
        return self._client.portal.call(self._ask, asked)

    async def _ask(self, asked: Asked) -> Answered:
        self._asked += 1
        sent: list[MutableMapping[str, Any]] = []
        waiting, answered = _messages(asked), asyncio.Event()

        async def receive() -> Message:
            if not waiting:
                # The client stays until it has its answer.
                await answered.wait()
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        try:
            await self._app(_scope(asked, self._asked), receive, send)
        except Exception:  # noqa: BLE001  # the server answers 500 then, whatever it is
            return Answered(500, (), b"raised")
        start, *rest = sent
        assert start["type"] == "http.response.start"
        kept = sorted(header for header in start["headers"] if header[0] not in _MOVING)
        return Answered(
            start["status"], tuple(kept), b"".join(message.get("body", b"") for message in rest)
        )


def _messages(asked: Asked) -> list[Message]:
    size = max(1, -(-len(asked.body) // asked.chunks))
    pieces = [asked.body[at : at + size] for at in range(0, len(asked.body), size)] or [b""]
    return [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]


def _scope(asked: Asked, number: int) -> Scope:
    """As uvicorn makes it. Each client has a network of its own: limits are no part of this."""
    path, _, query = asked.target.partition("#")[0].partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": list(asked.headers),
        "client": (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 4711),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
