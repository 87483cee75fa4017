"""Four web processes and six workers on one database: they are one hub, on either engine."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.db import open_database
from hub.settings import from_environment
from hub.site import store as sites
from hub.times import utcnow
from tests.journeys.answering import Answer, ask
from tests.journeys.conftest import PASSWORD, Inbox, Owner, free_port, serving, set_up, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to know who answered"),
]

PROCESSES = 4
READERS = 200


@dataclass
class Site:
    """A running `hub serve --workers 4`."""

    owner: Owner
    inbox: Inbox
    port: int
    server: int

    def ask(self, path: str, form: dict[str, str] | None = None, cookie: str = "") -> Answer:
        return ask(self.server, self.port, path, form, cookie)

    def until_all(self, path: str, holds: Callable[[Answer], bool], cookie: str = "") -> None:
        """Ask until each process has given an answer that holds; none goes back after it."""
        agreed: set[int] = set()
        end = time.monotonic() + 60
        while len(agreed) < PROCESSES:
            answer = self.ask(path, cookie=cookie)
            if holds(answer):
                agreed.add(answer.process)
            else:
                assert answer.process not in agreed, "an answer was taken back"
            assert time.monotonic() < end, f"only {len(agreed)} processes agree"


@pytest.fixture
def owner(owner: Owner, database_url: str) -> Owner:
    return replace(owner, environment={**owner.environment, "HUB_DATABASE": database_url})


@contextmanager
def running(owner: Owner, inbox: Inbox, port: int, *arguments: str) -> Iterator[Site]:
    with serving(owner, port, f"--workers={PROCESSES}", *arguments) as server:
        yield Site(owner, inbox, port, server.process.pid)


@pytest.fixture
def site(owner: Owner, inbox: tuple[Inbox, int]) -> Iterator[Site]:
    port = free_port()
    set_up(owner, f"http://127.0.0.1:{port}")
    with running(owner, inbox[0], port, "--no-worker") as site:
        yield site


@contextmanager
def worker(owner: Owner) -> Iterator[None]:
    """`hub worker` for as long as the block runs; from its start it ends when it is asked to."""
    command = [sys.executable, "-m", "hub", "--data", str(owner.data), "worker"]
    with subprocess.Popen(command, env=owner.full_environment) as process:
        try:
            until(lambda: _listens(process.pid), 60)
            yield
        finally:
            process.terminate()
            assert process.wait(60) == 0


def _listens(process: int) -> bool:
    """Whether it has a handler for SIGTERM: Python has started, and the worker in it."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_change_is_soon_seen_in_every_process(site: Site) -> None:
    site.until_all("/", lambda answer: "Harbour Notes" in answer.text)
    site.owner.hub("settings", "set", "title", "Another name")
    site.until_all("/", lambda answer: "Another name" in answer.text)
    site.owner.write("Ropes and knots")
    site.until_all("/", lambda answer: "Ropes and knots" in answer.text)


def test_a_log_in_counts_in_every_process_and_so_does_its_end(site: Site) -> None:
    form = {"email": "owner@hub.test", "password": PASSWORD}
    cookie = site.ask("/admin/login", form).cookie
    site.until_all("/admin", lambda answer: answer.status == 200, cookie)
    site.ask("/admin/logout", {}, cookie)
    site.until_all("/admin", lambda answer: answer.status == 303, cookie)


def test_tries_to_log_in_are_counted_together(site: Site) -> None:
    wrong = {"email": "owner@hub.test", "password": "not the right one"}
    answers = [site.ask("/admin/login", wrong) for _ in range(14)]
    assert len({answer.process for answer in answers}) > 1
    refused = [answer.status == 429 for answer in answers]
    assert refused == [False] * 10 + [True] * 4


def test_one_edition_a_period_and_every_reader_once(owner: Owner, inbox: tuple[Inbox, int]) -> None:
    """Each web process has a worker of its own, and two stand beside them."""
    port = free_port()
    set_up(owner, f"http://127.0.0.1:{port}")
    addresses = [f"reader{n}@mail.test" for n in range(READERS)]
    readers = owner.data.parent / "readers.csv"
    readers.write_text("email\n" + "\n".join(addresses))
    owner.hub("import", str(readers), "--consent=at the fair")
    owner.write("Ropes and knots")
    set_up_long_ago(owner)
    with ExitStack() as running_now:
        running_now.enter_context(running(owner, inbox[0], port))
        running_now.enter_context(worker(owner))
        running_now.enter_context(worker(owner))
        until(lambda: statuses(owner) == {"sent"}, 60)
    assert Counter(to for to, _ in inbox[0].received) == Counter(addresses)
    editions = owner.json("newsletter", "status")
    (weekly,) = (edition for edition in editions if edition["stream"] == "weekly")
    assert weekly["deliveries"]["accepted"] == READERS
    periods = Counter((edition["stream"], edition["period"]) for edition in editions)
    assert max(periods.values()) == 1


def set_up_long_ago(owner: Owner) -> None:
    """So that the newsletter of this week is due at once, and everybody wants to make it."""
    settings = from_environment(owner.full_environment, data=owner.data)
    db = open_database(settings)
    with db.write() as tx:
        sites.mark_ready(tx, utcnow() - timedelta(days=10))
    db.close()


def statuses(owner: Owner) -> set[str]:
    """Of the weekly editions."""
    found = owner.json("newsletter", "status")
    return {edition["status"] for edition in found if edition["stream"] == "weekly"}
