"""What became of deliveries: in memory for a few milliseconds, until it is written down."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime

from hub.mail import retrying
from hub.newsletter.books import Books
from hub.newsletter.deliveries import Result
from hub.newsletter.gate import Gate
from hub.newsletter.model import ClaimedDelivery

# Results are written when there are so many, or when the first has waited so long: a commit
# costs as much as sending three messages.
FLUSH_AT = 20
FLUSH_SECONDS = 0.005
# How old what is known of a waiting reader may be: so often the books are looked at anyway.
RECHECK_SECONDS = 0.5

Clock = Callable[[], datetime]


class Results:
    """The results of one worker's lane. `chance` gives 0 to 1."""

    def __init__(self, books: Books, gate: Gate, *, chance: Callable[[], float]) -> None:
        self._books = books
        self._gate = gate
        self._chance = chance
        self._waiting: list[Result] = []
        # Those that the database is being told, or was told without an answer.
        self._writing: list[Result] = []
        # Editions that must wait for their owner, and why.
        self._pausing: dict[int, str] = {}
        self._some = asyncio.Event()
        self._plenty = asyncio.Event()

    def begin(self, worker_id: int, now: Clock) -> None:
        """In whose name what follows is written down, and by which clock."""
        self._worker_id, self._now = worker_id, now

    def __len__(self) -> int:
        """How many deliveries have ended in a way that the database may not know."""
        return len(self._waiting) + len(self._writing)

    @property
    def unwritten(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self._waiting or self._writing or self._pausing)

    def finish(
        self, delivery: ClaimedDelivery, state: str, code: int | None, reply: str, relay: str = ""
    ) -> None:
        """It ended, or goes back to the queue untried (`queued`)."""
        self._add(delivery, state, code, reply, self._now(), relay)

    def defer(
        self, delivery: ClaimedDelivery, code: int | None, reply: str, relay: str = ""
    ) -> None:
        """It is tried again later, by the schedule of hub/mail/retrying.py, or has failed."""
        due_at = retrying.next_attempt(
            delivery.attempts,
            created_at=self._gate.first_tried(
                delivery.attempts, self._books.made_at(delivery.edition_id), self._now()
            ),
            now=self._now(),
            chance=self._chance(),
        )
        if due_at is None:
            self.finish(delivery, "failed", code, f"given up after 48 hours: {reply}", relay)
        else:
            self._add(delivery, "deferred", code, reply, due_at, relay)

    def pause(self, edition_ids: Iterable[int], reason: str) -> None:
        """Nothing more of these until their owner says so."""
        for edition_id in edition_ids:
            self._pausing.setdefault(edition_id, reason)

    def hurry(self) -> None:
        """What there is should be written down now."""
        self._some.set()
        self._plenty.set()

    async def wanted(self) -> None:
        """Return when results should be written down, or the books looked at anyway."""
        await set_within(self._some, RECHECK_SECONDS)
        # Results that come together are written together.
        await set_within(self._plenty, FLUSH_SECONDS)
        self._some.clear()
        self._plenty.clear()

    async def write_down(self) -> bool:
        """Tell the database; whether there were results. Unavailable: they are kept, try again."""
        if self._pausing:
            # First: an edition whose last result is written down would be over, not paused.
            pausing = dict(self._pausing)
            await asyncio.to_thread(self._books.pause, pausing, now=self._now())
            for edition_id in pausing:
                del self._pausing[edition_id]
        if not self._writing:
            self._writing, self._waiting = self._waiting, []
        if not self._writing:
            return False
        await asyncio.to_thread(self._books.record, self._worker_id, self._writing, now=self._now())
        self._writing = []
        return True

    def _add(
        self,
        delivery: ClaimedDelivery,
        state: str,
        code: int | None,
        reply: str,
        due_at: datetime,
        relay: str,
    ) -> None:
        edition, reader = delivery.edition_id, delivery.subscriber_id
        self._waiting.append(Result(edition, reader, state, code, reply[:500], due_at, relay))
        self._some.set()
        if len(self._waiting) >= FLUSH_AT:
            self._plenty.set()


async def set_within(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, or `seconds` are over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
