"""Public pages as bytes, in front of the router: neither thread nor database is touched.

A view marks its answer as shared (`hub.web.pages`); the cache keeps it, and a gzip of it,
until the site changes. Pages stand on a shelf, and a change brings a new, empty one: a page
that was begun before the change goes to the old shelf, where nobody looks any more.

Behind any server this is ASGI middleware; hub/web/http_protocol.py asks for a `hit` as soon as
it has read the request, and saves the way through ASGI.
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web import paging
from hub.web.pages import PAGED, SHARED

LARGEST = 48_000_000
# Nothing under these is the same for everybody, or small enough to keep.
_NEVER = ("/admin/", "/media/", "/setup/", "/confirm/", "/unsubscribe/", "/preferences/")
# Every question has an answer of its own.
_NEVER_THIS = "/search"
_KEPT = frozenset((200, 301, 308))
_COMPRESSIBLE = (b"text/", b"application/", b"image/svg")
_SMALLEST_TO_COMPRESS = 600
_WITH_BODY = frozenset((b"content-length", b"transfer-encoding", b"expect"))
_SHARED = SHARED.encode()

Header = tuple[bytes, bytes]
# A page's path, and the number of a list's page.
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers, as an ASGI message and as the lines of HTTP/1.1 (without `Date`)."""

    start: Message
    lines: bytes


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a page, ready made."""

    etag: bytes
    head: Head
    not_modified: Head
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in its encodings. `modified` is in whole seconds since the epoch."""

    status: int
    modified: int
    paged: bool
    plain: Variant
    gzipped: Variant | None

    @property
    def size(self) -> int:
        return len(self.plain.body) + (len(self.gzipped.body) if self.gzipped else 0) + 3_000


class _Shelf:
    """The pages of one state of the site, the least read ones first."""

    def __init__(self, changed_at: int) -> None:
        self.changed_at = changed_at
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.bytes = 0
        self.pending: dict[Key, asyncio.Event] = {}

    def find(self, path: str, number: int) -> Entry | None:
        key = (path, number)
        entry = self.entries.get(key)
        if entry is None and number != 1:
            # A page that is no list is the same whatever `page` says.
            key = (path, 1)
            entry = self.entries.get(key)
            if entry is not None and entry.paged:
                return None
        if entry is not None:
            self.entries.move_to_end(key)
        return entry

    def keep(self, key: Key, entry: Entry, largest: int) -> None:
        if entry.size > largest:
            return
        if old := self.entries.pop(key, None):
            self.bytes -= old.size
        self.entries[key] = entry
        self.bytes += entry.size
        while self.bytes > largest:
            _, oldest = self.entries.popitem(last=False)
            self.bytes -= oldest.size


class PageCache:
    """ASGI middleware. `now` gives seconds since the epoch, for Last-Modified."""

    def __init__(self, app: ASGIApp, *, now: Callable[[], float], largest: int = LARGEST) -> None:
        self._app = app
        self._now = now
        self._largest = largest
        self._shelf = _Shelf(int(now()))

    def clear(self) -> None:
        """The site changed: forget every page. Callable from any thread."""
        now = int(self._now())
        # Two changes within a second have two dates, as far as a date may run ahead.
        self._shelf = _Shelf(max(now, min(self._shelf.changed_at, now) + 1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] not in ("GET", "HEAD")
            or scope["path"].startswith(_NEVER)
            or scope["path"] == _NEVER_THIS
        ):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"]
        # 0: a number that no list has. Its views answer 404; what is no list does not care.
        number = (paging.asked(query) or 0) if query else 1
        shelf = self._shelf
        entry = shelf.find(scope["path"], number)
        if entry is None and (pending := shelf.pending.get((scope["path"], number))):
            # Somebody is making this page already: wait for it rather than make it twice.
            await pending.wait()
            entry = shelf.find(scope["path"], number)
        if entry is None:
            await self._make(shelf, number, scope, receive, send)
        else:
            await _answer(entry, scope, send)

    def hit(
        self, method: bytes, target: bytes, headers: list[Header]
    ) -> tuple[bytes, bytes] | None:
        """The lines of the head (without `Date` and the empty line) and the body of the answer.

        None when there is no answer to give at once; then the request goes the usual way.
        `target` is that of the request line, `headers` have lower-cased names.
        """
        # A query or an escape may mean the same page or another: the usual way knows.
        if method not in (b"GET", b"HEAD") or b"?" in target or b"%" in target:
            return None
        entry = self._shelf.find(target.decode("latin-1"), 1)
        if entry is None or any(name in _WITH_BODY for name, _ in headers):
            return None
        variant, unchanged = _chosen(entry, headers)
        if unchanged:
            return variant.not_modified.lines, b""
        return variant.head.lines, variant.body if method == b"GET" else b""

    async def _make(
        self, shelf: _Shelf, number: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        key = (scope["path"], number)
        done = asyncio.Event()
        shelf.pending[key] = done

        def settled() -> None:
            if shelf.pending.get(key) is done:
                del shelf.pending[key]
            done.set()

        # The page is made for GET; a HEAD is answered from it.
        head = scope["method"] == "HEAD"
        recorder = _Recorder(send, head=head, not_shared=settled)
        inner = {**scope, "method": "GET"} if head else scope
        try:
            await self._app(inner, receive, recorder)
            if recorder.shared:
                entry = _entry(recorder, shelf.changed_at)
                if _may_be_kept(recorder) and (number or not entry.paged):
                    shelf.keep(key if entry.paged else (key[0], 1), entry, self._largest)
                settled()
                await _answer(entry, scope, send)
        finally:
            settled()


class _Recorder:
    """Passes an answer through as it comes, or holds it back when it is marked as shared."""

    def __init__(self, send: Send, *, head: bool, not_shared: Callable[[], None]) -> None:
        self._send = send
        self._head = head
        self._not_shared = not_shared
        self.shared = False
        self.paged = False
        self.complete = False
        self.status = 0
        self.headers: list[Header] = []
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            mark = next((value for name, value in headers if name == _SHARED), None)
            self.shared = mark is not None
            self.paged = mark == PAGED.encode()
            self.status = message["status"]
            self.headers = [header for header in headers if header[0] != _SHARED]
            if self.shared:
                return
            # Nobody need wait for the end of an answer that will not be kept.
            self._not_shared()
        elif self.shared:
            self.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)
            return
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _may_be_kept(answer: _Recorder) -> bool:
    return (
        answer.complete
        and answer.status in _KEPT
        and all(name != b"set-cookie" for name, _ in answer.headers)
    )


def _entry(answer: _Recorder, changed_at: int) -> Entry:
    body = bytes(answer.body)
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    replaced = (b"content-length", b"etag", b"last-modified", b"vary")
    common = [header for header in answer.headers if header[0] not in replaced]
    names = {name for name, _ in common}
    common.append((b"last-modified", formatdate(changed_at, usegmt=True).encode()))
    if b"cache-control" not in names:
        common.append((b"cache-control", b"public, max-age=0, must-revalidate"))
    content_type = next((v for n, v in common if n == b"content-type"), b"")
    status = answer.status
    gzipped = None
    if content_type.startswith(_COMPRESSIBLE):
        common.append((b"vary", b"accept-encoding"))
        if len(body) >= _SMALLEST_TO_COMPRESS:
            small = gzip.compress(body, 6, mtime=0)
            coding = [(b"content-encoding", b"gzip")]
            gzipped = _variant(status, f'"{digest}-gz"', common, small, coding)
    plain = _variant(status, f'"{digest}"', common, body, [])
    return Entry(status, changed_at, answer.paged, plain, gzipped)


def _variant(
    status: int, etag: str, common: list[Header], body: bytes, coding: list[Header]
) -> Variant:
    tag = etag.encode()
    headers = [*common, *coding, (b"etag", tag), (b"content-length", str(len(body)).encode())]
    of_the_body = (b"content-type", b"content-length", b"content-encoding")
    kept = [header for header in headers if header[0] not in of_the_body]
    return Variant(tag, _head(status, headers), _head(304, kept), body)


def _head(status: int, headers: list[Header]) -> Head:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return Head(start, b"\r\n".join(lines) + b"\r\n")


async def _answer(entry: Entry, scope: Scope, send: Send) -> None:
    variant, unchanged = _chosen(entry, scope["headers"])
    await send((variant.not_modified if unchanged else variant.head).start)
    nothing = unchanged or scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if nothing else variant.body})


def _chosen(entry: Entry, headers: list[Header]) -> tuple[Variant, bool]:
    """The encoding for these request headers, and whether the client has that page already."""
    accept_encoding = if_none_match = if_modified_since = b""
    for name, value in headers:
        if name == b"accept-encoding":
            accept_encoding = value if not accept_encoding else accept_encoding + b"," + value
        elif name == b"if-none-match":
            if_none_match = value if not if_none_match else if_none_match + b"," + value
        elif name == b"if-modified-since":
            if_modified_since = value
    variant = entry.plain
    if entry.gzipped is not None and accept_encoding and _accepts_gzip(accept_encoding):
        variant = entry.gzipped
    conditional = (if_none_match or if_modified_since) and entry.status == 200
    if not conditional:
        return variant, False
    return variant, _unchanged(entry, variant, if_none_match, if_modified_since)


def _accepts_gzip(header: bytes) -> bool:
    """Whether Accept-Encoding takes gzip (RFC 9110 §12.5.3): `gzip;q=0` does not, `*` does."""
    otherwise = False
    for part in header.lower().split(b","):
        coding, _, weight = part.partition(b";")
        if (coding := coding.strip()) not in (b"gzip", b"x-gzip", b"*"):
            continue
        quality = weight.strip().removeprefix(b"q=").strip()
        taken = quality.strip(b"0.") != b"" or quality == b""
        if coding != b"*":
            return taken
        otherwise = taken
    return otherwise


def _unchanged(
    entry: Entry, variant: Variant, if_none_match: bytes, if_modified_since: bytes
) -> bool:
    """RFC 9110 §13.2.2: If-None-Match decides when it is there, the date only without it."""
    if if_none_match:
        if if_none_match.strip() == b"*":
            return True
        tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
        return variant.etag in tags
    try:
        since = parsedate_to_datetime(if_modified_since.decode("latin-1"))
        return entry.modified <= since.timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
