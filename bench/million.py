"""An edition to a million readers: queued, claimed and sent, and what the worker holds meanwhile.

It takes minutes, so it runs only when it is named: `python -m bench million`.
"""

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Line, folder, free_port, hub, resident, set_up
from bench.sending import ARTICLES, announce, sink
from hub.app import create_hub
from hub.db import Database
from hub.newsletter import claiming, deliveries, editions, planning
from hub.newsletter.planning import Press
from hub.newsletter.sending import BATCH
from hub.settings import from_environment
from hub.times import utcnow
from hub.web.mailing import renderer
from hub.web.state import Hub
from tests.postgres_server import DURABLE, Server, why_not

SIZES = (10_000, 100_000, 1_000_000)
_CLAIMS = 20
_LOOK_SECONDS = 0.05


class _Undone(Exception):
    """Nothing of a measured claim is kept."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """Seconds that sending took, and the MB that one worker held at most."""

    seconds: float
    memory: float


def measure(articles: Path) -> Iterator[Line]:
    """The curve on each engine, on SQLite the largest size with two workers too."""
    most = int(os.environ.get("HUB_BENCH_READERS") or SIZES[-1])
    sizes = [size for size in SIZES if size <= most] or [most]
    engine = os.environ.get("HUB_BENCH_ENGINE", "both")
    if engine != "postgres":
        for size in sizes:
            yield from _on("SQLite", articles, size, {})
        yield from _on("SQLite, two workers", articles, sizes[-1], {}, workers=2)
    if engine == "sqlite":
        return
    if reason := why_not():
        yield Line("the same on PostgreSQL", "not measured", "", reason)
        return
    with closing(Server(DURABLE)) as server:
        for size in sizes:
            environment = {"HUB_DATABASE": server.url(server.database())}
            yield from _on("PostgreSQL", articles, size, environment)


def _on(
    engine: str, articles: Path, readers: int, environment: Mapping[str, str], *, workers: int = 1
) -> list[Line]:
    with folder() as data, sink() as port:
        set_up(data, port=free_port(), **environment)
        chosen = [path for path in sorted(articles.rglob("*.md")) if path.name != "_index.md"]
        size = announce(data / "posts", chosen[:ARTICLES], data, environment)
        environment = {**environment, "HUB_SMTP": f"smtp://127.0.0.1:{port}?starttls=no"}
        parts = create_hub(from_environment(environment, data=data))
        with closing(parts.db):
            _subscribe(parts.db, readers)
            edition_id, batches = _queue(parts)
            claims = [_claim(parts.db)]
            halves = []
            for left in (readers // 2, readers // 10, 0):
                halves.append(_send(parts.db, data, environment, edition_id, left, workers))
                if left:
                    claims.append(_claim(parts.db))
    seconds = sum(half.seconds for half in halves)
    memory = max(half.memory for half in halves)
    asked = readers == SIZES[-1]
    return [
        Line(
            f"{readers:,} deliveries queued, {engine}",
            f"{sum(batches):.1f} s, one batch {max(batches):.2f} s at most",
            "≤ 10 s, a batch < 1 s" if asked else "",
            f"batches of {deliveries.BATCH:,}, between which others write",
        ),
        Line(
            f"a claim of {BATCH} of them",
            ", ".join(f"{claim:.1f}" for claim in claims) + " ms",
            "the same",
            f"at the start, in the middle, with a tenth left; median of {_CLAIMS}, each undone",
        ),
        Line(
            "all of them sent",
            f"{seconds:.0f} s ({readers / seconds:,.0f}/s)",
            "",
            f"{size // 1000} kB a message into smtp-sink; three goes of the workers, less starts",
        ),
        Line(
            "memory of one worker at most",
            f"{memory:.0f} MB",
            "< 250 MB",
            f"every {_LOOK_SECONDS} s (PSS)",
        ),
    ]


def _subscribe(db: Database, number: int) -> None:
    now = utcnow()
    step = deliveries.BATCH
    for start in range(0, number, step):
        with db.write() as tx:
            tx.executemany(
                "INSERT INTO subscribers (email, email_key, name, status, cadence, language,"
                " source, created_at, confirmed_at) VALUES (:email, :email, :name, 'active',"
                " 'weekly', 'en', 'bench', :now, :now)",
                (
                    {
                        "email": f"r{n}@readers.test",
                        "name": "Ada Lovelace" if n % 2 else "",
                        "now": now,
                    }
                    for n in range(start, min(start + step, number))
                ),
            )


def _queue(parts: Hub) -> tuple[int, list[float]]:
    """The edition's id, and the seconds of each batch."""
    site, now = parts.site(), utcnow()
    press = Press(site, parts.signer, renderer(site, parts.settings), parts.settings.media)
    with parts.db.write() as tx:
        (edition,) = planning.send_now(tx, press, "weekly", now)
    batches = []
    while True:
        started = time.monotonic()
        with parts.db.write() as tx:
            planning.queue(tx, edition.id, now)
            current = editions.get(tx, edition.id)
        batches.append(time.monotonic() - started)
        if current is None or current.status != "planned":
            return edition.id, batches


def _claim(db: Database) -> float:
    """Milliseconds of one claim, its commit left out."""
    taken = []
    for _ in range(_CLAIMS):
        with suppress(_Undone), db.write(concurrent=True) as tx:
            started = time.perf_counter()
            if len(claiming.claim(tx, 0, now=utcnow(), limit=BATCH)) != BATCH:
                raise RuntimeError("there was too little to claim")
            taken.append((time.perf_counter() - started) * 1000)
            raise _Undone
    return statistics.median(taken)


def _send(
    db: Database,
    data: Path,
    environment: Mapping[str, str],
    edition_id: int,
    left: int,
    workers: int,
) -> _Sent:
    """Run workers until no more than `left` deliveries wait, from the first that is accepted."""
    before = _waiting(db, edition_id)
    running = [
        subprocess.Popen(
            hub(data, "worker"), stderr=subprocess.DEVNULL, env={**os.environ, **environment}
        )
        for _ in range(workers)
    ]
    memory = 0.0
    started: float | None = None
    try:
        while (waiting := _waiting(db, edition_id)) > left:
            if started is None and waiting < before:
                started = time.monotonic()
            memory = max(memory, *(resident(process.pid) for process in running))
            if any(process.poll() is not None for process in running):
                raise RuntimeError("a worker ended")
            time.sleep(_LOOK_SECONDS if started else 0.01)
        return _Sent(time.monotonic() - (started or time.monotonic()), memory)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)


def _waiting(db: Database, edition_id: int) -> int:
    with db.read() as tx:
        counts = editions.counts(tx, edition_id)
    if counts.failed or counts.unknown:
        raise RuntimeError(f"not everything was accepted: {counts}")
    return counts.queued + counts.claimed + counts.deferred
