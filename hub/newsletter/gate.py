"""What the sending lane asks before each message: may it go now? Keeps permits a little ahead.

Without limits it costs the lane a look at a flag. With them it reserves permits for a quarter
of a second in the database that all workers share, holds back readers whose domain has no slot
yet without holding up the others, and hears which domains refuse.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from hub import logs
from hub.db import Database, Transaction
from hub.mail import retrying
from hub.mail.model import Outcome
from hub.newsletter import pace_store
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.pace_books import PaceBooks, Unwritten
from hub.newsletter.pace_rules import Limits
from hub.newsletter.pacing import Key, domain_of
from hub.newsletter.traffic import Traffic
from hub.site.model import Site

# How old what is known of the limits may be.
REFRESH_SECONDS = 1.0
JUDGE_SECONDS = 10.0
AHEAD_SECONDS = 0.25
ASK_SECONDS = 0.1
# A permit not used within this time is void: else they would pile up into a burst.
LATE_SECONDS = 0.2
# The lane keeps its connections for a permit that is this near, and closes them otherwise.
PATIENCE_SECONDS = 5.0
MOST_TURNS = 500
_SLOW_DOWN = re.compile(r"4\.7\.\d")


class Gate:
    """The limits as one worker sees them. `steady` is a monotonic clock; `connections` overrides
    the owner's number."""

    def __init__(
        self,
        db: Database,
        load_site: Callable[[Transaction], Site],
        *,
        steady: Callable[[], float],
        connections: int | None = None,
    ) -> None:
        self._books = PaceBooks(db, load_site)
        self._steady = steady
        self._connections = connections
        self._limits = Limits()
        self._slowed: frozenset[str] = frozenset()
        self._refreshed_at = self._judged_at = float("-inf")
        self._to_release: deque[int] = deque()
        self._traffic = Traffic(steady)
        self._refusals: Counter[str] = Counter()
        # Domains, of which those in hand need new slots.
        self._changed: set[str] = set()
        self._unwritten = Unwritten()
        self._permits: deque[float] = deque()
        self._slots: dict[Key, _Slot] = {}
        self._ask_at = 0.0
        self._look_at = self._turns_at = 0.0
        self._worker_id = 0
        self._patient = True
        self.free = True
        # Nothing may leave for so long that the lane had better end.
        self.shut = False

    @property
    def connections(self) -> int:
        return self._connections or self._limits.connections

    async def open(self, worker_id: int, now: datetime, *, patient: bool) -> bool:
        """Whether anything may leave soon (not `patient`: at `now`). A run begins with it."""
        self._worker_id, self._patient = worker_id, patient
        self.shut = False
        self._ask_at = self._look_at = self._turns_at = 0.0
        if not patient or self._steady() - self._refreshed_at >= REFRESH_SECONDS:
            await self._refresh((), now)
        while self._to_release:
            await self._release(now)
        if not self._limits.needs_permits:
            return True
        opens_at = await asyncio.to_thread(self._books.opens_at, self._limits, now)
        return opens_at <= now.timestamp() + (PATIENCE_SECONDS if patient else 0.0)

    def room(self, ready: Collection[ClaimedDelivery], batch: int, *, exhausted: bool) -> int:
        """How many deliveries to claim now, with these in hand; `exhausted`: none was due."""
        if self.free:
            return 0 if exhausted or len(ready) >= batch else batch
        now = self._steady()
        if self.shut or (exhausted and (not self._patient or not ready or now < self._look_at)):
            return 0
        self._look_at = now + ASK_SECONDS
        rate = self._limits.per_second
        target = batch if rate is None else min(batch, int(rate) + 2)
        return target if len(ready) - self._held(now) <= target // 2 else 0

    def wants_turns(self) -> bool:
        """Whether to claim readers who were put off until about now, whoever else is in hand."""
        now = self._steady()
        if now < self._turns_at or not (self._limits.domains or self._slowed) or self.shut:
            return False
        self._turns_at = now + ASK_SECONDS
        return len(self._slots) < MOST_TURNS

    def may(self, ready: Collection[ClaimedDelivery]) -> bool:
        """Whether one of `ready` may go now."""
        if self.free:
            return bool(ready)
        now = self._steady()
        if self._limits.needs_permits and not (self._permits and self._permits[0] <= now):
            return False
        return len(ready) > self._held(now)

    def next(self, ready: deque[ClaimedDelivery]) -> ClaimedDelivery | None:
        """The next of `ready` that may go, taken out of it with its permit; None when none may."""
        if not ready:
            return None
        if self.free:
            return self._left(ready.popleft())
        if not self.may(ready):
            return None
        position = self._position(ready)
        if position is None:
            return None
        if self._limits.needs_permits:
            self._permits.popleft()
        delivery = ready[position]
        del ready[position]
        self._slots.pop(_key(delivery), None)
        return self._left(delivery)

    def not_sent(self) -> None:
        """The last that `next` gave did not leave after all: its permit is for another."""
        if self._limits.needs_permits:
            self._permits.appendleft(self._steady())
        else:
            self._unwritten.sent -= 1

    def heard(self, delivery: ClaimedDelivery, outcome: Outcome | None) -> None:
        """What the relay said to one message."""
        if outcome is None:
            self.not_sent()
            return
        if self._limits.ramp_up is not None and outcome.state in ("accepted", "failed"):
            self._unwritten.judged += 1
            self._unwritten.failed += outcome.state == "failed" and outcome.code is not None
        if outcome.state != "deferred" or outcome.about == "message":
            return
        if outcome.code == 421 or _SLOW_DOWN.match(outcome.reply):
            self._refusals[domain_of(delivery)] += 1

    def first_tried(self, attempts: int, made_at: datetime, now: datetime) -> datetime:
        """From when the 48 hours of a delivery count: what a limit held back expires later."""
        return made_at if self.free else max(made_at, retrying.first_tried(attempts, now))

    async def keep(self, ready: deque[ClaimedDelivery], now: datetime) -> None:
        """What is due: fresh limits, refusals written down, permits reserved. Call it often."""
        if self._patient and self._steady() - self._refreshed_at >= REFRESH_SECONDS:
            await self._refresh(ready, now)
        if self._refusals:
            await self._slow_down(now)
        if self._to_release:
            await self._release(now)
        if self._limits.needs_permits:
            await self._ask(ready, now)

    def unslotted(self, ready: deque[ClaimedDelivery]) -> list[ClaimedDelivery]:
        """Those whose domain has a new rate, out of `ready`: they are to be admitted again.

        Out of hand first, so that nobody sends what is being queued again.
        """
        if not self._changed:
            return []
        found = [d for d in ready if domain_of(d) in self._changed]
        self._changed.clear()
        for delivery in found:
            ready.remove(delivery)
            self._slots.pop(_key(delivery), None)
        return found

    async def admitted(
        self, claimed: list[ClaimedDelivery], now: datetime
    ) -> list[ClaimedDelivery]:
        """Those of `claimed` that stay in hand; the others were queued for their turn."""
        if not claimed or not (self._limits.domains or self._slowed):
            return claimed
        steady = self._steady()
        kept, slots = await asyncio.to_thread(
            self._books.admit,
            self._limits,
            self._worker_id,
            claimed,
            patient=self._patient,
            now=now,
        )
        shift = steady - now.timestamp()
        self._slots |= {
            _key(d): _Slot(slots[_key(d)] + shift, domain_of(d)) for d in kept if _key(d) in slots
        }
        return kept

    async def settle(self, now: datetime) -> None:
        """The lane ends: what it did not use is given back, and what was counted written down."""
        steady = self._steady()
        unused = Counter(slot.domain for slot in self._slots.values() if slot.at >= steady)
        if self._limits.per_second is not None:
            unused[pace_store.ALL] = sum(at >= steady for at in self._permits)
        self._give_back_permits()
        self._slots.clear()
        if unused.total():
            await asyncio.to_thread(self._books.return_slots, self._limits, unused, now)
        if self._refusals:
            await self._slow_down(now)
        await self._write(now)

    def _position(self, ready: deque[ClaimedDelivery]) -> int | None:
        """Where in `ready` the one stands that goes next."""
        now = self._steady()
        # Whose turn has come goes first, whoever else waits: a slot that passes is lost.
        turn = min(
            (slot.at for slot in self._slots.values() if slot.at <= now),
            default=None,
        )
        for position, delivery in enumerate(ready):
            slot = self._slots.get(_key(delivery))
            if slot is None if turn is None else slot is not None and slot.at == turn:
                return position
        return None

    def _left(self, delivery: ClaimedDelivery) -> ClaimedDelivery:
        self._traffic.count(domain_of(delivery))
        if not self._limits.needs_permits:
            self._unwritten.sent += 1
        return delivery

    def _held(self, now: float) -> int:
        """How many in hand wait for the slot of their domain."""
        return sum(slot.at > now for slot in self._slots.values())

    async def _ask(self, ready: deque[ClaimedDelivery], now: datetime) -> None:
        steady = self._steady()
        # Who sends what may leave at one instant has all the time in the world for it.
        if self._limits.per_second is not None and self._patient:
            while self._permits and self._permits[0] < steady - LATE_SECONDS:
                self._permits.popleft()
                self._unwritten.sent -= 1
        wanted = len(ready) - self._held(steady + AHEAD_SECONDS) - len(self._permits)
        if wanted <= 0 or steady < self._ask_at:
            return
        grant = await asyncio.to_thread(
            self._books.reserve,
            self._limits,
            wanted=wanted,
            ahead=AHEAD_SECONDS if self._patient else 0.0,
            now=now,
        )
        at = now.timestamp()
        self._permits.extend(slot - at + steady for slot in grant.slots)
        if len(grant.slots) < wanted:
            self._ask_at = steady + ASK_SECONDS
        if not self._permits:
            patience = PATIENCE_SECONDS if self._patient else 0.0
            self.shut = grant.opens_at > at + patience

    async def _refresh(self, ready: Collection[ClaimedDelivery], now: datetime) -> None:
        """Look at the limits anew; `ready` is what the lane has in hand."""
        self._traffic.turn()
        await self._write(now)
        seen = await asyncio.to_thread(self._books.look, now)
        if seen.limits.domains != self._limits.domains:
            self._changed |= {domain_of(delivery) for delivery in ready}
        self._changed |= seen.slowed - self._slowed
        self._to_release.extend(seen.to_release)
        if seen.limits != self._limits:
            self._ask_at = 0.0
            if not seen.limits.needs_permits:
                self._give_back_permits()
        self._limits, self._slowed = seen.limits, seen.slowed
        self.free = not (self._limits.needs_permits or self._limits.domains or self._slowed)
        # Those of editions that were paused are in hand no more.
        in_hand = {_key(delivery) for delivery in ready}
        self._slots = {k: slot for k, slot in self._slots.items() if k in in_hand and not self.free}
        if self._limits.ramp_up is not None:
            await self._judge(now)
        self._refreshed_at = self._steady()

    async def _judge(self, now: datetime) -> None:
        if self._patient and self._steady() - self._judged_at < JUDGE_SECONDS:
            return
        self._judged_at = self._steady()
        reason = await asyncio.to_thread(self._books.stop_the_ramp, now)
        if reason:
            self.shut = True
            logs.warning("ramp.stopped", reason=reason)

    async def _write(self, now: datetime) -> None:
        """Write down what was counted; it stays counted here when the database is away."""
        counted = self._unwritten
        if counted != Unwritten():
            written = replace(counted)
            await asyncio.to_thread(self._books.add, written, now)
            counted.sent -= written.sent
            counted.judged -= written.judged
            counted.failed -= written.failed

    async def _slow_down(self, now: datetime) -> None:
        for domain, number in list(self._refusals.items()):
            observed = self._traffic.rate(domain)
            rate = await asyncio.to_thread(
                self._books.slow_down, self._limits, domain, number, observed=observed, now=now
            )
            self._refusals[domain] -= number
            if rate is not None:
                self._slowed = self._slowed | {domain}
                self._changed.add(domain)
                self.free = False
                # Without the name: that of a small domain may be a person's.
                logs.warning("sending.slowed", per_second=round(rate, 3))
        self._refusals = +self._refusals

    async def _release(self, now: datetime) -> None:
        """Let the next readers come who were put off for longer than the limits ask now."""
        if not await asyncio.to_thread(self._books.release, self._to_release[0], now):
            self._to_release.popleft()

    def _give_back_permits(self) -> None:
        self._unwritten.sent -= len(self._permits)
        self._permits.clear()


@dataclass(frozen=True, slots=True)
class _Slot:
    """When a reader's turn comes, by the steady clock, and at which domain."""

    at: float
    domain: str


def _key(delivery: ClaimedDelivery) -> Key:
    return delivery.edition_id, delivery.subscriber_id
