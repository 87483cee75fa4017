"""Starting real programs, waiting for them, and reading the clock."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was measured, the figure, what was asked for, and how."""

    what: str
    figure: str
    asked: str
    how: str


def hub(data: Path, *arguments: str) -> list[str]:
    """The command line of the hub on a data folder."""
    return [sys.executable, "-m", "hub", "--data", str(data), *arguments]


def run(data: Path, *arguments: str, given: str | None = None, **environment: str) -> str:
    """Run a command of the hub to its end; what it printed. Raises when it fails."""
    done = subprocess.run(
        hub(data, *arguments),
        check=True,
        input=given,
        text=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return done.stdout


def set_up(data: Path, *, port: int, **environment: str) -> None:
    """A hub that is ready, with an owner."""
    run(
        data,
        "setup",
        "--title=Bench",
        f"--base-url=http://127.0.0.1:{port}",
        "--email=owner@bench.test",
        "--password-stdin",
        given="correct horse battery staple\n",
        **environment,
    )


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def program(
    command: Sequence[str], *, port: int, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server on a port, running until the block ends."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        wait_for_port(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when something accepts connections on the port. Raises RuntimeError after 20 s."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RuntimeError(f"nothing answers on port {port}")


def fetch(url: str) -> bytes:
    """The body of a page."""
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


def answers(url: str) -> bool:
    """Whether a page answers 200 at once."""
    try:
        fetch(url)
    except (OSError, urllib.error.URLError):
        return False
    return True


def peak_memory(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; (seconds, peak MB of it and of each of its children, added)."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(resident(pid) for pid in family(process.pid)))
        time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{command!r} ended with {process.returncode}")
    return time.monotonic() - started, peak


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for parent in found:
        children = Path(f"/proc/{parent}/task/{parent}/children")
        try:
            found += [int(child) for child in children.read_text().split()]
        except OSError:
            continue
    return found


def resident(pid: int) -> float:
    """MB that a process holds, shared pages counted by share (PSS)."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in text.splitlines() if line[:4] == "Pss:"), 0
    )


def median(measure: Callable[[], float], *, runs: int = 3) -> float:
    """The middle of several runs."""
    return statistics.median(measure() for _ in range(runs))


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        yield Path(name)
