"""The parent's end of a rendering process: a job goes in, an answer comes out, or it is killed."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from hub import logs
from hub.errors import Refused, Unavailable
from hub.i18n import N_

_START_SECONDS = 30.0
_LENGTH = struct.Struct(">I")
_PACKAGE_FOLDER = Path(__file__).parents[2]


class Died(Exception):
    """The child ended in the middle of a job, without having been killed by us."""


class Child:
    """One rendering process and the pipes to it. Not for two threads at once."""

    def __init__(self, memory: int, seconds: float) -> None:
        # Nothing of the environment goes along: what is rendered must never meet a secret.
        self._seconds = seconds
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub.content.render_child", str(memory), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(_PACKAGE_FOLDER), "LC_ALL": "C.UTF-8"},
            cwd=os.sep,
        )
        self.used = self.spent = False
        try:
            self._guarded(self._read, _START_SECONDS)
        except (OSError, EOFError) as error:
            self.kill()
            raise Unavailable(N_("The process that renders articles did not start.")) from error

    def exchange(self, job: bytes, seconds: float) -> Mapping[str, object]:
        """Send a job and read its answer, or kill the child when time is up."""

        def run() -> Mapping[str, object]:
            self._write(job)
            return self._read()

        try:
            answer = self._guarded(run, seconds)
        except TimeoutError as error:
            raise self._too_slow(job) from error
        except (OSError, EOFError) as error:
            if self._ended() == -signal.SIGXCPU:
                raise self._too_slow(job) from error
            logs.warning("render.died", code=self._process.poll(), bytes=len(job))
            raise Died from error
        self.spent = "refused" in answer
        self.used = True
        return answer

    def _too_slow(self, job: bytes) -> Refused:
        logs.warning("render.too_slow", seconds=self._seconds, bytes=len(job))
        return Refused(
            N_("Showing this takes longer than %(seconds)s seconds."),
            field="markdown",
            seconds=f"{self._seconds:g}",
        )

    def _ended(self) -> int | None:
        """How it ended: its pipe is closed a moment before that is known."""
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Close its input, on which it ends; kill it when it does not."""
        self._close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill and reap."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _guarded(
        self, run: Callable[[], Mapping[str, object]], seconds: float
    ) -> Mapping[str, object]:
        """Run it; a child that is not done in time is killed, which ends the reading."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            answer = run()
        except (OSError, EOFError) as error:
            if late.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
        if late.is_set():
            raise TimeoutError
        return answer

    def _write(self, job: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(_LENGTH.pack(len(job)))
        self._process.stdin.write(job)
        self._process.stdin.flush()

    def _read(self) -> Mapping[str, object]:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        answer: Mapping[str, object] = json.loads(self._exactly(length))
        return answer

    def _exactly(self, length: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(length)
        if len(data) < length:
            raise EOFError
        return data

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # a broken pipe still holds what could not be sent
