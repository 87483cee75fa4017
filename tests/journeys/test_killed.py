"""Workers die while they send: nobody is missed, and a repeat is the same mail, byte by byte."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.newsletter import editions, planning
from hub.newsletter.sending import IN_DOUBT
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
    assert "worker.died" in log
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


def test_a_clock_that_jumps_misses_nobody(
    hub: Hub,
    edition_id: int,
    recorder: Recorder,
    crew: Crew,
    chance: random.Random,
    tmp_path: Path,
) -> None:
    shift = tmp_path / "shift"
    shift.write_text("0")
    program = [sys.executable, "-m", "tests.shifted_worker"]
    crew.command = [*program, str(hub.settings.data), str(shift)]
    crew.start()
    kills = []
    for number, days in zip(moments(chance, 3, READERS), (2, 1, 1), strict=True):
        recorder.wait_for(number)
        _set(shift, days * DAY)
    kills = kill_while_sending(recorder, crew, [recorder.count() + 1], chance)
    finished(hub, edition_id, crew)
    verdict = recorder.verdict(readers(), kills)
    assert_exact(verdict)
    assert max(verdict.repeats) <= IN_DOUBT


def _set(shift: Path, seconds: int) -> None:
    """By rename: the worker reads it all the time."""
    fresh = shift.with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.rename(shift)
