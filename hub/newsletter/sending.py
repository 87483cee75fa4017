"""The lane of editions: claims in small batches, kept connections, results every few ms.

While it works, one task claims ahead, one writes results down and looks again at the readers
who wait in memory, and a task for each connection sends.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime

from hub import i18n, logs
from hub.errors import HubError, Unavailable
from hub.mail import headers, verdicts
from hub.mail.model import (
    Connection,
    Envelope,
    Mailer,
    Outcome,
    RelayAway,
    RelayFull,
    RelayRefuses,
)
from hub.newsletter.books import Books
from hub.newsletter.gate import Gate
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.results import RECHECK_SECONDS, Results, set_within

BATCH = 100
# How many are at hand before the next are claimed.
AHEAD = 150
# How many messages may be on their way or not written down yet: at most so many are sent again
# when the process is killed, however slow the disk is.
IN_DOUBT = 40
AWAY_SECONDS = 0.25
# How often permits are looked for while there are limits.
PERMIT_SECONDS = 0.005
# How long after the last one a connection that ended is replaced.
REPLACE_SECONDS = 5.0

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
        self._steady = steady
        self._gate = gate
        self._ready: deque[ClaimedDelivery] = deque()
        self._flying: dict[object, ClaimedDelivery] = {}
        self._results = Results(books, gate, chance=chance)
        # For the senders: there is something to send. For the books: too few claims.
        self._news = asyncio.Event()
        self._shortage = asyncio.Event()
        # What the database could not be reached for at the last try: results, claims.
        self._unreached: set[str] = set()
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
        self._results.begin(worker_id, now)
        self._halted = self._exhausted = False
        self._unreached.clear()
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
        except RelayFull:
            # Letters hold what connections it allows: a moment later.
            await asyncio.sleep(AWAY_SECONDS)
            return
        except RelayAway as error:
            self._put_off(str(error))
            return
        except RelayRefuses as error:
            self._refused(str(error))
            return
        self._wanted = self._gate.connections
        wanted = min(self._wanted, max(1, len(self._ready))) if self._gate.free else self._wanted
        self._active = wanted
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write_down(group, wanted))
            group.create_task(self._bring())
            for number in range(wanted):
                group.create_task(self._sender(first if number == 0 else None))

    async def _sender(self, connection: Connection | None) -> None:
        try:
            if connection is None and not self._gate.free:
                # Before a permit is used: its message would leave late, and then in a heap.
                with contextlib.suppress(RelayAway):
                    connection = await self._mailer.connect()
                if connection is None:
                    return
            while (envelope := await self._next()) is not None:
                try:
                    if connection is not None and not connection.usable:
                        await connection.close()
                        connection = None
                    if connection is None:
                        connection = await self._mailer.connect()
                except RelayAway as error:
                    self._done(envelope, None)
                    if self._active == 1 and not isinstance(error, RelayFull):
                        self._put_off(str(error))
                    # The others go on: a relay may allow fewer connections than these.
                    return
                except BaseException:
                    self._done(envelope, None)
                    raise
                await connection.deliver(envelope, self._take, self._done)
        except RelayRefuses as error:
            self._refused(str(error))
        finally:
            self._active -= 1
            for event in (self._news, self._shortage):
                event.set()
            self._results.hurry()
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
        return self._exhausted and not self._ready and not self._unreached

    def _take(self) -> Envelope | None:
        """The next message, if one may go now."""
        while self._ready and not self._waits:
            delivery = self._gate.next(self._ready)
            if delivery is None:
                return None
            if len(self._ready) < AHEAD:
                self._shortage.set()
            reason = self._books.unwelcome(delivery)
            if reason:
                self._gate.not_sent()
                self._results.finish(delivery, "failed", None, reason)
                continue
            assert delivery.email is not None
            assert delivery.name is not None
            assert delivery.language is not None
            key = (delivery.edition_id, delivery.subscriber_id)
            try:
                personaliser = self._books.personaliser(delivery.edition_id)
                content = personaliser.message(
                    delivery.subscriber_id,
                    delivery.email,
                    delivery.name,
                    i18n.known(delivery.language),
                )
                recipient = headers.ascii_domain_of(delivery.email)
                sender = self._books.sender(*key)
            except (HubError, ValueError) as error:
                self._gate.not_sent()
                self._results.finish(delivery, "failed", None, str(error))
                continue
            self._flying[key] = delivery
            return Envelope(
                key, sender, recipient, content, personaliser.dotless, personaliser.canonical
            )
        return None

    @property
    def _waits(self) -> bool:
        """Whether no message may go now."""
        if len(self._flying) + len(self._results) >= max(IN_DOUBT, self._wanted):
            self._results.hurry()
            return True
        return bool(self._unreached) or self._halted or self._stopping.is_set()

    def _done(self, envelope: Envelope, outcome: Outcome | None) -> None:
        delivery = self._flying.pop(envelope.key)
        self._gate.heard(delivery, outcome)
        if outcome is None:
            self._ready.appendleft(delivery)
            self._news.set()
        elif outcome.state == "deferred":
            self._results.defer(delivery, outcome.code, outcome.reply, outcome.relay)
        else:
            self._results.finish(
                delivery, outcome.state, outcome.code, outcome.reply, outcome.relay
            )
            if reason := verdicts.reason_to_pause(outcome):
                self._pause({delivery.edition_id}, reason)

    # The books.

    async def _write_down(self, group: asyncio.TaskGroup, wanted: int) -> None:
        """Results every few ms; a look at the readers who wait, and at lost connections."""
        checked_at = replaced_at = self._steady()
        while self._active:
            if "results" not in self._unreached:
                await self._results.wanted()
            with self._reaching("results"):
                if await self._results.write_down():
                    self._news.set()
                if self._ready and self._steady() - checked_at > RECHECK_SECONDS:
                    await self._recheck()
                    checked_at = self._steady()
                if self._active < wanted and self._steady() - replaced_at > REPLACE_SECONDS:
                    replaced_at = self._steady()
                    self._active += 1
                    group.create_task(self._sender(None))
            await self._rest_while("results")

    async def _bring(self) -> None:
        """Claims ahead, so that no connection waits for the database; and what the limits ask."""
        while self._active:
            with self._reaching("claims"):
                await self._keep_limits()
                await self._claim_ahead()
            await self._rest_while("claims")
            await self._short_or_time()

    async def _keep_limits(self) -> None:
        await self._gate.keep(self._ready, self._now())
        if changed := self._gate.unslotted(self._ready):
            await self._admit(changed)
        if self._gate.shut or self._gate.connections != self._wanted:
            self._halted = True

    async def _claim_ahead(self) -> None:
        room = min(BATCH, self._gate.room(self._ready, AHEAD, exhausted=self._exhausted))
        if room and not self._over:
            self._exhausted = not await self._refill(room)
        if self._gate.wants_turns() and not self._over:
            await self._refill(BATCH, turns=True)

    async def _short_or_time(self) -> None:
        """Return when the next claim is wanted; with limits, when permits may be."""
        if not self._gate.free:
            await asyncio.sleep(PERMIT_SECONDS)
        elif not self._short:
            self._shortage.clear()
            await set_within(self._shortage, RECHECK_SECONDS)

    @property
    def _short(self) -> bool:
        return len(self._ready) < AHEAD and not self._exhausted and not self._over

    @contextlib.contextmanager
    def _reaching(self, what: str) -> Iterator[None]:
        """While the database is away, nothing is sent that could not be written down."""
        try:
            yield
            self._unreached.discard(what)
        except Unavailable as error:
            if not self._unreached:
                logs.warning("sending.blocked", reason=str(error))
            self._unreached.add(what)
        if self._gate.may(self._ready) or self._over:
            self._news.set()

    async def _rest_while(self, what: str) -> None:
        if what in self._unreached:
            await asyncio.sleep(AWAY_SECONDS)

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
        fresh = await asyncio.to_thread(self._books.renewed, self._worker_id, waiting)
        looked_at = {(delivery.edition_id, delivery.subscriber_id) for delivery in waiting}
        # Who was taken for dead (a machine that slept) holds less than it remembers.
        self._ready = deque(
            fresh.get(key, delivery)
            for delivery in self._ready
            if (key := (delivery.edition_id, delivery.subscriber_id)) in fresh
            or key not in looked_at
        )
        stopped = await asyncio.to_thread(self._books.stopped)
        if stopped:
            # Paused or cancelled meanwhile: give back what has not left.
            for delivery in [d for d in self._ready if d.edition_id in stopped]:
                self._ready.remove(delivery)
                self._results.finish(delivery, "queued", None, "")

    async def _settle(self) -> None:
        """Write down what is known, and give back the rest."""
        for delivery in self._ready:
            self._results.finish(delivery, "queued", None, "")
        self._ready.clear()
        while True:
            try:
                while self._results.unwritten:
                    await self._results.write_down()
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
            self._results.defer(delivery, None, reason)
        self._ready.clear()

    def _refused(self, reason: str) -> None:
        """The relay refuses this sender: no reader's fault, and it would refuse all others."""
        self._pause({delivery.edition_id for delivery in self._ready}, reason)

    def _pause(self, edition_ids: set[int], reason: str) -> None:
        """Send nothing more of these until their owner says so; what is in flight arrives."""
        self.trouble = reason
        self._halted = True
        self._results.pause(edition_ids, reason)
