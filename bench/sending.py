"""One digest into Postfix's smtp-sink, beside smtp-source with messages of the same size."""

import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from bench.measure import Line, folder, free_port, hub, program, run, set_up

READERS = 2_000
SESSIONS = 10
_SBIN = "/usr/sbin:/usr/lib/postfix/sbin"


def measure(articles: Path) -> list[Line]:
    """Messages a second of `hub worker --once` and of smtp-source, and their ratio."""
    sink = shutil.which("smtp-sink", path=_SBIN)
    source = shutil.which("smtp-source", path=_SBIN)
    if sink is None or source is None:
        return [Line("a digest beside smtp-source", "not measured", "", "apt: postfix")]
    ours, theirs = [], []
    for _ in range(3):
        with folder() as data:
            port = free_port()
            command = [sink, *_as_nobody(), "-c", f"127.0.0.1:{port}", "1000"]
            with program(command, port=port):
                rate, size = _digest(data, port, articles)
                ours.append(rate)
                theirs.append(_source(source, port, size))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    how = (
        f"{READERS} readers, {size // 1000} kB a message, {SESSIONS} connections, every delivery "
        "recorded; the whole of `hub worker --once` with its start; median of 3"
    )
    figure = f"{ratio:.2f} of smtp-source ({statistics.median(ours):,.0f}/s)"
    return [Line("a digest into smtp-sink", figure, "", how)]


def _digest(data: Path, port: int, articles: Path) -> tuple[float, int]:
    """(messages a second, bytes of a message) of one digest to all readers."""
    set_up(data, port=free_port())
    chosen = data / "chosen"
    chosen.mkdir()
    for path in sorted(articles.rglob("*.md"))[:40]:
        if len(list(chosen.iterdir())) < 12 and path.name != "_index.md":
            shutil.copy(path, chosen / path.name)
    run(data, "import", str(chosen), "--announce")
    readers = data / "readers.csv"
    readers.write_text("email\n" + "".join(f"r{n}@readers.test\n" for n in range(READERS)))
    run(data, "import", str(readers), "--consent=made for the bench")
    run(data, "newsletter", "test", "owner@bench.test")
    size = max(path.stat().st_size for path in (data / "outbox").glob("*.eml"))
    relay = f"smtp://127.0.0.1:{port}?starttls=no"
    run(data, "newsletter", "send", "--now", HUB_SMTP=relay)
    started = time.monotonic()
    subprocess.run(
        hub(data, "worker", "--once"),
        check=True,
        capture_output=True,
        env={**os.environ, "HUB_SMTP": relay},
    )
    taken = time.monotonic() - started
    edition = json.loads(run(data, "newsletter", "status", "--json"))[0]
    if edition["deliveries"]["accepted"] != READERS:
        raise RuntimeError(f"not everybody was reached: {edition['deliveries']}")
    return READERS / taken, size


def _source(source: str, port: int, size: int) -> float:
    count = READERS * 5
    addresses = ["-f", "a@bench.test", "-t", "b@bench.test", f"127.0.0.1:{port}"]
    started = time.monotonic()
    subprocess.run(
        [source, "-d", "-s", str(SESSIONS), "-m", str(count), "-l", str(size), *addresses],
        check=True,
        capture_output=True,
    )
    return count / (time.monotonic() - started)


def _as_nobody() -> list[str]:
    """smtp-sink refuses to run as root."""
    return ["-u", "nobody"] if os.geteuid() == 0 else []
