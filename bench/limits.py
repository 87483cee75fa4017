"""The owner's limits under latency, and letters beside a throttled edition; real processes.

Two or three workers share each limit; one of them is stopped and started again in the middle.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Line, folder, free_port, hub, program, run, set_up

# What is left out at the start, what is measured, and the windows that are looked at in it.
SETTLING, MEASURED, WINDOW = 3.0, 24.0, 10.0
READERS_IN_LANE, LETTERS, LETTERS_TAKE = 50_000, 40, 60.0
DOMAIN = "slow.test"


@dataclass(frozen=True, slots=True)
class Point:
    """A limit a second, the seconds each answer takes, and connections of each worker.

    What is left while a worker is started again must be able to carry the limit: a mail takes two
    answers.
    """

    rate: int
    latency: float
    connections: int
    domain: str = ""
    workers: int = 2


POINTS = (
    Point(15, 0.05, 10),
    Point(15, 0.5, 20),
    Point(100, 0.05, 10),
    Point(100, 0.5, 50, workers=3),
    Point(15, 0.05, 10, DOMAIN),
    Point(15, 0.5, 20, DOMAIN),
)


def measure(articles: Path) -> Iterator[Line]:
    """How far the rate is from each limit, and how long a letter takes beside an edition."""
    for point in POINTS:
        yield _rate(articles, point)
    for limit in ("200", ""):
        yield _letters(articles, limit)


def _rate(articles: Path, point: Point) -> Line:
    readers = int(point.rate * (SETTLING + MEASURED + 15))
    with folder() as data:
        addresses = [f"r{n}@{DOMAIN if point.domain else 'readers.test'}" for n in range(readers)]
        if point.domain:
            # Others, who have no limit and must not wait.
            addresses += [f"r{n}@quick.test" for n in range(1_000)]
        _edition(data, articles, addresses)
        limit = f"{point.domain} {point.rate}/s" if point.domain else str(point.rate)
        option = "send_per_domain" if point.domain else "send_per_second"
        run(data, "settings", "set", option, limit)
        run(data, "settings", "set", "send_connections", str(point.connections))
        log = data / "accepted.log"
        with _far_server(point.latency, log) as relay, ExitStack() as workers:
            stopped = _worker(data, relay)
            for _ in range(point.workers - 1):
                workers.enter_context(_ending(_worker(data, relay)))
            began = _first(log)
            time.sleep(SETTLING + MEASURED / 2)
            stopped.send_signal(signal.SIGTERM)
            stopped.wait(15)
            workers.enter_context(_ending(_worker(data, relay)))
            time.sleep(MEASURED / 2 + 0.5)
        times = [
            at for at, to in _accepted(log) if to.endswith(f"@{point.domain}") or not point.domain
        ]
        quick = [at for at, to in _accepted(log) if to.endswith("@quick.test")]
    where = f" to {point.domain}" if point.domain else ""
    others = f"; 1,000 to another domain took {max(quick) - began:.1f} s" if quick else ""
    return Line(
        f"limit of {point.rate} a second{where}, {point.latency * 1000:.0f} ms",
        _deviation(times, began + SETTLING, point.rate),
        "within 5 %",
        f"{MEASURED:.0f} s, {point.workers} workers of which one is stopped and started again in "
        "the middle, "
        f"{point.connections} connections each, every answer of the server late{others}",
    )


def _deviation(times: list[float], since: float, rate: float) -> str:
    """The rate over the whole time, and of the fullest and the emptiest ten seconds of it."""
    inside = [at for at in times if since <= at < since + MEASURED]
    starts = [since + n / 10 for n in range(int((MEASURED - WINDOW) * 10) + 1)]
    windows = [sum(start <= at < start + WINDOW for at in inside) / WINDOW for start in starts]
    whole = len(inside) / MEASURED

    def off(value: float) -> str:
        return f"{100 * (value / rate - 1):+.1f} %"

    return f"{off(whole)} ({whole:.1f}/s; 10 s: {off(min(windows))} to {off(max(windows))})"


def _letters(articles: Path, limit: str) -> Line:
    with folder() as data:
        _edition(data, articles, [f"r{n}@readers.test" for n in range(READERS_IN_LANE)])
        # All of them come from this machine.
        run(data, "settings", "set", "sign_ups_per_network", "1000")
        if limit:
            run(data, "settings", "set", "send_per_second", limit)
        log, port = data / "accepted.log", free_port()
        took = []
        with (
            _far_server(0.05, log) as relay,
            program(hub(data, "serve", "--port", str(port)), port=port, HUB_SMTP=relay),
        ):
            _first(log)
            asked = {}
            # Without a limit ten seconds are enough to see it.
            pause = LETTERS_TAKE / LETTERS if limit else 0.25
            for number in range(LETTERS):
                address = f"letter{number}@new.test"
                asked[address] = time.monotonic()
                _sign_up(port, address)
                time.sleep(pause)
            over = time.monotonic()
            time.sleep(3)
            answered = {to: at for at, to in _accepted(log)}
            running = sum(at < over for at, to in _accepted(log) if to.endswith("@readers.test"))
        took = [answered[address] - asked[address] for address in asked]
    took.sort()
    p95 = took[int(0.95 * len(took)) - 1]
    pace = f"at {limit} a second" if limit else "without a limit"
    return Line(
        f"a confirmation beside an edition {pace}",
        f"p50 {statistics.median(took):.2f} s, p95 {p95:.2f} s",
        "p95 ≤ 2 s" if limit else "",
        f"{LETTERS} sign-ups in {pause * LETTERS:.0f} s, from the press of the button until the "
        f"server (50 ms an answer) took the mail; {READERS_IN_LANE:,} readers queued, "
        f"{running:,} of them served meanwhile; one `hub serve`",
    )


def _edition(data: Path, articles: Path, addresses: list[str]) -> None:
    """A hub whose newsletter is queued for these readers."""
    set_up(data, port=free_port())
    chosen = data / "chosen"
    chosen.mkdir()
    for path in sorted(articles.rglob("*.md"))[:3]:
        (chosen / path.name).write_bytes(path.read_bytes())
    run(data, "import", str(chosen), "--announce")
    readers = data / "readers.csv"
    readers.write_text("email\n" + "".join(f"{address}\n" for address in addresses))
    run(data, "import", str(readers), "--consent=made for the bench")
    run(data, "newsletter", "send", "--now")


@contextmanager
def _far_server(latency: float, log: Path) -> Iterator[str]:
    port = free_port()
    log.touch()
    command = [sys.executable, "-m", "bench.far_server", str(port), str(latency), str(log)]
    with program(command, port=port):
        yield f"smtp://127.0.0.1:{port}?starttls=no"


def _worker(data: Path, relay: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        hub(data, "worker"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HUB_SMTP": relay},
    )


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _accepted(log: Path) -> list[tuple[float, str]]:
    lines = (line.split() for line in log.read_text().splitlines())
    return [(float(at), to) for at, to in lines]


def _first(log: Path) -> float:
    """When the first message was accepted. Raises RuntimeError after 30 s."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if accepted := _accepted(log):
            return accepted[0][0]
        time.sleep(0.05)
    raise RuntimeError("nothing was sent")


def _sign_up(port: int, address: str) -> None:
    body = urllib.parse.urlencode({"email": address}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/subscribe", body, timeout=30) as answer:
        answer.read()
