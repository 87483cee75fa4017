"""Workers that are killed while they send, and what the relay's own record says of it.

For the tests of tests/journeys/test_killed.py and, at full size, for bench/kills.py.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

# A connection that ends so long after a kill was ended by it, as a busy machine notices.
_SOON = 5.0
_RATE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Message:
    """One that the relay took; `at` is the monotonic clock of this machine."""

    at: float
    connection: int
    recipient: str
    message_id: str
    date: str
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The record, held against who should have got a mail and when a worker was killed.

    `repeats` has one number for each kill: the messages that were taken from a worker that this
    kill ended, and taken again; `unexplained` are repeats of others. `changed` are repeats that
    are not the same bytes with the same Message-ID and Date. `rates` are messages a second,
    just before each kill; `hits` how many kills ended a worker that had a connection.
    """

    missed: int
    strangers: int
    repeats: tuple[int, ...]
    unexplained: int
    changed: int
    rates: tuple[int, ...]
    hits: int


class Recorder:
    """The recording server as a process of its own, for as long as the block runs."""

    def __init__(self, folder: Path, *, seconds: float = 0.0) -> None:
        self._path = folder / "record.tsv"
        self._seconds = seconds
        self._rest = b""
        self.messages: list[Message] = []
        self.closed: dict[int, float] = {}

    def __enter__(self) -> Self:
        self._path.touch()
        command = [sys.executable, "-m", "tests.recording_server"]
        self._process = subprocess.Popen(
            [*command, str(self._path), str(self._seconds)], stdout=subprocess.PIPE, cwd=_ROOT
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._file = self._path.open("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._file.close()

    @property
    def relay(self) -> str:
        """What HUB_SMTP says."""
        return f"smtp://127.0.0.1:{self.port}?starttls=no"

    def count(self) -> int:
        """How many messages the relay has taken until now, repeats among them."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            kind, at, connection, *rest = line.decode().split("\t")
            if kind == "m":
                self.messages.append(Message(float(at), int(connection), *rest))
            else:
                self.closed[int(connection)] = float(at)
        return len(self.messages)

    def wait_for(self, number: int) -> None:
        """Return as soon as the relay has taken so many messages."""
        wait_until(lambda: self.count() >= number)

    def verdict(self, expected: Iterable[str], kills: Sequence[float] = ()) -> Verdict:
        """What the record says. `expected` are all readers, `kills` the times of the kills."""
        self.count()
        taken: dict[str, list[Message]] = defaultdict(list)
        for message in self.messages:
            taken[message.recipient].append(message)
        readers = set(expected)
        per_kill = dict.fromkeys(kills, 0)
        unexplained = changed = 0
        for first, *again in taken.values():
            for repeat in again:
                cause = self._ended_by(first.connection, kills)
                if cause is None:
                    unexplained += 1
                else:
                    per_kill[cause] += 1
                first_said = (first.message_id, first.date, first.digest)
                changed += (repeat.message_id, repeat.date, repeat.digest) != first_said
                first = repeat
        return Verdict(
            missed=len(readers - taken.keys()),
            strangers=len(taken.keys() - readers),
            repeats=tuple(per_kill.values()),
            unexplained=unexplained,
            changed=changed,
            rates=tuple(self._rate(kill) for kill in kills),
            hits=len({self._ended_by(connection, kills) for connection in self.closed} - {None}),
        )

    def _ended_by(self, connection: int, kills: Sequence[float]) -> float | None:
        """The last kill before a connection ended, when it ended at once after it."""
        ended = self.closed.get(connection)
        if ended is None:
            return None
        before = [kill for kill in kills if kill <= ended < kill + _SOON]
        return max(before, default=None)

    def _rate(self, at: float) -> int:
        """Messages a second, from the first one in the moment before `at` until then."""
        near = [message.at for message in self.messages if at - _RATE_SECONDS < message.at <= at]
        return round(len(near) / (at - near[0])) if near else 0


@dataclass
class Crew:
    """Worker processes of one hub; what is still running at the end of the block is killed."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with ExitStack() as ending:
            for worker in self.workers:
                ending.callback(worker.wait, 10)
                worker.kill()

    def start(self) -> None:
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                self.command, stdout=log, stderr=log, env={**os.environ, **self.environment}
            )
        self.workers.append(worker)

    def kill(self, chance: random.Random) -> float:
        """Kill one of them with -9; when."""
        worker = chance.choice(self.workers)
        assert worker.poll() is None, self.log.read_text()
        at = time.monotonic()
        worker.kill()
        worker.wait()
        self.workers.remove(worker)
        return at

    def stop(self) -> float:
        """Ask every one to end with SIGTERM, and wait; how many seconds the slowest took."""
        asked = time.monotonic()
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            # One that is only starting just ends.
            assert worker.wait(30) in (0, -signal.SIGTERM), self.log.read_text()
        self.workers.clear()
        return time.monotonic() - asked


def moments(chance: random.Random, number: int, messages: int) -> list[int]:
    """After how many messages to kill: spread over all of them, a tenth free at either end."""
    return sorted(chance.sample(range(messages // 10, messages - messages // 10), number))


def kill_while_sending(
    recorder: Recorder, crew: Crew, after: Iterable[int], chance: random.Random
) -> list[float]:
    """Kill a worker each time the relay has taken so many messages, and start another.

    Never one before any of the running ones has sent something since the last kill. The times of
    the kills.
    """
    kills = []
    for number in after:
        recorder.wait_for(max(number, recorder.count() + 1))
        kills.append(crew.kill(chance))
        crew.start()
    return kills


def wait_until(done: Callable[[], bool], seconds: float = 120.0, every: float = 0.0005) -> None:
    """Wait for what other processes do. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen")
        time.sleep(every)


_ROOT = Path(__file__).parent.parent
