"""Workers die while they send: nobody is missed, and a repeat is the same mail, byte by byte."""

import contextlib
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.newsletter import editions, planning
from hub.newsletter.sending import IN_DOUBT
from hub.settings import Settings
from hub.web.state import Hub
from tests.killing import Crew, Recorder, Verdict, kill_while_sending, moments, wait_until
from tests.newsletter.cast import press, publish, subscribe

pytestmark = pytest.mark.slow

READERS = 500
# The relay takes its time over each message, so that there is a middle to be killed in.
SECONDS = 0.01
DAY = 86_400


@pytest.fixture
def chance() -> random.Random:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    with Recorder(tmp_path, seconds=SECONDS) as recorder:
        yield recorder


@pytest.fixture
def crew(hub: Hub, recorder: Recorder, tmp_path: Path) -> Iterator[Crew]:
    command = [sys.executable, "-m", "hub", "--data", str(hub.settings.data), "worker"]
    with Crew(command, {"HUB_SMTP": recorder.relay}, tmp_path / "worker.log") as crew:
        yield crew


@pytest.fixture
def small_disk(settings: Settings, tmp_path: Path, engine: str) -> Iterator[Path]:
    """The data folder, on a disk of 16 MB."""
    if engine != "sqlite":
        pytest.skip("PostgreSQL keeps its data elsewhere")
    aside = tmp_path / "aside"
    shutil.copytree(settings.data, aside)
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(settings.data)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    shutil.copytree(aside, settings.data, dirs_exist_ok=True)
    yield settings.data
    subprocess.run(["umount", "--lazy", str(settings.data)], check=True)


@pytest.fixture
def edition_id(hub: Hub) -> int:
    """An edition that waits to be sent to every reader."""
    for email in readers():
        subscribe(hub, email, name=email.partition("@")[0])
    publish(hub, "Ropes", excerpt="They hold the boats. " * 200)
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", hub.now())
    return edition.id


def readers() -> list[str]:
    return [f"r{number}@readers.test" for number in range(READERS)]


def finished(hub: Hub, edition_id: int, crew: Crew) -> None:
    """Wait until the edition is sent, then let the workers go; all were accepted."""

    def sent() -> bool:
        with hub.db.read() as tx:
            edition = editions.get(tx, edition_id)
            return edition is not None and edition.status == "sent"

    wait_until(sent, every=0.02)
    crew.stop()
    with hub.db.read() as tx:
        assert editions.counts(tx, edition_id).accepted == READERS


def assert_exact(verdict: Verdict) -> None:
    assert (verdict.missed, verdict.strangers, verdict.changed) == (0, 0, 0)
    assert verdict.unexplained == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_that_are_killed_miss_nobody(
    hub: Hub,
    edition_id: int,
    recorder: Recorder,
    crew: Crew,
    chance: random.Random,
    workers: int,
) -> None:
    for _ in range(workers):
        crew.start()
    kills = kill_while_sending(recorder, crew, moments(chance, 3, READERS), chance)
    finished(hub, edition_id, crew)
    verdict = recorder.verdict(readers(), kills)
    assert_exact(verdict)
    assert max(verdict.repeats) <= IN_DOUBT
    # Taken up at once, by the lock of the dead, and not after 20 s.
    log = crew.log.read_text()
    assert "worker.died" in log or not any(verdict.repeats)
    assert "worker.silent" not in log


def test_a_worker_that_is_asked_to_end_repeats_nothing(
    hub: Hub, edition_id: int, recorder: Recorder, crew: Crew, chance: random.Random
) -> None:
    for number in moments(chance, 3, READERS):
        crew.start()
        recorder.wait_for(number)
        assert crew.stop() < 10
    crew.start()
    finished(hub, edition_id, crew)
    assert_exact(recorder.verdict(readers()))
    assert recorder.count() == READERS


@pytest.mark.parametrize("killed", [False, True])
def test_a_full_disk_misses_nobody(
    small_disk: Path,
    hub: Hub,
    edition_id: int,
    recorder: Recorder,
    crew: Crew,
    chance: random.Random,
    killed: bool,
) -> None:
    # The write-ahead log goes with its last user: else it would have room for what comes.
    hub.db.close()
    crew.start()
    recorder.wait_for(moments(chance, 1, READERS)[0])
    filler = small_disk / "filler"
    _fill(filler)
    wait_until(lambda: "sending.blocked" in crew.log.read_text(), seconds=30)
    stuck = recorder.count()
    kills = [crew.kill(chance)] if killed else []
    filler.unlink()
    if killed:
        crew.start()
    finished(hub, edition_id, crew)
    verdict = recorder.verdict(readers(), kills)
    assert_exact(verdict)
    assert stuck < READERS
    assert max(verdict.repeats, default=0) <= IN_DOUBT


def _fill(path: Path) -> None:
    """Take every byte that is left on the disk."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))


def test_a_clock_that_jumps_misses_nobody(
    hub: Hub,
    edition_id: int,
    recorder: Recorder,
    crew: Crew,
    chance: random.Random,
    tmp_path: Path,
) -> None:
    """Two days forwards, a kill, one day back, a kill."""
    shift = tmp_path / "shift"
    shift.write_text("0")
    program = [sys.executable, "-m", "tests.shifted_worker"]
    crew.command = [*program, str(hub.settings.data), str(shift)]
    crew.start()
    kills = []
    first, second, *_ = moments(chance, 4, READERS)
    for number, days in ((first, 2), (second, 1)):
        recorder.wait_for(number)
        _set(shift, days * DAY)
        kills += kill_while_sending(recorder, crew, [recorder.count() + 20], chance)
    finished(hub, edition_id, crew)
    verdict = recorder.verdict(readers(), kills)
    assert_exact(verdict)
    assert max(verdict.repeats) <= IN_DOUBT


def _set(shift: Path, seconds: int) -> None:
    """By rename: the worker reads it all the time."""
    fresh = shift.with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.rename(shift)
