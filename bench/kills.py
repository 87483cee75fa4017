"""10,000 readers, and the worker killed with -9 again and again while it sends.

The relay's own record says who was missed and what came twice. HUB_BENCH_SEED repeats a run.
"""

import json
import os
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Line, folder, free_port, hub, run, set_up
from tests.killing import Crew, Recorder, Verdict, kill_while_sending, moments, wait_until
from tests.postgres_server import Server, why_not

READERS = 10_000
KILLS = 20
STOPS = 5
# How many of the made articles give a digest of about 20 kB.
_ARTICLES = 8
_MOST = "≤ 40 at 2,500/s"


@dataclass(frozen=True, slots=True)
class _Post:
    """A hub whose edition waits to be sent."""

    data: Path
    environment: dict[str, str]
    recorder: Recorder
    size: int

    def crew(self) -> Crew:
        return Crew(hub(self.data, "worker"), self.environment, self.data / "worker.log")

    def edition(self) -> dict[str, object]:
        told = run(self.data, "newsletter", "status", "--json", **self.environment)
        found: dict[str, object] = json.loads(told)[0]
        return found

    def sent(self) -> bool:
        return self.edition()["status"] == "sent"


def measure(articles: Path) -> list[Line]:
    """Kills with one and two workers, and SIGTERM, on each engine that is installed."""
    seed = int(os.environ.get("HUB_BENCH_SEED") or random.SystemRandom().randrange(10**6))
    lines = _on("", articles, seed)
    if reason := why_not():
        return [*lines, Line("the same on PostgreSQL", "not measured", "", reason)]
    with closing(Server()) as server:
        return lines + _on(server.url("{}"), articles, seed, server)


def _on(url: str, articles: Path, seed: int, server: Server | None = None) -> list[Line]:
    engine = "PostgreSQL" if server else "SQLite"
    lines = []
    for workers in (1, 2):
        database = url.format(server.database()) if server else ""
        lines.append(_kills(engine, database, articles, seed, workers))
    database = url.format(server.database()) if server else ""
    return [*lines, _stops(engine, database, articles, seed)]


def _kills(engine: str, database: str, articles: Path, seed: int, workers: int) -> Line:
    chance = random.Random(seed)
    with _ready(articles, database) as post, post.crew() as crew:
        for _ in range(workers):
            crew.start()
        began = time.monotonic()
        after = moments(chance, KILLS, READERS)
        kills = kill_while_sending(post.recorder, crew, after, chance)
        wait_until(post.sent, every=0.5)
        took = time.monotonic() - began
        crew.stop()
        verdict = _judged(post, kills)
    most = max(verdict.repeats)
    rate = round(statistics.median(verdict.rates))
    return Line(
        f"{KILLS} × kill -9, {_number_of(workers)}, {engine}",
        f"0 missed; {sum(verdict.repeats)} repeats, at most {most} a kill, at {rate:,}/s",
        f"0 missed, {_MOST}",
        f"{_what(post, seed)}; every repeat the same bytes, Message-ID and Date; "
        f"{verdict.hits} kills hit a worker that had connections, the others one that was "
        f"starting; {min(verdict.rates):,} to {max(verdict.rates):,}/s just before each kill, "
        f"the figure is the median; {took:.0f} s with the starts",
    )


def _stops(engine: str, database: str, articles: Path, seed: int) -> Line:
    chance = random.Random(seed)
    with _ready(articles, database) as post, post.crew() as crew:
        slowest = 0.0
        for number in moments(chance, STOPS, READERS):
            crew.start()
            post.recorder.wait_for(number)
            slowest = max(slowest, crew.stop())
        crew.start()
        wait_until(post.sent, every=0.5)
        crew.stop()
        verdict = _judged(post, [])
    return Line(
        f"{STOPS} × SIGTERM, {engine}",
        f"0 missed, {verdict.unexplained} repeats; gone after {slowest:.1f} s at most",
        "0 missed, 0 repeats, 10 s",
        _what(post, seed),
    )


def _judged(post: _Post, kills: list[float]) -> Verdict:
    """What the record says. Raises RuntimeError when somebody was missed or a repeat differs."""
    verdict = post.recorder.verdict(_readers(), kills)
    deliveries = post.edition()["deliveries"]
    assert isinstance(deliveries, dict)
    told = {state: number for state, number in deliveries.items() if number}
    if verdict.missed or verdict.strangers or verdict.changed or told != {"accepted": READERS}:
        raise RuntimeError(f"{verdict}, and the hub says {told}")
    if kills and verdict.unexplained:
        raise RuntimeError(f"repeats that no kill explains: {verdict}")
    return verdict


@contextmanager
def _ready(articles: Path, database: str) -> Iterator[_Post]:
    """A fresh hub with an edition to every reader, and the relay that takes it."""
    with folder() as data, Recorder(data) as recorder:
        environment = {"HUB_DATABASE": database, "HUB_SMTP": recorder.relay}
        os.environ["HUB_DATABASE"] = database
        set_up(data, port=free_port())
        chosen = data / "chosen"
        chosen.mkdir()
        for path in sorted(articles.rglob("*.md"))[:_ARTICLES]:
            shutil.copy(path, chosen / path.name)
        run(data, "import", str(chosen), "--announce")
        readers = data / "readers.csv"
        lines = (f"{email},Reader {n}\n" for n, email in enumerate(_readers()))
        readers.write_text("email,name\n" + "".join(lines))
        run(data, "import", str(readers), "--consent=made for the bench")
        run(data, "newsletter", "test", "owner@bench.test", HUB_SMTP="outbox")
        size = max(path.stat().st_size for path in (data / "outbox").glob("*.eml"))
        run(data, "newsletter", "send", "--now", **environment)
        yield _Post(data, environment, recorder, size)


def _what(post: _Post, seed: int) -> str:
    return f"{READERS:,} readers, {post.size // 1000} kB a message, seed {seed}"


def _readers() -> list[str]:
    return [f"r{number}@readers.test" for number in range(READERS)]


def _number_of(workers: int) -> str:
    return "one worker" if workers == 1 else f"{workers} workers at once"
