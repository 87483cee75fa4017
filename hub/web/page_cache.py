"""Public pages as bytes, in front of the router: neither thread nor database is touched.

A view marks its answer as shared (`hub.web.pages`); the cache keeps it until the site changes,
with a compressed form of it for each coding that somebody asked for. Pages stand on a shelf, and
a change brings a new, empty one: a page that was begun before the change goes to the old shelf,
where nobody looks any more.

An import changes the site every second. What another process changed may be seen a moment later,
so for that moment readers get the page as it was, and the new one is made beside (RFC 5861).

Behind any server this is ASGI middleware; hub/web/http_protocol.py asks for a `hit` as soon as
it has read the request, and saves the way through ASGI.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web import codings, paging
from hub.web.kept_page import Entry, Header, Key, Variant, entry_of, unchanged, variant_of, wish_of
from hub.web.pages import PAGED, SHARED

LARGEST = 48_000_000
# Nothing under these is the same for everybody, or small enough to keep.
_NEVER = (
    *("/admin/", "/media/", "/setup/", "/confirm/", "/unsubscribe/", "/preferences/"),
    "/invite/",
)
# Every question has an answer of its own.
_NEVER_THIS = "/search"
# A link of a newsletter that is counted: each press, and whether it was one.
_LINK = re.compile(r"/newsletter/\d+/go/")
_KEPT = frozenset((200, 301, 308))
# What takes longer to compress than a few ms is done beside the requests.
_LARGE = 150_000
# Pages made anew at a time beside those that readers wait for.
_BESIDE = 2
_WITH_BODY = frozenset((b"content-length", b"transfer-encoding", b"expect"))
_SHARED = SHARED.encode()


class _Shelf:
    """The pages of one state of the site, the least read ones first."""

    def __init__(self, changed_at: int) -> None:
        self.changed_at = changed_at
        # Until when its pages may be shown though the site changed, by the clock of the cache.
        self.good_until = 0.0
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

    def keep(self, entry: Entry, largest: int) -> None:
        if entry.size > largest:
            return
        if old := self.entries.pop(entry.key, None):
            self.bytes -= old.size
        self.entries[entry.key] = entry
        self.bytes += entry.size
        self._make_room(largest)

    def add(self, entry: Entry, coding: bytes, variant: Variant, largest: int) -> None:
        """One more form of a page, which may have left the shelf meanwhile."""
        kept = self.entries.get(entry.key) is entry
        before = entry.size
        entry.variants[coding] = variant
        if kept:
            self.bytes += entry.size - before
            self._make_room(largest)

    def _make_room(self, largest: int) -> None:
        while self.bytes > largest:
            _, oldest = self.entries.popitem(last=False)
            self.bytes -= oldest.size


class PageCache:
    """ASGI middleware. `now` gives seconds since the epoch, for Last-Modified.

    `heard` is told of each page whose path ends with one of `listened`, and of the User-Agent of
    who got it: it must be quick, for nothing else happens meanwhile.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        now: Callable[[], float],
        largest: int = LARGEST,
        heard: Callable[[str, bytes], None] | None = None,
        listened: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._now = now
        self._heard = heard
        self._listened = listened
        self._largest = largest
        self._shelf = _Shelf(int(now()))
        self._older: tuple[_Shelf, ...] = ()
        self._beside: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(_BESIDE)

    def clear(self, *, grace: float = 0.0) -> None:
        """The site changed: forget every page. Callable from any thread.

        For `grace` seconds those who ask for a page may still get it as it was.
        """
        moment = self._now()
        now, was = int(moment), self._shelf
        was.good_until = moment + grace
        # Never longer than it was promised when it was put away.
        kept = (was, *self._older) if grace else ()
        self._older = tuple(shelf for shelf in kept if shelf.good_until > moment)
        # Two changes within a second have two dates, as far as a date may run ahead.
        self._shelf = _Shelf(max(now, min(was.changed_at, now) + 1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] not in ("GET", "HEAD")
            or scope["path"].startswith(_NEVER)
            or scope["path"] == _NEVER_THIS
            or _LINK.match(scope["path"])
        ):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"]
        # 0: a number that no list has. Its views answer 404; what is no list does not care.
        number = (paging.asked(query) or 0) if query else 1
        shelf = self._shelf
        entry = shelf.find(scope["path"], number)
        if entry is None and self._older and (old := self._as_it_was(scope["path"], number)):
            self._make_beside(shelf, number, scope)
            await self._answer(*old, scope, send)
            return
        if entry is None and (pending := shelf.pending.get((scope["path"], number))):
            # Somebody is making this page already: wait for it rather than make it twice.
            await pending.wait()
            entry = shelf.find(scope["path"], number)
        if entry is None:
            await self._make(shelf, number, scope, receive, send)
        else:
            await self._answer(shelf, entry, scope, send)

    def _as_it_was(self, path: str, number: int) -> tuple[_Shelf, Entry] | None:
        """A page from before the last change, while it may still be shown."""
        now = self._now()
        self._older = tuple(shelf for shelf in self._older if shelf.good_until > now)
        for shelf in self._older:
            if entry := shelf.find(path, number):
                return shelf, entry
        return None

    def _make_beside(self, shelf: _Shelf, number: int, scope: Scope) -> None:
        """Begin to make a page that nobody waits for, unless somebody is making it."""
        if (scope["path"], number) in shelf.pending:
            return
        # Made in its turn, yet already on its way for whoever comes when the moment is over.
        shelf.pending[scope["path"], number] = done = asyncio.Event()

        async def make() -> None:
            async with self._turns:
                if shelf is self._shelf:
                    with suppress(Exception):  # whoever asks next sees what is wrong
                        await self._make(shelf, number, scope, _nothing_more, _to_nobody)
            if shelf.pending.get((scope["path"], number)) is done:
                del shelf.pending[scope["path"], number]
            done.set()

        task = asyncio.create_task(make())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

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
        path = target.decode("latin-1")
        entry = self._shelf.find(path, 1)
        if entry is None or any(name in _WITH_BODY for name, _ in headers):
            return None
        wish = wish_of(headers)
        variant = entry.variants.get(entry.coding(wish.accepted))
        if variant is None:
            # Nobody asked for this coding yet.
            return None
        if path.endswith(self._listened):
            self._tell(entry, path, headers)
        if unchanged(entry, variant, wish):
            return variant.not_modified.lines, b""
        return variant.head.lines, variant.body if method == b"GET" else b""

    def _tell(self, entry: Entry, path: str, headers: list[Header]) -> None:
        if self._heard is not None and entry.status == 200:
            self._heard(
                path, next((value for name, value in headers if name == b"user-agent"), b"")
            )

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
                entry = entry_of(
                    key,
                    recorder.status,
                    recorder.headers,
                    bytes(recorder.body),
                    changed_at=shelf.changed_at,
                    paged=recorder.paged,
                )
                if _may_be_kept(recorder) and (number or not entry.paged):
                    shelf.keep(entry, self._largest)
                settled()
                await self._answer(shelf, entry, scope, send)
        finally:
            settled()

    async def _answer(self, shelf: _Shelf, entry: Entry, scope: Scope, send: Send) -> None:
        wish = wish_of(scope["headers"])
        if scope["path"].endswith(self._listened):
            self._tell(entry, scope["path"], scope["headers"])
        coding = entry.coding(wish.accepted)
        variant = entry.variants.get(coding)
        if variant is None:
            variant = await self._encoded(shelf, entry, coding)
        same = unchanged(entry, variant, wish)
        await send((variant.not_modified if same else variant.head).start)
        nothing = same or scope["method"] == "HEAD"
        await send({"type": "http.response.body", "body": b"" if nothing else variant.body})

    async def _encoded(self, shelf: _Shelf, entry: Entry, coding: bytes) -> Variant:
        body = entry.variants[codings.PLAIN].body
        if len(body) > _LARGE:
            small = await anyio.to_thread.run_sync(codings.encoded, body, coding)
        else:
            small = codings.encoded(body, coding)
        variant = variant_of(entry, coding, small)
        # Two may have asked at once.
        if coding not in entry.variants:
            shelf.add(entry, coding, variant, self._largest)
        return variant


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


async def _to_nobody(message: Message) -> None:
    """Of a page that is made for the shelf alone."""


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
