"""Public pages as bytes, in front of the router: neither thread nor database is touched.

A view marks its answer as shared (`hub.web.pages`); the cache keeps it, and a gzip of it,
until the site changes. An entry belongs to the generation that was current before its
page was made, so a page made of older data is never kept past a change.
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web.pages import SHARED

LARGEST = 48_000_000
_COMPRESSIBLE = (b"text/", b"application/", b"image/svg")
_SMALLEST_TO_COMPRESS = 600

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a page, ready to go out."""

    etag: bytes
    headers: list[Header]
    not_modified: list[Header]
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in its encodings. `modified` is in whole seconds since the epoch."""

    status: int
    modified: int
    plain: Variant
    gzipped: Variant | None

    @property
    def size(self) -> int:
        return len(self.plain.body) + (len(self.gzipped.body) if self.gzipped else 0) + 1_000


class PageCache:
    """ASGI middleware. `now` gives seconds since the epoch, for Last-Modified."""

    def __init__(self, app: ASGIApp, *, now: Callable[[], float], largest: int = LARGEST) -> None:
        self._app = app
        self._now = now
        self._largest = largest
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0
        self._generation = 0
        self._changed_at = int(now())
        self._pending: dict[str, asyncio.Future[None]] = {}

    def clear(self) -> None:
        """The site changed: forget every page. Callable from any thread."""
        self._generation += 1
        self._changed_at = int(self._now())
        self._entries = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        entry = self._entries.get(key)
        if entry is None and (pending := self._pending.get(key)) is not None:
            # Somebody is making this page already: wait for it rather than make it twice.
            await pending
            entry = self._entries.get(key)
        if entry is None:
            await self._make(key, scope, receive, send)
            return
        await _answer(entry, scope, send)

    async def _make(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending[key] = done
        generation, changed_at = self._generation, self._changed_at
        recorder = _Recorder(send)
        # The page is made for GET; a HEAD is answered from it.
        inner: Scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        recorder.head = inner is not scope
        try:
            await self._app(inner, receive, recorder)
            if recorder.shared:
                entry = _entry(recorder, changed_at)
                if generation == self._generation:
                    self._keep(key, entry)
                await _answer(entry, scope, send)
        finally:
            self._pending.pop(key, None)
            done.set_result(None)

    def _keep(self, key: str, entry: Entry) -> None:
        entries = self._entries
        if old := entries.pop(key, None):
            self._bytes -= old.size
        entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._largest and len(entries) > 1:
            _, oldest = entries.popitem(last=False)
            self._bytes -= oldest.size


class _Recorder:
    """Passes an answer through as it comes, or holds it back when it is marked as shared."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.shared = False
        self.head = False
        self.status = 0
        self.headers: list[Header] = []
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            self.shared = any(name == SHARED.encode() for name, _ in headers)
            self.status = message["status"]
            self.headers = [header for header in headers if header[0] != SHARED.encode()]
            if self.shared:
                return
        elif self.shared:
            self.body += message.get("body", b"")
            return
        elif self.head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _key(scope: Scope) -> str | None:
    """What tells one page from another: its path, and the number of a list's page.

    Every other query is left out: views of shared pages read nothing else. A path that is
    not in its canonical form is not kept.
    """
    path: str = scope["path"]
    query: bytes = scope["query_string"]
    if not query:
        return path
    pages = parse_qs(query.decode("latin-1"), max_num_fields=50) if query.count(b"&") < 50 else {}
    number = pages.get("page", [""])[-1]
    if not number:
        return path
    return (
        f"{path}?page={int(number)}"
        if number.isascii() and number.isdigit() and len(number) < 7
        else None
    )


def _entry(answer: _Recorder, changed_at: int) -> Entry:
    body = bytes(answer.body)
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    kept = [h for h in answer.headers if h[0] not in (b"content-length", b"etag", b"last-modified")]
    names = {name for name, _ in kept}
    common = [*kept, (b"last-modified", formatdate(changed_at, usegmt=True).encode())]
    if b"cache-control" not in names:
        common.append((b"cache-control", b"public, max-age=0, must-revalidate"))
    content_type = next((v for n, v in kept if n == b"content-type"), b"")
    gzipped = None
    if content_type.startswith(_COMPRESSIBLE):
        common.append((b"vary", b"accept-encoding"))
        if len(body) >= _SMALLEST_TO_COMPRESS:
            small = gzip.compress(body, 6, mtime=0)
            gzipped = _variant(f'"{digest}-gz"', common, small, [(b"content-encoding", b"gzip")])
    return Entry(answer.status, changed_at, _variant(f'"{digest}"', common, body, []), gzipped)


def _variant(etag: str, common: list[Header], body: bytes, extra: list[Header]) -> Variant:
    tag = etag.encode()
    headers = [*common, *extra, (b"etag", tag), (b"content-length", str(len(body)).encode())]
    left_out = (b"content-type", b"content-length", b"content-encoding")
    return Variant(tag, headers, [h for h in headers if h[0] not in left_out], body)


async def _answer(entry: Entry, scope: Scope, send: Send) -> None:
    accept_encoding = if_none_match = if_modified_since = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accept_encoding = value
        elif name == b"if-none-match":
            if_none_match = value
        elif name == b"if-modified-since":
            if_modified_since = value
    variant = entry.plain
    if entry.gzipped is not None and b"gzip" in accept_encoding and _accepts_gzip(accept_encoding):
        variant = entry.gzipped
    if entry.status == 200 and _unchanged(entry, variant, if_none_match, if_modified_since):
        await send({"type": "http.response.start", "status": 304, "headers": variant.not_modified})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": entry.status, "headers": variant.headers})
    body = b"" if scope["method"] == "HEAD" else variant.body
    await send({"type": "http.response.body", "body": body})


def _accepts_gzip(header: bytes) -> bool:
    """Whether Accept-Encoding takes gzip (RFC 9110 §12.5.3): `gzip;q=0` does not."""
    for part in header.lower().split(b","):
        coding, _, weight = part.strip().partition(b";")
        if coding.strip() == b"gzip":
            quality = weight.strip().removeprefix(b"q=").strip()
            return quality.strip(b"0.") != b"" or quality == b""
    return False


def _unchanged(
    entry: Entry, variant: Variant, if_none_match: bytes, if_modified_since: bytes
) -> bool:
    """RFC 9110 §13.2.2: If-None-Match decides when it is there, the date only without it."""
    if if_none_match:
        if if_none_match.strip() == b"*":
            return True
        tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
        return variant.etag in tags
    if if_modified_since:
        try:
            since = parsedate_to_datetime(if_modified_since.decode("latin-1"))
            return entry.modified <= since.timestamp()
        except (ValueError, TypeError, OverflowError):
            return False
    return False
