"""How soon the hub answers, and what it holds when nothing happens."""

import signal
import statistics
import subprocess
import time
from pathlib import Path

from bench.measure import Line, answers, family, folder, free_port, hub, resident, run, set_up

IDLE_SECONDS = 3.0


def measure(articles: Path) -> list[Line]:
    """From `hub serve` to the first 200 of the home page; memory some seconds later."""
    with folder() as data:
        port = free_port()
        set_up(data, port=port)
        run(data, "import", str(articles))
        seconds, memory = [], []
        for _ in range(5):
            taken, held = _once(data, port)
            seconds.append(taken)
            memory.append(held)
    how = "`hub serve` with its worker, 750 articles, median of 5"
    return [
        Line("start to first answer", f"{statistics.median(seconds):.2f} s", "< 1 s", how),
        Line("idle memory", f"{statistics.median(memory):.0f} MB", "< 90 MB", how + ", PSS"),
    ]


def _once(data: Path, port: int) -> tuple[float, float]:
    started = time.monotonic()
    process = subprocess.Popen(
        hub(data, "serve", f"--port={port}"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}/"):
            if process.poll() is not None or time.monotonic() - started > 30:
                raise RuntimeError("hub serve does not answer")
            time.sleep(0.005)
        taken = time.monotonic() - started
        time.sleep(IDLE_SECONDS)
        return taken, sum(resident(pid) for pid in family(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)
