"""Digests into Postfix's smtp-sink, beside smtp-source with messages of the same size."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Line, folder, free_port, program, run, set_up
from tests.postgres_server import DURABLE, Server, why_not

READERS = 30_000
RUNS = 5
SESSIONS = 10
# How many of the made articles give a digest of about 20 kB.
ARTICLES = 8
_SBIN = "/usr/sbin:/usr/lib/postfix/sbin"
# What smtp-source puts in front of the length that it is given.
_SOURCE_HEADERS = 125


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the clock and of the processor."""

    clock: float
    processor: float

    def and_(self, other: "Spent") -> "Spent":
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def less(self, other: "Spent") -> "Spent":
        return Spent(self.clock - other.clock, self.processor - other.processor)


@dataclass(frozen=True, slots=True)
class Pair:
    """One run: a digest, what the same program takes for nothing, and smtp-source."""

    whole: Spent
    idle: Spent
    theirs: Spent

    @property
    def ours(self) -> Spent:
        return self.whole.less(self.idle)


def measure(articles: Path) -> list[Line]:
    """The rates of `hub worker --once` and of smtp-source on each engine, and their ratio."""
    if shutil.which("smtp-sink", path=_SBIN) is None:
        return [Line("a digest beside smtp-source", "not measured", "", "apt: postfix")]
    lines = _on("SQLite", articles, {})
    if reason := why_not():
        return [*lines, Line("the same on PostgreSQL", "not measured", "", reason)]
    with closing(Server(DURABLE)) as server:
        environment = {"HUB_DATABASE": server.url(server.database())}
        return lines + _on("PostgreSQL", articles, environment)


def _on(engine: str, articles: Path, environment: Mapping[str, str]) -> list[Line]:
    readers = int(os.environ.get("HUB_BENCH_READERS") or READERS)
    chosen = [path for path in sorted(articles.rglob("*.md")) if path.name != "_index.md"]
    pairs = []
    with folder() as data:
        set_up(data, port=free_port(), **environment)
        subscribe_readers(data, readers, environment)
        for number in range(RUNS):
            # Posts of its own for each edition: every post is sent once.
            some = chosen[number * ARTICLES : (number + 1) * ARTICLES]
            size = announce(data / f"posts-{number}", some, data, environment)
            with sink() as port:
                # Half before and half after: other work on the machine comes and goes.
                before = source(port, count=readers // 2, size=size)
                whole, idle = _digest(data, port, readers, environment)
                after = source(port, count=readers - readers // 2, size=size)
            pairs.append(Pair(whole, idle, before.and_(after)))
    ratios = sorted(pair.theirs.clock / pair.ours.clock for pair in pairs)
    how = (
        f"{readers:,} readers, half with a name, {size // 1000} kB a message, {SESSIONS} kept "
        "connections, every delivery recorded durably; `hub worker --once` less the same with "
        f"nothing to send, beside `smtp-source -d -s {SESSIONS}` with the same size and number "
        f"into the same sink, half of them before and half after; median of {RUNS} runs and spread"
    )
    ours = statistics.median(readers / pair.ours.clock for pair in pairs)
    theirs_too = statistics.median(readers / pair.theirs.clock for pair in pairs)
    figure = (
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) of smtp-source "
        f"({ours:,.0f}/s beside {theirs_too:,.0f}/s)"
    )
    with_start = statistics.median(pair.theirs.clock / pair.whole.clock for pair in pairs)
    micros = [
        statistics.median(spent / readers * 1e6 for spent in some)
        for some in (
            [pair.ours.processor for pair in pairs],
            [pair.theirs.processor for pair in pairs],
        )
    ]
    return [
        Line(f"a digest into smtp-sink, {engine}", figure, "≥ 0.7, aim 1.1", how),
        Line("with the start of the process", f"{with_start:.2f} of smtp-source", "", "the same"),
        Line(
            "processor time a message",
            f"{micros[0]:.0f} µs (smtp-source: {micros[1]:.0f} µs)",
            "",
            "the same; the sink's and the database server's not counted",
        ),
    ]


@contextmanager
def sink() -> Iterator[int]:
    """The port of a running smtp-sink, which takes every message and forgets it."""
    port = free_port()
    found = shutil.which("smtp-sink", path=_SBIN)
    assert found is not None
    # It refuses to run as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with program([found, *user, "-c", f"127.0.0.1:{port}", "1000"], port=port):
        yield port


def source(port: int, *, count: int, size: int) -> Spent:
    """What smtp-source takes."""
    found = shutil.which("smtp-source", path=_SBIN)
    assert found is not None
    addresses = ["-f", "a@bench.test", "-t", "b@bench.test", f"127.0.0.1:{port}"]
    length = str(size - _SOURCE_HEADERS)
    command = [found, "-d", "-s", str(SESSIONS), "-m", str(count), "-l", length, *addresses]
    return _spent(lambda: subprocess.run(command, check=True, capture_output=True))


def subscribe_readers(data: Path, number: int, environment: Mapping[str, str]) -> None:
    """Readers, half of them with a name; one more who is erased, so that there is somebody to
    look for before each mail."""
    file = data / "readers.csv"
    rows = (f"r{n}@readers.test,{'Ada Lovelace' if n % 2 else ''}\n" for n in range(number))
    file.write_text("email,name\ngone@readers.test,\n" + "".join(rows))
    run(data, "import", str(file), "--consent=made for the bench", **environment)
    run(data, "subscribers", "erase", "gone@readers.test", **environment)


def announce(target: Path, articles: list[Path], data: Path, environment: Mapping[str, str]) -> int:
    """Import articles for the next digest; the bytes of its mail."""
    target.mkdir()
    for path in articles:
        shutil.copy(path, target / path.name)
    run(data, "import", str(target), "--announce", **environment)
    shutil.rmtree(data / "outbox", ignore_errors=True)
    run(data, "newsletter", "test", "owner@bench.test", **environment)
    return max(path.stat().st_size for path in (data / "outbox").glob("*.eml"))


def _digest(
    data: Path, port: int, readers: int, environment: Mapping[str, str]
) -> tuple[Spent, Spent]:
    """What the worker takes for one digest to all readers, and for nothing."""
    environment = {**environment, "HUB_SMTP": f"smtp://127.0.0.1:{port}?starttls=no"}
    idle = _spent(lambda: run(data, "worker", "--once", **environment))
    run(data, "newsletter", "send", "--now", **environment)
    whole = _spent(lambda: run(data, "worker", "--once", **environment))
    edition = json.loads(run(data, "newsletter", "status", "--json", **environment))[0]
    if edition["deliveries"]["accepted"] != readers:
        raise RuntimeError(f"not everybody was reached: {edition['deliveries']}")
    return whole, idle


def _spent(work: Callable[[], object]) -> Spent:
    """What a program takes that runs to its end in `work`."""
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(time.monotonic() - started, processor)
