"""The lane of editions: claims in small batches, kept connections, results every few ms.

While it works, one task minds the books (claims ahead, looks again at the readers who wait
in memory, writes results down) and a task for each connection sends.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from hub import i18n, logs
from hub.errors import HubError, Unavailable
from hub.mail import headers, retrying
from hub.mail.model import Connection, Envelope, Mailer, Outcome, RelayAway, RelayRefuses
from hub.newsletter.books import Books
from hub.newsletter.deliveries import Result
from hub.newsletter.gate import Gate
from hub.newsletter.model import ClaimedDelivery

BATCH = 100
FLUSH_SECONDS = 0.005
# How old what is known of a waiting reader may be.
RECHECK_SECONDS = 0.5
AWAY_SECONDS = 0.25

Clock = Callable[[], datetime]


class EditionLane:
    """Sends the deliveries that are due. `chance` gives 0 to 1; `steady` is a monotonic clock."""

    def __init__(
        self,
        books: Books,
        mailer: Mailer,
        *,
        chance: Callable[[], float],
        steady: Callable[[], float],
        gate: Gate,
    ) -> None:
        self._books = books
        self._mailer = mailer
        self._chance = chance
        self._steady = steady
        self._gate = gate
        self._ready: deque[ClaimedDelivery] = deque()
        self._flying: dict[object, ClaimedDelivery] = {}
        self._results: list[Result] = []
        self._news = asyncio.Event()
        # Whether the database may have claimed more for this worker than it was told.
        self._doubtful = False
        self.trouble = ""

    async def work(
        self, worker_id: int, now: Clock, stopping: asyncio.Event, *, patient: bool = True
    ) -> bool:
        """Send everything that is due, until nothing is or `stopping` is set.

        Who is not `patient` sends only what the limits let through at `now`. Whether there was
        anything. What is not sent goes back to the queue, also when the
        task is cancelled; then what had been sent without an answer is `unknown`.
        """
        self._worker_id, self._now, self._stopping = worker_id, now, stopping
        self._halted = self._exhausted = self._blocked = False
        self.trouble = ""
        may = await self._gate.open(worker_id, now(), patient=patient)
        if not self._doubtful and not (
            may and await self._refill(self._gate.room((), BATCH, exhausted=False))
        ):
            return False
        try:
            if self._ready:
                await self._send()
        finally:
            await self._settle()
        return True

    async def _send(self) -> None:
        try:
            # One connection first: a relay that is down is asked once, not ten times.
            first = await self._mailer.connect()
        except RelayAway as error:
            self._put_off(str(error))
            return
        except RelayRefuses as error:
            await self._pause(str(error))
            return
        self._wanted = self._gate.connections
        wanted = min(self._wanted, max(1, len(self._ready))) if self._gate.free else self._wanted
        self._active = wanted
        async with asyncio.TaskGroup() as group:
            group.create_task(self._mind())
            for number in range(wanted):
                group.create_task(self._sender(first if number == 0 else None))

    async def _sender(self, connection: Connection | None) -> None:
        try:
            if connection is None and not self._gate.free:
                # Before a permit is used: its message would leave late, and then in a heap.
                with suppress(RelayAway):
                    connection = await self._mailer.connect()
                if connection is None:
                    return
            while (envelope := await self._next()) is not None:
                try:
                    if connection is None or not connection.usable:
                        connection = await self._mailer.connect()
                except RelayAway as error:
                    self._done(envelope, None)
                    if self._active == 1:
                        self._put_off(str(error))
                    # The others go on: a relay may allow fewer connections than these.
                    return
                except BaseException:
                    self._done(envelope, None)
                    raise
                await connection.deliver(envelope, self._take, self._done)
        except RelayRefuses as error:
            await self._pause(str(error))
        finally:
            self._active -= 1
            self._news.set()
            if connection is not None:
                await connection.close()

    async def _next(self) -> Envelope | None:
        while True:
            if (envelope := self._take()) is not None:
                return envelope
            if self._over:
                return None
            self._news.clear()
            await self._news.wait()

    @property
    def _over(self) -> bool:
        if self._stopping.is_set() or self._halted:
            return True
        return self._exhausted and not self._ready and not self._blocked

    def _take(self) -> Envelope | None:
        """The next message, if one may go now."""
        while self._ready and not (self._blocked or self._halted or self._stopping.is_set()):
            delivery = self._gate.next(self._ready)
            if delivery is None:
                return None
            reason = self._books.unwelcome(delivery)
            if reason:
                self._gate.not_sent()
                self._finish(delivery, "failed", None, reason)
                continue
            assert delivery.email is not None
            assert delivery.name is not None
            assert delivery.language is not None
            key = (delivery.edition_id, delivery.subscriber_id)
            try:
                content = self._books.personaliser(delivery.edition_id).message(
                    delivery.subscriber_id,
                    delivery.email,
                    delivery.name,
                    i18n.known(delivery.language),
                )
                recipient = headers.ascii_domain_of(delivery.email)
            except (HubError, ValueError) as error:
                self._gate.not_sent()
                self._finish(delivery, "failed", None, str(error))
                continue
            self._flying[key] = delivery
            return Envelope(key, self._books.sender, recipient, content)
        return None

    def _done(self, envelope: Envelope, outcome: Outcome | None) -> None:
        delivery = self._flying.pop(envelope.key)
        self._gate.heard(delivery, outcome)
        if outcome is None:
            self._ready.appendleft(delivery)
            self._news.set()
        elif outcome.state == "deferred":
            self._defer(delivery, outcome.code, outcome.reply)
        else:
            self._finish(delivery, outcome.state, outcome.code, outcome.reply)

    def _defer(self, delivery: ClaimedDelivery, code: int | None, reply: str) -> None:
        due_at = retrying.next_attempt(
            delivery.attempts,
            created_at=self._gate.first_tried(
                delivery.attempts, self._books.made_at(delivery.edition_id), self._now()
            ),
            now=self._now(),
            chance=self._chance(),
        )
        if due_at is None:
            self._finish(delivery, "failed", code, f"given up after 48 hours: {reply}")
        else:
            self._result(delivery, "deferred", code, reply, due_at)

    def _finish(self, delivery: ClaimedDelivery, state: str, code: int | None, reply: str) -> None:
        self._result(delivery, state, code, reply, self._now())

    def _result(
        self, delivery: ClaimedDelivery, state: str, code: int | None, reply: str, due_at: datetime
    ) -> None:
        self._results.append(
            Result(delivery.edition_id, delivery.subscriber_id, state, code, reply[:500], due_at)
        )

    # The books.

    async def _mind(self) -> None:
        checked_at = self._steady()
        while self._active:
            try:
                await self._flush()
                await self._gate.keep(self._ready, self._now())
                if changed := self._gate.unslotted(self._ready):
                    await self._admit(changed)
                if self._gate.shut or self._gate.connections != self._wanted:
                    self._halted = True
                room = self._gate.room(self._ready, BATCH, exhausted=self._exhausted)
                if room and not self._over:
                    self._exhausted = not await self._refill(room)
                if self._gate.wants_turns() and not self._over:
                    await self._refill(BATCH, turns=True)
                if self._ready and self._steady() - checked_at > RECHECK_SECONDS:
                    await self._recheck()
                    checked_at = self._steady()
                self._blocked = False
            except Unavailable as error:
                # The database is away: send nothing more that could not be written down.
                if not self._blocked:
                    logs.warning("sending.blocked", reason=str(error))
                self._blocked = True
            if self._gate.may(self._ready) or self._over:
                self._news.set()
            await asyncio.sleep(FLUSH_SECONDS)

    async def _refill(self, limit: int, *, turns: bool = False) -> bool:
        try:
            claimed = await asyncio.to_thread(
                self._books.claim, self._worker_id, now=self._now(), limit=limit, turns=turns
            )
        except Unavailable:
            self._doubtful = True
            raise
        await self._admit(claimed)
        return bool(claimed)

    async def _admit(self, claimed: list[ClaimedDelivery]) -> None:
        """Take in hand what may go soon; the rest is queued for its turn."""
        try:
            self._ready.extend(await self._gate.admitted(claimed, self._now()))
        except Unavailable:
            self._doubtful = True
            raise

    async def _recheck(self) -> None:
        waiting = list(self._ready)
        fresh = await asyncio.to_thread(self._books.renewed, waiting)
        self._ready = deque(
            fresh.get((delivery.edition_id, delivery.subscriber_id), delivery)
            for delivery in self._ready
        )
        stopped = await asyncio.to_thread(self._books.stopped)
        if stopped:
            # Paused or cancelled meanwhile: give back what has not left.
            for delivery in [d for d in self._ready if d.edition_id in stopped]:
                self._ready.remove(delivery)
                self._finish(delivery, "queued", None, "")

    async def _flush(self) -> None:
        if self._results:
            results = self._results[:]
            await asyncio.to_thread(self._books.record, self._worker_id, results, now=self._now())
            del self._results[: len(results)]

    async def _settle(self) -> None:
        """Write down what is known, and give back the rest."""
        for delivery in self._ready:
            self._finish(delivery, "queued", None, "")
        self._ready.clear()
        while True:
            try:
                await self._flush()
                await self._gate.settle(self._now())
                if self._doubtful:
                    # Nothing is in hand any more: what this worker still holds was claimed by a
                    # commit whose answer was lost with the database.
                    await asyncio.to_thread(self._books.give_back, self._worker_id, now=self._now())
                    self._doubtful = False
                return
            except Unavailable:
                # What was sent must be written down, or it would go out twice.
                await asyncio.sleep(AWAY_SECONDS)

    def _put_off(self, reason: str) -> None:
        """The relay cannot be reached: what is in hand is tried later, by its own schedule."""
        self.trouble = reason
        self._halted = True
        logs.warning("sending.relay_away", deliveries=len(self._ready), reason=reason)
        for delivery in self._ready:
            self._defer(delivery, None, reason)
        self._ready.clear()

    async def _pause(self, reason: str) -> None:
        """The relay refuses this sender: no reader's fault, so the edition waits for its owner."""
        self.trouble = reason
        self._halted = True
        editions = {delivery.edition_id for delivery in self._ready}
        logs.warning("edition.paused", editions=sorted(editions), reason=reason)
        await asyncio.to_thread(self._books.pause, editions, reason)
