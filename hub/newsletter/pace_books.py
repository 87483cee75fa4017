"""What the gate reads and writes: limits, permits, refusals. Blocking; run in threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.db import Database, Transaction
from hub.mail import sent
from hub.newsletter import editions, pace_rules, pace_store, pacing, ramping
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.pace_rules import Limits
from hub.newsletter.pacing import Grant, Key
from hub.site.model import Site


@dataclass(frozen=True, slots=True)
class Seen:
    """The limits, the domains that are slowed down, and the editions whose plans are stale."""

    limits: Limits
    slowed: frozenset[str]
    to_release: tuple[int, ...]


@dataclass(slots=True)
class Unwritten:
    """What left and what became of it, since it was last written down."""

    sent: int = 0
    judged: int = 0
    failed: int = 0


class PaceBooks:
    """The database as the gate sees it."""

    def __init__(self, db: Database, load_site: Callable[[Transaction], Site]) -> None:
        self._db = db
        self._load_site = load_site

    def look(self, now: datetime) -> Seen:
        """How things stand; what a clock set back or a changed option left behind is mended."""
        with self._db.read() as tx:
            limits = pace_rules.limits_of(self._load_site(tx))
            slow = pace_store.with_slowdown(tx)
            clock_went_back = sent.has_future(tx, now)
            stale = pacing.plans_are_stale(tx, limits, now)
            unfinished = editions.with_status(tx, "sending", "paused") if stale else []
            ramp_is_over = limits.ramp_up is None and ramping.get(tx) is not None
        if clock_went_back or stale or ramp_is_over:
            with self._db.write() as tx:
                if clock_went_back:
                    sent.mend_future(tx, now)
                if stale:
                    pace_store.forget_plans(tx)
                if ramp_is_over:
                    ramping.end(tx)
        at = now.timestamp()
        return Seen(
            limits,
            frozenset(p.name for p in slow if pace_rules.slowed_rate(p, at) is not None),
            tuple(edition.id for edition in unfinished),
        )

    def opens_at(self, limits: Limits, now: datetime) -> float:
        with self._db.read() as tx:
            return pacing.opens_at(tx, limits, now)

    def reserve(self, limits: Limits, *, wanted: int, ahead: float, now: datetime) -> Grant:
        with self._db.write(concurrent=True) as tx:
            return pacing.reserve(tx, limits, wanted=wanted, ahead=ahead, now=now)

    def admit(
        self,
        limits: Limits,
        worker_id: int,
        claimed: list[ClaimedDelivery],
        *,
        patient: bool,
        now: datetime,
    ) -> tuple[list[ClaimedDelivery], dict[Key, float]]:
        with self._db.write(concurrent=True) as tx:
            return pacing.admit(tx, limits, worker_id, claimed, patient=patient, now=now)

    def return_slots(self, limits: Limits, unused: Mapping[str, int], now: datetime) -> None:
        with self._db.write(concurrent=True) as tx:
            pacing.return_slots(tx, limits, unused, now=now)

    def slow_down(
        self, limits: Limits, domain: str, refusals: int, *, observed: float, now: datetime
    ) -> float | None:
        with self._db.write(concurrent=True) as tx:
            return pacing.slow_down(tx, limits, domain, refusals, observed=observed, now=now)

    def release(self, edition_id: int, now: datetime) -> int:
        """Let the next readers come who were put off; how many."""
        with self._db.write() as tx:
            return pace_store.release(tx, edition_id, now)

    def stop_the_ramp(self, now: datetime) -> str:
        """Pause what is being sent when the ramp must stop; the reason, or nothing."""
        with self._db.read() as tx:
            reason = ramping.judge(tx, now)
        if reason:
            with self._db.write() as tx:
                ramping.stop(tx, reason, self._load_site(tx), now)
        return reason

    def add(self, counted: Unwritten, now: datetime) -> None:
        with self._db.write(concurrent=True) as tx:
            sent.count(tx, counted.sent, now)
            if counted.judged:
                ramping.tally(tx, sent=counted.judged, failed=counted.failed)
