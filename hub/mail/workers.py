"""Heartbeats of workers, and the rule that says when one has fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction

SILENT_SECONDS = 20.0
BEAT_SECONDS = 2.0
# Watched this long without a beat, one whose last is 20 s old by the wall clock is dead too.
WATCHED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    id: int
    seen_at: datetime


class SilenceWatch:
    """Says which workers are dead, by this process's own steady clock.

    Wall clocks jump, also between two machines: so what counts is how long a heartbeat has
    not changed while it was watched. One that was old when first seen is believed sooner.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[datetime, float]] = {}

    def dead(self, heartbeats: Iterable[Heartbeat], *, now: datetime, steady: float) -> list[int]:
        """The ids of workers that are dead. `steady` is a monotonic clock in seconds."""
        seen: dict[int, tuple[datetime, float]] = {}
        dead = []
        for beat in heartbeats:
            seen_at, since = self._seen.get(beat.id, (beat.seen_at, steady))
            if seen_at != beat.seen_at:
                since = steady
            seen[beat.id] = (beat.seen_at, since)
            watched = steady - since
            old = now - beat.seen_at > timedelta(seconds=SILENT_SECONDS)
            if watched >= SILENT_SECONDS or (old and watched >= WATCHED_SECONDS):
                dead.append(beat.id)
        self._seen = seen
        return dead


def start(tx: Transaction, now: datetime) -> int:
    """Sign a worker on; its id."""
    return int(
        tx.scalar(
            "INSERT INTO workers (started_at, seen_at) VALUES (:now, :now) RETURNING id", now=now
        )
    )


def beat(tx: Transaction, worker_id: int, now: datetime) -> None:
    """Renew a heartbeat; a worker that was taken for dead is signed on again."""
    tx.execute(
        "INSERT INTO workers (id, started_at, seen_at) VALUES (:id, :now, :now)"
        " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        id=worker_id,
        now=now,
    )


def others(tx: Transaction, worker_id: int) -> list[Heartbeat]:
    return tx.all(Heartbeat, "SELECT id, seen_at FROM workers WHERE id <> :id", id=worker_id)


def sign_off(tx: Transaction, worker_id: int) -> None:
    tx.execute("DELETE FROM workers WHERE id = :id", id=worker_id)
