"""Heartbeats of workers, and the rule that says when one has fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction

SILENT_SECONDS = 20.0
BEAT_SECONDS = 2.0
# Watched this long without a beat, one whose last is 20 s old by the wall clock is dead too.
WATCHED_SECONDS = 5.0
# Who has not looked for so long has not watched.
BLIND_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`lifeline` is the mark of hub/mail/lifeline.py, empty where there is none."""

    id: int
    seen_at: datetime
    lifeline: str = ""


class SilenceWatch:
    """Says which workers are dead, by this process's own steady clock.

    Wall clocks jump, also between two machines: so what counts is how long a heartbeat has
    not changed while it was watched. One that was old when first seen is believed sooner. Time
    in which this process could not look (the database was away) says nothing of the others:
    they could not write their heartbeats either.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[datetime, float]] = {}
        self._looked_at = 0.0

    def dead(self, heartbeats: Iterable[Heartbeat], *, now: datetime, steady: float) -> list[int]:
        """The ids of workers that are dead. `steady` is a monotonic clock in seconds."""
        if steady - self._looked_at > BLIND_SECONDS:
            self._seen = {}
        self._looked_at = steady
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


def start(tx: Transaction, now: datetime, *, lifeline: str = "", way: str = "") -> int:
    """Sign a worker on; its id. `way`: where its mail goes (see `ways`)."""
    return int(
        tx.scalar(
            "INSERT INTO workers (started_at, seen_at, lifeline, way)"
            " VALUES (:now, :now, :lifeline, :way) RETURNING id",
            now=now,
            lifeline=lifeline,
            way=way,
        )
    )


def beat(
    tx: Transaction, worker_id: int, now: datetime, *, lifeline: str = "", way: str = ""
) -> None:
    """Renew a heartbeat; a worker that was taken for dead is signed on again."""
    tx.execute(
        "INSERT INTO workers (id, started_at, seen_at, lifeline, way)"
        " VALUES (:id, :now, :now, :lifeline, :way)"
        " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, way = excluded.way",
        id=worker_id,
        now=now,
        lifeline=lifeline,
        way=way,
    )


def ways(tx: Transaction, now: datetime) -> list[str]:
    """Where the mail of each worker goes that was alive a moment ago: the names of its relays
    with spaces between, or nothing for the outbox."""
    return tx.all(
        str,
        "SELECT way FROM workers WHERE seen_at > :since ORDER BY id",
        since=now - timedelta(seconds=SILENT_SECONDS),
    )


def others(tx: Transaction, worker_id: int) -> list[Heartbeat]:
    return tx.all(
        Heartbeat, "SELECT id, seen_at, lifeline FROM workers WHERE id <> :id", id=worker_id
    )


def last_seen(tx: Transaction) -> datetime | None:
    """When any worker last showed itself; None when all have signed off."""
    found = tx.one(
        Heartbeat, "SELECT id, seen_at, lifeline FROM workers ORDER BY seen_at DESC LIMIT 1"
    )
    return found.seen_at if found else None


def sign_off(tx: Transaction, worker_id: int) -> bool:
    """Whether it was still signed on."""
    return tx.execute("DELETE FROM workers WHERE id = :id", id=worker_id) == 1
