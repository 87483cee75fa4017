"""The page cache alone, in front of an application that counts what it is asked."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from email.utils import formatdate

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from hub.web import codings
from hub.web.page_cache import PageCache
from hub.web.pages import mark_shared

NOW = 1_795_000_000


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


class Pages:
    """Answers each path as its name says, with the number of times it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.asked.append(f"{scope['method']} {path}")
        body = f"{len(self.asked)} of {path} " * 100
        response = Response(body, media_type="text/html")
        if path.startswith("/list"):
            mark_shared(response, paged=True)
        elif not path.startswith(("/own", "/admin/")):
            mark_shared(response)
        if path == "/missing":
            response.status_code = 404
        elif path == "/broken":
            response.status_code = 500
        elif path == "/cookie":
            response.set_cookie("who", "you")
        elif path == "/picture":
            response.headers["content-type"] = "image/png"
        elif path == "/raises":
            raise RuntimeError("on purpose")
        await response(scope, receive, send)


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(pages: Pages, clock: Clock) -> PageCache:
    return PageCache(pages, now=clock)


@pytest.fixture
def client(cache: PageCache) -> TestClient:
    return TestClient(cache, headers={"accept-encoding": "identity"})


def test_a_page_is_made_once(client: TestClient, pages: Pages) -> None:
    first = client.get("/page")
    assert client.get("/page").content == first.content
    assert pages.asked == ["GET /page"]
    assert "x-hub-shared" not in first.headers
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("path", ["/own", "/missing", "/broken", "/cookie", "/admin/page"])
def test_what_is_not_a_page_for_everybody_is_made_anew(
    client: TestClient, pages: Pages, path: str
) -> None:
    answers = [client.get(path), client.get(path)]
    assert len(pages.asked) == 2
    assert all("x-hub-shared" not in answer.headers for answer in answers)


def test_no_answer_of_search_is_kept(client: TestClient, pages: Pages) -> None:
    assert client.get("/search?q=tide").text != client.get("/search?q=wood").text
    client.get("/searching?q=tide")
    client.get("/searching?q=wood")
    assert len(pages.asked) == 3


def test_an_error_is_never_kept(cache: PageCache, pages: Pages) -> None:
    client = TestClient(cache, raise_server_exceptions=False)
    for _ in range(2):
        assert client.get("/raises").status_code == 500
    assert len(pages.asked) == 2


def test_other_methods_pass(client: TestClient, pages: Pages) -> None:
    client.get("/page")
    client.post("/page")
    assert pages.asked == ["GET /page", "POST /page"]


@pytest.mark.parametrize("path", ["/page", "/own"])
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    fresh, made = client.head(path), client.get(path)
    kept = client.head(path)
    for head in (fresh, kept):
        assert head.content == b""
        assert head.headers["content-length"] == str(len(made.content))
    if path == "/page":
        assert kept.headers == made.headers == fresh.headers


def test_a_tag_that_still_holds_is_304(client: TestClient) -> None:
    made = client.get("/page")
    for value in (
        made.headers["etag"],
        "W/" + made.headers["etag"],
        f'"other", {made.headers["etag"]}',
        "*",
    ):
        answer = client.get("/page", headers={"if-none-match": value})
        assert (answer.status_code, answer.content) == (304, b""), value
        assert answer.headers["etag"] == made.headers["etag"]
        assert "content-length" not in answer.headers
        assert "content-type" not in answer.headers
    assert client.get("/page", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_tag_beats_the_date(client: TestClient) -> None:
    made = client.get("/page")
    headers = {"if-none-match": '"other"', "if-modified-since": made.headers["last-modified"]}
    assert client.get("/page", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("date", "status"),
    [
        (formatdate(NOW, usegmt=True), 304),
        (formatdate(NOW + 60, usegmt=True), 304),
        (formatdate(NOW - 1, usegmt=True), 200),
        ("yesterday", 200),
        ("Mon, 99 Foo 99999999 99:99:99 GMT", 200),
        ("", 200),
    ],
)
def test_a_date_decides_alone(client: TestClient, date: str, status: int) -> None:
    client.get("/page")
    answer = client.get("/page", headers={"if-modified-since": date})
    assert answer.status_code == status


def test_two_changes_in_a_second_have_two_dates(
    client: TestClient, cache: PageCache, clock: Clock
) -> None:
    cache.clear()
    dates = [client.get("/page").headers["last-modified"]]
    clock.now += 5
    for _ in range(2):
        cache.clear()
        dates.append(client.get("/page").headers["last-modified"])
    assert len(set(dates)) == 3
    for _ in range(20):
        cache.clear()
    assert client.get("/page").headers["last-modified"] == dates[-1]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br, gzip;q=0.5", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("br ; q=0.400, x-gzip; q=0.401", "gzip"),
        ("GZIP", "gzip"),
        ("BR", "br"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0, *", "br"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("gzip;q=0, br;q=0, *", None),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, zstd", None),
        ("notgzip", None),
        ("zstd", None),
        ("gzip;q=high", "gzip"),
        (";;,=,q", None),
        ("", None),
    ],
)
def test_the_coding_that_a_client_likes_best(
    client: TestClient, accepted: str, encoding: str | None
) -> None:
    plain = client.get("/page").content
    answer = client.get("/page", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.content == plain


def test_each_encoding_has_a_tag_of_its_own(client: TestClient) -> None:
    asked = ("identity", "gzip", "br")
    tags = [
        client.get("/page", headers={"accept-encoding": name}).headers["etag"] for name in asked
    ]
    assert len(set(tags)) == 3
    for name in asked:
        held = [
            client.get("/page", headers={"accept-encoding": name, "if-none-match": tag})
            for tag in tags
        ]
        assert [answer.status_code == 304 for answer in held] == [n == name for n in asked]


def test_a_304_says_what_the_page_would(client: TestClient) -> None:
    made = client.get("/page", headers={"accept-encoding": "br"})
    headers = {"accept-encoding": "br", "if-none-match": made.headers["etag"]}
    answer = client.get("/page", headers=headers)
    for name in ("etag", "vary", "cache-control", "last-modified"):
        assert answer.headers[name] == made.headers[name]
    assert "content-encoding" not in answer.headers


def test_a_form_is_made_when_somebody_asks_for_it(cache: PageCache, client: TestClient) -> None:
    gzip_too = [(b"accept-encoding", b"gzip")]
    client.get("/page", headers={"accept-encoding": "br"})
    assert cache.hit(b"GET", b"/page", gzip_too) is None
    client.get("/page", headers={"accept-encoding": "gzip"})
    assert cache.hit(b"GET", b"/page", gzip_too) is not None


def test_headers_that_somebody_invents_fill_no_memory(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codings, "_MOST_REMEMBERED", 10)
    monkeypatch.setattr(codings, "_remembered", {})
    for number in range(50):
        client.get("/page", headers={"accept-encoding": f"gzip, x{number}"})
    assert len(codings._remembered) <= 10
    answer = client.get("/page", headers={"accept-encoding": "gzip, never-heard-of"})
    assert answer.headers["content-encoding"] == "gzip"


def test_a_large_page_is_compressed_too(clock: Clock) -> None:
    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        response = Response("word " * 100_000, media_type="text/plain")
        await mark_shared(response)(scope, receive, send)

    client = TestClient(PageCache(large, now=clock))
    for _ in range(2):
        answer = client.get("/page", headers={"accept-encoding": "br"})
        assert answer.headers["content-encoding"] == "br"
        assert len(answer.content) == 500_000


def test_a_picture_is_not_compressed(client: TestClient) -> None:
    answer = client.get("/picture", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_lists_have_pages_and_other_pages_have_not(client: TestClient, pages: Pages) -> None:
    for path in ("/list?page=1", "/list", "/list?page=01", "/list?utm=x", "/list?page=2"):
        client.get(path)
    assert len(pages.asked) == 2
    for path in ("/page", "/page?page=2", "/page?page=999999", "/page?page=x", "/page?x=1"):
        client.get(path)
    assert len(pages.asked) == 3


@pytest.mark.parametrize(
    "query",
    [
        "page=1%00",
        "page=1%0a",
        "page=+1",
        "page=-1",
        "page=0",
        "page=",
        "page=1e3",
        "page=1_0",
        "page=" + "9" * 5000,
        "page=%D9%A1",
        "page=%C2%B2",
        "page=2&page=3",
        "page=1&page=1",
        "&" * 60 + "page=2",
        "p%61ge=1%00",
    ],
)
def test_a_hostile_query_is_never_kept_nor_answered_from_what_is(
    client: TestClient, pages: Pages, query: str
) -> None:
    good = {path: client.get(path).text for path in ("/list", "/list?page=2")}
    asked = len(pages.asked)
    if query.startswith("p%61ge"):
        # Another spelling of `page` is not read as one, here or in the views.
        assert client.get(f"/list?{query}").text == good["/list"]
        return
    client.get(f"/list?{query}")
    client.get(f"/list?{query}")
    assert len(pages.asked) == asked + 2
    assert {path: client.get(path).text for path in good} == good


def test_a_question_mark_in_a_path_is_no_query(client: TestClient, pages: Pages) -> None:
    kept = client.get("/list?page=2").text
    assert client.get("/list%3Fpage=2").text != kept
    assert client.get("/list?page=2").text == kept


def test_a_change_forgets_every_page(client: TestClient, cache: PageCache) -> None:
    old = client.get("/page")
    cache.clear()
    new = client.get("/page", headers={"if-none-match": old.headers["etag"]})
    assert new.status_code == 200
    assert new.content != old.content


def test_the_least_read_pages_go_first(pages: Pages, clock: Clock) -> None:
    client = TestClient(PageCache(pages, now=clock, largest=12_000))
    for path in ("/a", "/b", "/a", "/c", "/d", "/a", "/e", "/a"):
        client.get(path)
    assert pages.asked.count("GET /a") == 1
    client.get("/b")
    assert pages.asked.count("GET /b") == 2


def test_what_is_kept_stays_within_its_bound(pages: Pages, clock: Clock) -> None:
    cache = PageCache(pages, now=clock, largest=12_000)
    client = TestClient(cache)
    for number in range(50):
        client.get(f"/page-{number}")
        cache.clear() if number == 25 else None
    shelf = cache._shelf
    assert 0 < shelf.bytes <= 12_000
    assert shelf.bytes == sum(entry.size for entry in shelf.entries.values())


def test_a_page_larger_than_the_shelf_is_not_kept(pages: Pages, clock: Clock) -> None:
    client = TestClient(PageCache(pages, now=clock, largest=1_000))
    assert client.get("/page").text != client.get("/page").text


# --- what happens at the same time ---


class Slow:
    """An application whose pages wait for `go`; each carries the data of when it was begun."""

    def __init__(self) -> None:
        self.data = "old"
        self.go = asyncio.Event()
        self.asked = 0
        self.fails = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        response = Response(self.data)
        await self.go.wait()
        if self.fails:
            raise RuntimeError("on purpose")
        if not scope["path"].startswith("/own"):
            mark_shared(response)
        await response(scope, receive, send)


async def fetch(app: Callable[..., Awaitable[None]], path: str = "/page") -> bytes:
    body = b""

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal body
        body += message.get("body", b"")

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    await app(scope, receive, send)
    return body


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_readers_at_the_same_time_wait_for_one_page() -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=lambda: NOW)
        readers = [asyncio.create_task(fetch(cache)) for _ in range(5)]
        await settle()
        slow.go.set()
        assert await asyncio.gather(*readers) == [b"old"] * 5
        assert slow.asked == 1

    asyncio.run(run())


def test_a_page_made_of_old_data_is_not_kept() -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=lambda: NOW)
        reader = asyncio.create_task(fetch(cache))
        await settle()
        slow.data = "new"
        cache.clear()
        after = asyncio.create_task(fetch(cache))
        await settle()
        slow.go.set()
        assert await reader == b"old"
        # Who asks after the change does not wait for, nor get, what was begun before it.
        assert await after == b"new"
        assert await fetch(cache) == b"new"

    asyncio.run(run())


def test_a_reader_who_leaves_takes_nobody_along() -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=lambda: NOW)
        maker = asyncio.create_task(fetch(cache))
        await settle()
        leaver, stayer = (asyncio.create_task(fetch(cache)) for _ in range(2))
        await settle()
        leaver.cancel()
        await settle()
        slow.go.set()
        assert (await maker, await stayer) == (b"old", b"old")
        assert leaver.cancelled()

    asyncio.run(run())


def test_when_the_one_who_makes_the_page_fails_the_others_go_on() -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=lambda: NOW)
        first = asyncio.create_task(fetch(cache))
        await settle()
        second = asyncio.create_task(fetch(cache))
        await settle()
        first.cancel()
        await settle()
        slow.go.set()
        assert await second == b"old"
        slow.fails = True
        cache.clear()
        with pytest.raises(RuntimeError):
            await fetch(cache)
        slow.fails = False
        assert await fetch(cache) == b"old"
        assert cache._shelf.pending == {}

    asyncio.run(run())


def test_nobody_waits_for_the_end_of_an_answer_that_is_not_kept() -> None:
    async def run() -> None:
        finish = asyncio.Event()

        async def endless(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await finish.wait()
            await send({"type": "http.response.body", "body": b"x"})

        cache = PageCache(endless, now=lambda: NOW)
        first = asyncio.create_task(fetch(cache))
        await settle()
        finish.set()
        second = asyncio.create_task(fetch(cache))
        assert (await first, await second) == (b"x", b"x")

        finish.clear()
        first = asyncio.create_task(fetch(cache))
        await settle()
        assert cache._shelf.pending == {}
        finish.set()
        await first

    asyncio.run(run())


def test_the_gzip_is_the_same_page(client: TestClient) -> None:
    plain = client.get("/page").content
    with client.stream("GET", "/page", headers={"accept-encoding": "gzip"}) as answer:
        assert gzip.decompress(b"".join(answer.iter_raw())) == plain


# --- what another process changed may be seen a moment later ---


def test_for_a_moment_readers_get_the_page_as_it_was(clock: Clock) -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=clock)
        slow.go.set()
        assert await fetch(cache) == b"old"
        slow.go.clear()
        slow.data = "new"
        cache.clear(grace=0.5)
        for _ in range(3):
            assert await fetch(cache) == b"old"
            await settle()
        # One is on its way beside them, and no other.
        assert slow.asked == 2
        slow.go.set()
        await settle()
        assert await fetch(cache) == b"new"
        assert slow.asked == 2

    asyncio.run(run())


def test_after_the_moment_readers_wait_for_the_new_page(clock: Clock) -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=clock)
        slow.go.set()
        await fetch(cache)
        slow.go.clear()
        slow.data = "new"
        cache.clear(grace=0.5)
        assert await fetch(cache) == b"old"
        clock.now += 0.4
        # The next change gives what is old already no more time.
        cache.clear(grace=0.5)
        clock.now += 0.2
        reader = asyncio.create_task(fetch(cache))
        await settle()
        assert not reader.done()
        slow.go.set()
        assert await reader == b"new"

    asyncio.run(run())


def test_what_this_process_changed_is_seen_at_once(clock: Clock) -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=clock)
        slow.go.set()
        await fetch(cache)
        slow.data = "new"
        cache.clear(grace=0.5)
        cache.clear()
        assert await fetch(cache) == b"new"

    asyncio.run(run())


def test_a_page_that_fails_to_be_made_beside_is_asked_for_again(clock: Clock) -> None:
    async def run() -> None:
        slow = Slow()
        cache = PageCache(slow, now=clock)
        slow.go.set()
        await fetch(cache)
        slow.fails = True
        cache.clear(grace=0.5)
        assert await fetch(cache) == b"old"
        await settle()
        slow.fails = False
        slow.data = "new"
        clock.now += 1
        assert await fetch(cache) == b"new"
        assert cache._shelf.pending == {}
        assert cache._older == ()

    asyncio.run(run())
