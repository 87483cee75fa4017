"""The database goes away while mail is sent: nothing is lost, and nothing goes out twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from hub.app import COMPOSERS
from hub.audience import signup
from hub.audience.consent import consent_text
from hub.audience.model import Wish
from hub.errors import Unavailable
from hub.mail import posting, queue
from hub.mail.model import Connection, Done, Envelope, Outcome, Take
from hub.newsletter import planning, sending
from hub.newsletter.books import Books
from hub.web.state import Hub
from hub.worker import Worker
from tests.conftest import NOW
from tests.newsletter.cast import counts, press, publish, subscribe, worker_of
from tests.postgres_server import Server

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

READERS = 300


class Relay:
    """Accepts everything and remembers it; calls `at_the_tenth` before the tenth message.

    The answer to the last one comes when all others have been written down.
    """

    usable = True

    def __init__(self, at_the_tenth: Callable[[], None] = lambda: None) -> None:
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
            if self.sent.total() == READERS:
                await asyncio.sleep(0.1)
            done(current, Outcome("accepted", 250, "ok"))
            current = take()

    async def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AWAY_SECONDS", 0.01)
    monkeypatch.setattr(posting, "_AWAY_SECONDS", 0.01)


@pytest.fixture
def edition_id(hub: Hub) -> int:
    for number in range(READERS):
        subscribe(hub, f"{number}@reader.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", NOW)
        planning.queue(tx, edition.id, NOW)
        planning.queue(tx, edition.id, NOW)
    return edition.id


def fails_after(function: Callable[..., Any], *calls: int) -> Callable[..., Any]:
    """Does its work, and at these calls loses the answer on the way."""
    made = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal made
        made += 1
        result = function(*arguments, **named)
        if made in calls:
            raise Unavailable("away")
        return result

    return call


def until_quiet(hub: Hub, relay: Relay) -> None:
    """Ticks of one worker, as often as it takes; a tick that finds no database is no end."""

    async def run() -> None:
        worker = await asyncio.to_thread(worker_of, hub, relay)
        for _ in range(50):
            if await ticked(worker) is False:
                break
        # Before it signs off: that would give back what was forgotten.
        assert not await asyncio.to_thread(held, hub)
        await worker.close(NOW)

    async def ticked(worker: Worker) -> bool | None:
        try:
            return await worker.tick(NOW)
        except Unavailable:
            await asyncio.sleep(0.05)
            return None

    asyncio.run(run())


def held(hub: Hub) -> int:
    with hub.db.read() as tx:
        sql = "SELECT (SELECT count(*) FROM {}) + (SELECT count(*) FROM {})"
        claimed = [f"{table} WHERE state = 'claimed'" for table in ("deliveries", "mails")]
        return int(tx.scalar(sql.format(*claimed)))


@pytest.mark.parametrize("calls", [(1,), (2,), (1, 2, 4)])
def test_a_claim_whose_answer_was_lost_is_given_back(
    hub: Hub, edition_id: int, monkeypatch: pytest.MonkeyPatch, calls: tuple[int, ...]
) -> None:
    monkeypatch.setattr(Books, "claim", fails_after(Books.claim, *calls))
    relay = Relay()
    until_quiet(hub, relay)
    assert relay.sent == Counter(f"{number}@reader.test" for number in range(READERS))
    assert counts(hub, edition_id).accepted == READERS


def test_results_are_kept_until_they_are_written(
    hub: Hub, edition_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Books.record
    tried: list[object] = []

    def away_at_first(books: Books, worker_id: int, results: list[Any], **named: Any) -> None:
        if results[-1] not in tried:
            tried.append(results[-1])
            raise Unavailable("away")
        record(books, worker_id, results, **named)

    monkeypatch.setattr(Books, "record", away_at_first)
    relay = Relay()
    until_quiet(hub, relay)
    assert max(relay.sent.values()) == 1
    assert counts(hub, edition_id).accepted == READERS


def test_letters_whose_claim_was_lost_are_sent_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub.db.write() as tx:
        for number in range(3):
            queue.put(
                tx,
                kind="password",
                subject_id=number,
                recipient=f"{number}@reader.test",
                language="en",
                now=NOW,
            )
    lane = posting.LetterLane
    monkeypatch.setattr(lane, "_claim", fails_after(lane._claim, 1))
    monkeypatch.setattr(lane, "_record", fails_after(lane._record, 1))
    until_quiet(hub, Relay())
    with hub.db.read() as tx:
        assert tx.scalar("SELECT count(*) FROM mails WHERE state = 'claimed'") == 0


def test_a_letter_that_was_being_written_is_not_put_off(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reader waits for the link: the database may be back after a second."""
    wish = Wish("ada@reader.test", "", "weekly", (), "en")
    with hub.db.write() as tx:
        agreed = consent_text(hub.site(), "en")
        signup.sign_up(tx, wish, agreed, form_url="", network="192.0.2.0/24", now=NOW)
    written = fails_after(COMPOSERS[signup.KIND], 1)
    monkeypatch.setitem(COMPOSERS, signup.KIND, written)
    relay = Relay()
    until_quiet(hub, relay)
    assert relay.sent == Counter(["ada@reader.test"])


def test_a_server_that_restarts_in_the_middle_of_an_edition(
    request: pytest.FixtureRequest, hub: Hub, edition_id: int, engine: str
) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite has no server")
    postgres: Server = request.getfixturevalue("postgres")

    def restart() -> None:
        postgres.halt()
        postgres.start()

    relay = Relay(restart)
    until_quiet(hub, relay)
    assert relay.sent == Counter(f"{number}@reader.test" for number in range(READERS))
    assert counts(hub, edition_id).accepted == READERS
