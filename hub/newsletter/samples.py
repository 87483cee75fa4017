"""SQL of progress: samples of the counters of the editions that are being sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.db import Database, Transaction
from hub.newsletter import deliveries
from hub.newsletter.model import Counts, Edition
from hub.newsletter.progress import WINDOW, Progress, Sample, progress

_EVERY = timedelta(seconds=3.5)
_KEPT = 2 * WINDOW
# Being sent, and not only waiting for what was put off.
_MOVING = (
    "editions AS e JOIN edition_counts AS c ON c.edition_id = e.id"
    " WHERE e.status = 'sending' AND e.status IN ('planned', 'sending', 'paused')"
    " AND c.queued + c.claimed > 0"
)
_DUE = (
    f"{_MOVING} AND NOT EXISTS (SELECT 1 FROM edition_samples AS s"
    " WHERE s.edition_id = e.id AND s.at > :recent AND s.at <= :now)"
)


def take(db: Database, now: datetime) -> None:
    """A sample of each edition that is being sent, unless there is one of the last seconds."""
    recent = now - _EVERY
    with db.read() as tx:
        if tx.scalar(f"SELECT e.id FROM {_DUE} LIMIT 1", recent=recent, now=now) is None:
            return
    with db.write(concurrent=True) as tx:
        # Samples of the future: the clock was set back.
        tx.execute(
            "DELETE FROM edition_samples WHERE at < :old OR at > :now", old=now - _KEPT, now=now
        )
        tx.execute(
            "INSERT INTO edition_samples (edition_id, at, finished)"
            " SELECT e.id, CAST(:now AS text), c.accepted + c.failed + c.unknown"
            f" FROM {_DUE} ON CONFLICT (edition_id, at) DO NOTHING",
            recent=recent,
            now=now,
        )


def of_edition(tx: Transaction, edition: Edition, counts: Counts, now: datetime) -> Progress:
    """How an edition goes; what is not being sent has no rate."""
    if edition.status != "sending":
        return progress(counts, (), now)
    waits = counts.deferred and not (counts.queued or counts.claimed)
    next_try = deliveries.next_try(tx, edition.id) if waits else None
    return progress(counts, _samples(tx, edition.id, now), now, next_try=next_try)


def _samples(tx: Transaction, edition_id: int, now: datetime) -> Sequence[Sample]:
    return tx.all(
        Sample,
        "SELECT at, finished FROM edition_samples"
        " WHERE edition_id = :id AND at > :since AND at <= :now ORDER BY at",
        id=edition_id,
        since=now - WINDOW,
        now=now,
    )
