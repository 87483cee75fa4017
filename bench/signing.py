"""Signatures: in one process alone, and a signed digest into smtp-sink beside an unsigned one."""

import json
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.measure import Line, folder, free_port, run, set_up
from bench.sending import ARTICLES, announce, sink, subscribe_readers
from hub.mail import dkim, mime
from hub.mail.dkim import DkimSigner, Identity

READERS = 20_000
PAIRS = 3
SIGNED_ALONE = 2_000
_PARAGRAPH = "The tide was out and the boats lay on their sides, as they do twice a day. "


def measure(articles: Path) -> list[Line]:
    """The rates of signatures alone, on one thread and on all, then of whole editions."""
    return [*_alone(), *_editions(articles)]


def _alone() -> Iterator[Line]:
    signer = DkimSigner(Identity("bench.test", "hub"), dkim.new_key())
    message = _message()
    threads = os.cpu_count() or 1
    rates = {1: _rate(signer, message, 1), threads: _rate(signer, message, threads)}
    for number, rate in rates.items():
        yield Line(
            f"signatures alone, {number} thread{'s' * (number > 1)}",
            f"{rate:,.0f}/s",
            "",
            f"RSA 2048, {len(message) // 1000} kB a message, {SIGNED_ALONE:,} of them; median of 3",
        )


def _rate(signer: DkimSigner, message: bytes, threads: int) -> float:
    def seconds() -> float:
        with ThreadPoolExecutor(threads) as pool:
            started = time.monotonic()
            for _ in pool.map(lambda _: signer.signature(message), range(SIGNED_ALONE)):
                continue
            return time.monotonic() - started

    return SIGNED_ALONE / statistics.median(seconds() for _ in range(3))


def _message() -> bytes:
    names = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id")
    more = ("List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID")
    head = "".join(f"{name}: a value of some length <x@bench.test>\r\n" for name in (*names, *more))
    text = "\n".join([_PARAGRAPH] * 120)
    return head.encode() + mime.alternative(text, text, boundary="=_bench")


def _editions(articles: Path) -> list[Line]:
    """Signed and unsigned digests in turn, of the same size, to the same readers."""
    readers = int(os.environ.get("HUB_BENCH_READERS") or READERS)
    chosen = [path for path in sorted(articles.rglob("*.md")) if path.name != "_index.md"]
    took: dict[str, list[float]] = {"off": [], "on": []}
    with folder() as data:
        set_up(data, port=free_port())
        subscribe_readers(data, readers, {})
        run(data, "doctor", "--make-dkim")
        for number in range(PAIRS):
            for which, switch in enumerate(took):
                run(data, "settings", "set", "dkim", switch)
                start = (2 * number + which) * ARTICLES
                some = chosen[start : start + ARTICLES]
                size = announce(data / f"posts-{start}", some, data, {})
                with sink() as port:
                    took[switch].append(_digest(data, port, readers))
    plain, signed = (statistics.median(readers / one for one in took[s]) for s in took)
    ratio = statistics.median(a / b for a, b in zip(took["off"], took["on"], strict=True))
    how = (
        f"{readers:,} readers, {size // 1000} kB a message, 10 connections, every delivery"
        " recorded; `hub worker --once` less the same with nothing to send, signed and unsigned in"
        f" turn, median of {PAIRS} each"
    )
    return [
        Line("a signed digest into smtp-sink, SQLite", f"{signed:,.0f}/s", "≥ 2,000/s", how),
        Line("the same unsigned", f"{plain:,.0f}/s", "", f"signed is {ratio:.2f} of it"),
    ]


def _digest(data: Path, port: int, readers: int) -> float:
    """Seconds that the worker takes for one digest, less those that it takes for nothing."""
    environment = {"HUB_SMTP": f"smtp://127.0.0.1:{port}?starttls=no"}
    idle = _seconds(data, environment)
    run(data, "newsletter", "send", "--now", **environment)
    whole = _seconds(data, environment)
    edition = json.loads(run(data, "newsletter", "status", "--json", **environment))[0]
    if edition["deliveries"]["accepted"] != readers:
        raise RuntimeError(f"not everybody was reached: {edition['deliveries']}")
    return whole - idle


def _seconds(data: Path, environment: dict[str, str]) -> float:
    started = time.monotonic()
    run(data, "worker", "--once", **environment)
    return time.monotonic() - started
