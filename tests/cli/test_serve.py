"""hub serve: says where it is, refuses in one line, ends in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "hub", "--data", str(tmp_path / "data"), "serve"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
        process = subprocess.Popen(
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONUNBUFFERED": "1"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[str], pattern: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if match := re.search(pattern, line):
            return match[0]
    raise AssertionError(f"{pattern} was never printed")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_the_printed_set_up_link_opens_and_a_signal_ends_it_in_order(
    serve: Serve, workers: tuple[str, ...]
) -> None:
    process = serve("--port", "0", *workers)
    link = line_with(process, r"http://127\.0\.0\.1:\d+/setup/\S+")
    with urllib.request.urlopen(link, timeout=20) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(link[:-3] + "xyz", timeout=20)
    refusal.value.close()
    assert refusal.value.code == 403
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_port_in_use_is_one_clear_line(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = serve("--port", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("hub: Cannot listen on 127.0.0.1")
    assert errors.count("\n") == 1
