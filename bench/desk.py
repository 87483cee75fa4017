"""Every page of the desk as its owner asks for it, on 1,000 articles and very many readers.

A million take minutes to make, so it runs only when it is named: `python -m bench desk`.
"""

import http.client
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from starlette.routing import Match, Route

from bench import people
from bench.filling import fill
from bench.measure import Line, family, folder, free_port, hub, program
from hub.app import create_hub, routes
from hub.settings import from_environment
from tests.postgres_server import DURABLE, Server, why_not

ARTICLES = 1_000
# Readers, and the milliseconds in which every page is to be there.
SIZES = {100_000: 50, 1_000_000: 150}
RUNS = 5
# Of many articles, readers and letters these are asked for.
OF_EACH = 2
# What is sent as a file is as long as the list, and no page.
_FILES = re.compile(r"/(export|logout|rows\.csv|raw)$")
_OWNER = {"email": "owner@bench.test", "password": "correct horse battery staple"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A page: milliseconds by the clock and of processor time, of each run; bytes."""

    path: str
    clock: tuple[float, ...]
    processor: tuple[float, ...]
    size: int

    @property
    def median(self) -> float:
        return statistics.median(self.clock)

    @property
    def slowest(self) -> float:
        return max(self.clock)


def measure(_articles: Path) -> Iterator[Line]:
    """Both engines and sizes. HUB_BENCH_ENGINE and HUB_BENCH_READERS name one of each;
    HUB_BENCH_FOLDER keeps the hubs of SQLite there, for the next time."""
    wanted = os.environ.get("HUB_BENCH_READERS")
    sizes = [int(wanted)] if wanted else list(SIZES)
    engine = os.environ.get("HUB_BENCH_ENGINE", "both")
    for readers in sizes if engine != "postgres" else ():
        with _kept_folder(readers) as data:
            if not data.exists():
                _fill(data, readers, {})
            yield from _lines("SQLite", readers, _measured(data, {}))
    if engine == "sqlite":
        return
    if reason := why_not():
        yield Line("the same on PostgreSQL", "not measured", "", reason)
        return
    with closing(Server(DURABLE)) as server, folder() as root:
        for readers in sizes:
            name = server.database()
            data, given = root / str(readers), {"HUB_DATABASE": server.url(name)}
            _fill(data, readers, given)
            # What autovacuum does within a minute.
            server.execute("VACUUM ANALYZE", name)
            yield from _lines("PostgreSQL", readers, _measured(data, given))


def _lines(engine: str, readers: int, asked: list[Asked]) -> Iterator[Line]:
    most = SIZES.get(readers, max(SIZES.values()))
    slow = [one for one in asked if one.slowest > most]
    yield Line(
        f"{len(asked)} pages of the desk, {readers:,} readers, {engine}",
        f"median {statistics.median(one.median for one in asked):.0f} ms; over {most} ms:"
        f" {len(slow)}",
        f"≤ {most} ms each",
        f"median and slowest of {RUNS} after a first, over HTTP on loopback, {ARTICLES:,} articles",
    )
    shown = asked if os.environ.get("HUB_BENCH_ALL") else sorted(asked, key=_slowest)[-6:] + slow
    for one in sorted(set(shown), key=_slowest, reverse=True):
        yield Line(
            f"`{one.path}`",
            f"{one.median:.1f} ms, slowest {one.slowest:.1f}",
            f"≤ {most} ms",
            f"{statistics.median(one.processor):.1f} ms of processor, {one.size / 1000:.0f} kB",
        )


def _slowest(one: Asked) -> float:
    return one.slowest


@contextmanager
def _kept_folder(readers: int) -> Iterator[Path]:
    if kept := os.environ.get("HUB_BENCH_FOLDER"):
        yield Path(kept) / str(readers)
        return
    with folder() as data:
        yield data / str(readers)


def _fill(data: Path, readers: int, environment: Mapping[str, str]) -> None:
    fill(data, ARTICLES, port=free_port(), **environment)
    with closing(create_hub(from_environment(dict(environment), data=data)).db) as db:
        people.fill(db, readers)


def _measured(data: Path, environment: Mapping[str, str]) -> list[Asked]:
    port = free_port()
    with (
        program(
            hub(data, "serve", f"--port={port}", "--no-worker"), port=port, **environment
        ) as process,
        closing(_Browser(port, process.pid)) as browser,
    ):
        browser.log_in()
        return [browser.ask(path) for path in browser.pages()]


class _Browser:
    """One kept connection of an owner who is logged in."""

    def __init__(self, port: int, pid: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"host": f"127.0.0.1:{port}", "accept-encoding": "gzip"}
        self._pid = pid

    def close(self) -> None:
        self._connection.close()

    def log_in(self) -> None:
        headers = self._headers | {"content-type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/admin/login", urlencode(_OWNER), headers)
        answer = self._connection.getresponse()
        answer.read()
        self._headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

    def ask(self, path: str) -> Asked:
        self._fetch(path)
        clock, processor, size = [], [], 0
        for _ in range(RUNS):
            before, started = _processor(self._pid), time.perf_counter()
            size = len(self._fetch(path)[1])
            clock.append((time.perf_counter() - started) * 1000)
            processor.append(_processor(self._pid) - before)
        return Asked(path, tuple(clock), tuple(processor), size)

    def pages(self) -> list[str]:
        """The pages that links lead to from the first, a few of each route, and hard questions."""
        del self._headers["accept-encoding"]
        found = ["/admin", *_without_slots(), *_questions(self._newest())]
        of_route: Counter[str] = Counter(filter(None, map(_route_of, found)))
        pages = []
        for path in found:
            kind, body = self._fetch(path)
            if kind is None:
                continue
            pages.append(path)
            for link in re.findall(r'(?:href|src)="(/admin[^"#]*)', body.decode(errors="replace")):
                address = unescape(link)
                route = _route_of(address)
                if address in found or route is None or of_route[route] >= OF_EACH:
                    continue
                of_route[route] += 1
                found.append(address)
        self._headers["accept-encoding"] = "gzip"
        return pages

    def _newest(self) -> int:
        """The number of who came last: the list was made at once, so it is how many they are."""
        _, body = self._fetch("/admin/subscribers")
        return max(map(int, re.findall(r'"/admin/subscribers/(\d+)"', body.decode())))

    def _fetch(self, path: str) -> tuple[str | None, bytes]:
        """Content type and body; None for what is no page (moved, or not there)."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status >= 500:
            raise RuntimeError(f"{path} answered {answer.status}")
        return (answer.headers["content-type"] if answer.status == 200 else None), body


def _questions(readers: int) -> Iterator[str]:
    """The list and its filters, alone and together; what finds many, one and nobody."""
    middle = readers // 2
    rare = people.RARE_NAME
    since = (people.TODAY).date().isoformat()
    for query in (
        *("", f"after={middle}", "status=active", "status=bounced", "status=pending"),
        *(
            "q=example7",
            "q=ada",
            f"q={rare}",
            "q=nobody-at-all",
            f"q=ada.{middle:x}%40",
            "q=Z%C3%A9lie",
        ),
        *("status=active&q=nobody-at-all", "q=met+at+the+fair", f"q=the+fair+{middle}"),
        *(
            "tag=customer",
            "tag=speaker",
            "tag=old+hand&status=complained",
            "tag=vip&q=nobody-at-all",
        ),
        *("cadence=monthly", "language=fr", "source=invite+fair", "topic=harbour", "topic=no-such"),
        *(f"joined={since}", f"status=pending&joined={since}", f"tag=customer&joined={since}"),
        "status=active&cadence=monthly&topic=harbour&language=fr&source=invite+fair&tag=customer",
        "status=complained&cadence=each&language=fr&topic=harbour",
        "status=bounced&source=invite+fair&language=fr&tag=vip",
    ):
        yield "/admin/subscribers" + (f"?{query}" if query else "")
    for number in (1, middle, readers):
        yield f"/admin/subscribers/{number}"
    yield f"/admin/subscribers/{middle}?all"
    for query in ("span=month", "span=quarter", "span=year", "span=year&source=form"):
        yield f"/admin/subscribers/growth?{query}"
    for number in range(1, len(people.SEGMENTS) + 1):
        yield f"/admin/newsletter/segments/{number}"
        yield f"/admin/newsletter/segments/{number}/tags"
    for state in ("accepted", "failed", "unknown"):
        yield f"/admin/newsletter/{people.EDITIONS}/readers/{state}"
    for stream in ("weekly", "monthly", "each"):
        yield f"/admin/newsletter/next/{stream}"
        yield f"/admin/newsletter/next/{stream}/send"


def _without_slots() -> Iterator[str]:
    for route in routes():
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        is_file = _FILES.search(route.path)
        if route.path.startswith("/admin/") and "{" not in route.path and not is_file:
            yield route.path


def _route_of(address: str) -> str | None:
    """The pattern of the route that answers a GET of this address; None for a file."""
    path = address.partition("?")[0]
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    matching = (r for r in routes() if isinstance(r, Route) and r.matches(scope)[0] is Match.FULL)
    found = next((route.path for route in matching if route.path.startswith("/admin")), None)
    return None if found is None or _FILES.search(found) else found


def _processor(pid: int) -> float:
    """Milliseconds of processor time that a program and its children have taken."""
    taken = 0
    for one in family(pid):
        for task in Path(f"/proc/{one}/task").glob("*/schedstat"):
            taken += int(task.read_text().split()[0])
    return taken / 1e6
