"""SQLite and PostgreSQL side by side: the same functions of the hub on the same million readers."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from bench.measure import Line, folder
from tests.postgres_server import DURABLE, Server, why_not

PEOPLE = 1_000_000
ARTICLES = 10_000
_NOWHERE = ("not measured", "")


def measure(articles: Path) -> list[Line]:
    """One line a figure: that of SQLite, then that of PostgreSQL with fsync on."""
    people = int(os.environ.get("HUB_BENCH_READERS") or PEOPLE)
    with folder() as data:
        sqlite = _figures(data, "", people)
    if reason := why_not():
        postgres = {}
        sys.stderr.write(f"PostgreSQL is not measured: {reason}\n")
    else:
        with closing(Server(DURABLE)) as server, folder() as data:
            name = server.database()
            _run(data, server.url(name), "fill", people)
            # What autovacuum does within a minute.
            server.execute("VACUUM ANALYZE", name)
            postgres = json.loads(_run(data, server.url(name), "measure", people))
    return [
        Line(
            what, f"{figure} · {postgres.get(what, _NOWHERE)[0]}", "", f"SQLite · PostgreSQL; {how}"
        )
        for what, (figure, how) in sqlite.items()
    ]


def _figures(data: Path, url: str, people: int) -> dict[str, tuple[str, str]]:
    """What was measured: the figure, and how it was taken."""
    _run(data, url, "fill", people)
    found: dict[str, tuple[str, str]] = json.loads(_run(data, url, "measure", people))
    return found


def _run(data: Path, url: str, step: str, people: int) -> str:
    """A process of its own for each step, so that its memory is known."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.one_engine", step, str(people), str(ARTICLES)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HUB_DATA": str(data), "HUB_DATABASE": url},
    )
    return done.stdout
