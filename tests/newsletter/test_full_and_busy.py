"""The disk is full or another program holds the database while mail is sent: the worker waits,
sends nothing that it could not write down, and everybody gets the mail once."""

import asyncio
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import logs
from hub.db import Database, postgres, sqlite
from hub.db.sqlite import SqliteDatabase
from hub.errors import DatabaseBusy, StorageFull, Unavailable
from hub.mail import posting
from hub.mail.model import Connection, Done, Envelope, Outcome, Take
from hub.newsletter import sending, steering
from hub.settings import Settings
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, send_out, states, subscribe, worker_of

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

READERS = 300
LONG_REPLY = "2.0.0 " + "queued " * 60


class Relay:
    """Accepts everything at a pace, with a long answer; calls `at_the_tenth` in a thread."""

    usable = True

    def __init__(self, at_the_tenth: Callable[[], None]) -> None:
        self.sent: Counter[object] = Counter()
        self._at_the_tenth = at_the_tenth

    async def connect(self) -> Connection:
        return self

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        current: Envelope | None = first
        while current is not None:
            self.sent[current.recipient] += 1
            if self.sent.total() == 10:
                await asyncio.to_thread(self._at_the_tenth)
            await asyncio.sleep(0.002)
            done(current, Outcome("accepted", 250, LONG_REPLY))
            current = take()

    async def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AWAY_SECONDS", 0.01)
    monkeypatch.setattr(posting, "_AWAY_SECONDS", 0.01)
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(postgres, "BUSY_SECONDS", 0.05)


@pytest.fixture
def small_disk(settings: Settings, tmp_path: Path, engine: str) -> Iterator[Path]:
    """The data folder, on a disk of 12 MB."""
    if engine != "sqlite":
        pytest.skip("PostgreSQL keeps its data elsewhere")
    aside = tmp_path / "aside"
    shutil.copytree(settings.data, aside)
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(settings.data)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    shutil.copytree(aside, settings.data, dirs_exist_ok=True)
    yield settings.data
    subprocess.run(["umount", "--lazy", str(settings.data)], check=True)


def with_readers(hub: Hub) -> int:
    for number in range(READERS):
        subscribe(hub, f"{number}@reader.test")
    return send_out(hub)


def until_sent(hub: Hub, relay: Relay) -> None:
    """Ticks of one worker until nothing is left; one that finds no database is no end."""

    async def run() -> None:
        worker = await asyncio.to_thread(worker_of, hub, relay)
        for _ in range(200):
            try:
                if not await worker.tick(NOW):
                    break
            except Unavailable:
                await asyncio.sleep(0.02)
        await worker.close(NOW)

    asyncio.run(run())


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the lane says that it sends nothing more."""
    event = threading.Event()

    def warning(name: str, **_: object) -> None:
        if name == "sending.blocked":
            event.set()

    monkeypatch.setattr(logs, "warning", warning)
    return event


def sends_everything_once(
    hub: Hub, blocked: threading.Event, fill: Callable[[], None], free: Callable[[], None]
) -> None:
    edition_id = with_readers(hub)
    seen: list[int] = []
    threads: list[threading.Thread] = []

    def watch() -> None:
        assert blocked.wait(20)
        for _ in range(5):
            time.sleep(0.02)
            seen.append(relay.sent.total())
        free()

    def trouble() -> None:
        fill()
        threads.append(threading.Thread(target=watch))
        threads[0].start()

    relay = Relay(trouble)
    until_sent(hub, relay)
    threads[0].join()
    assert relay.sent == Counter(f"{number}@reader.test" for number in range(READERS))
    assert states(hub, edition_id) == {"accepted": READERS}
    assert newest(hub).status == "sent"
    # It stood still until there was room.
    assert seen == [seen[0]] * 5
    assert seen[0] < READERS


def test_a_database_that_may_not_grow(hub: Hub, blocked: threading.Event) -> None:
    if not isinstance(hub.db, SqliteDatabase):
        pytest.skip("a limit of SQLite's")
    db = hub.db

    def limit(pages: int) -> None:
        with db._write_lock:
            db._writer.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        limit(1)  # what it has, then: it cannot be less
        size = 4096
        while size > 16:
            try:
                with db.write() as tx:
                    sql = "INSERT INTO limits (name, tokens, updated_at) VALUES (:name, 0, :at)"
                    tx.execute(sql, name=f"{time.monotonic()} " + "x" * size, at=NOW)
            except StorageFull:
                size //= 2

    sends_everything_once(hub, blocked, fill, lambda: limit(1_000_000))


def test_a_disk_that_is_full(
    small_disk: Path, blocked: threading.Event, request: pytest.FixtureRequest
) -> None:
    hub: Hub = request.getfixturevalue("hub")
    filler = small_disk / "filler"
    assert isinstance(hub.db, SqliteDatabase)
    db = hub.db

    def fill() -> None:
        with db._write_lock:
            # The log gives its room back, else it would be written over for a while.
            db._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                pass

    sends_everything_once(hub, blocked, fill, filler.unlink)


def test_a_database_that_another_program_holds(
    hub: Hub, blocked: threading.Event, open_again: Callable[[], Database]
) -> None:
    """Far longer than the wait for its turn, which is 10 s and here 0.05."""
    other, release = open_again(), threading.Event()
    holding = threading.Event()

    def hold() -> None:
        with other.write():
            holding.set()
            release.wait(20)

    holder = threading.Thread(target=hold)

    def take() -> None:
        holder.start()
        assert holding.wait(5)

    sends_everything_once(hub, blocked, take, release.set)
    holder.join()


def test_letters_wait_for_a_database_that_is_held(
    hub: Hub, open_again: Callable[[], Database]
) -> None:
    edition_id = with_readers(hub)
    with hub.db.write() as tx:
        steering.stop(tx, edition_id, reason="x", site=hub.site(), now=NOW)
    other, release = open_again(), threading.Event()
    relay = Relay(lambda: None)
    deliver = relay.deliver
    holding = threading.Event()

    def hold() -> None:
        with other.write():
            holding.set()
            release.wait(20)

    holder = threading.Thread(target=hold)

    async def held(first: Envelope, take: Take, done: Done) -> None:
        holder.start()
        await asyncio.to_thread(holding.wait, 5)
        await deliver(first, take, done)
        asyncio.get_running_loop().call_later(0.2, release.set)

    relay.deliver = held  # type: ignore[method-assign]  # takes the database away in the middle
    until_sent(hub, relay)
    holder.join()
    assert relay.sent == Counter({"owner@hub.test": 1})
    with hub.db.read() as tx:
        assert tx.scalar("SELECT state FROM mails") == "accepted"


def test_nobody_is_taken_for_dead_while_nobody_could_write(
    hub: Hub, open_again: Callable[[], Database]
) -> None:
    relay, steady = Relay(lambda: None), [0.0]
    first = worker_of(hub, relay)
    second = worker_of(hub, relay, steady=lambda: steady[0])
    for worker in (first, second):
        asyncio.run(worker.beat(NOW))
    with open_again().write(), pytest.raises(DatabaseBusy):
        asyncio.run(second.beat(NOW))
    steady[0] += 25
    asyncio.run(second.beat(NOW + timedelta(seconds=25)))
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM workers") == 2
