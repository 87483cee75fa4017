"""Pages that no cache holds: the first request after a change, and with a hundred times as much."""

import http.client
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.filling import RARE, fill
from bench.measure import Line, folder, free_port, hub, program
from hub.app import create_hub
from hub.db import Database
from hub.settings import from_environment
from hub.web.watching import GRACE_SECONDS

SMALL, LARGE = 100, 10_000
ROUNDS = 15
PAGES = {
    "an article": "/posts/article-77",
    "the home page": "/",
    "a topic": "/topics/harbour",
    "an author": "/authors/writer-3",
    "the archive": "/archive",
    "search": f"/search?q={RARE}",
    "the feed (20 whole articles)": "/feed.xml",
    "the feed of a topic": "/topics/harbour/feed.xml",
}
_ASKED = {"an article": 15.0, "the feed (20 whole articles)": 40.0}
_RATIO = 1.5
# Dates of HTTP have whole seconds: changes that are nearer cannot be told apart by them.
_APART = 1.2


def measure(articles: Path) -> Iterator[Line]:
    """First requests with 100 and with 10,000 articles, in turns, each after a change."""
    ports = {SMALL: free_port(), LARGE: free_port()}
    with folder() as root:
        for size, port in ports.items():
            fill(root / str(size), size, port=port)
        with (
            _served(root / str(SMALL), ports[SMALL]) as small,
            _served(root / str(LARGE), ports[LARGE]) as large,
        ):
            taken = _taken({SMALL: small, LARGE: large})
    for name in PAGES:
        few, many = (statistics.median(taken[size, name]) for size in (SMALL, LARGE))
        asked = f"≤ {_ASKED[name]:g} ms, " if name in _ASKED else ""
        yield Line(
            f"{name}, first request after a change",
            f"{few:.1f} ms with {SMALL} articles, {many:.1f} ms with {LARGE:,}:"
            f" {many / few:.2f} times",
            f"{asked}≤ {_RATIO}",
            f"median of {ROUNDS}, over a kept connection, in turns",
        )


class _served:  # noqa: N801  # used like a function, in `with`
    """A hub that serves, a connection to it, and its database, through which it changes."""

    def __init__(self, data: Path, port: int) -> None:
        self._program = program(hub(data, "serve", f"--port={port}", "--no-worker"), port=port)
        self._data, self._port = data, port

    def __enter__(self) -> "_served":
        self._program.__enter__()
        self._db: Database = create_hub(from_environment({}, data=self._data)).db
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        with closing(self._db):
            self._program.__exit__(None, None, None)

    def change(self) -> None:
        """The site changed, and the server shows none of its pages as it was any more."""
        time.sleep(_APART)
        before = self._forgotten_at()
        with self._db.write() as tx:
            tx.site_changed()
        while self._forgotten_at() == before:
            time.sleep(0.02)
        time.sleep(GRACE_SECONDS)

    def ask(self, path: str) -> float:
        """Milliseconds until the page is here."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - started) * 1000
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path} answered {answer.status}")
        return taken

    def _forgotten_at(self) -> str:
        self._connection.request("HEAD", "/robots.txt")
        answer = self._connection.getresponse()
        answer.read()
        return answer.headers["last-modified"]


def _taken(served: dict[int, _served]) -> dict[tuple[int, str], list[float]]:
    """Milliseconds by size and page. The page first asked for changes with each round."""
    taken: dict[tuple[int, str], list[float]] = {(s, n): [] for s in served for n in PAGES}
    names = list(PAGES)
    for number in range(ROUNDS + 1):
        for site in served.values():
            site.change()
        for name in names[number % len(names) :] + names[: number % len(names)]:
            for size, site in served.items():
                milliseconds = site.ask(PAGES[name])
                if number:  # the first round warms up
                    taken[size, name].append(milliseconds)
    _same_hits(served)
    return taken


def _same_hits(served: dict[int, _served]) -> None:
    """Search is compared fairly only where it finds the same number."""
    found = set()
    for site in served.values():
        site._connection.request("GET", PAGES["search"])
        found.add(re.findall(r"(\d+) results", site._connection.getresponse().read().decode())[0])
    if len(found) != 1:
        raise RuntimeError(f"search found {found}")
