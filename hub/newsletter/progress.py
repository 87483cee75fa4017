"""How fast an edition goes and how long it still takes. Pure rules over samples of its counters.

A worker writes a sample every few seconds while an edition is being sent, so that every
process sees the same and a message costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.newsletter.model import Counts

# The rate is that of the last minute of sending.
WINDOW = timedelta(seconds=60)
# Without a sample for this long, nothing was being sent: a pause, or no worker.
GAP = timedelta(seconds=15)
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many mails of an edition had ended (accepted, failed or unknown) at a time."""

    at: datetime
    finished: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How an edition goes.

    `rate` is mails that ended a second, None when nothing is being sent; `seconds_left` is
    None when nobody can tell. `next_try` is when what was put off comes again, given only
    when nothing else is left.
    """

    counts: Counts
    finished: int
    total: int
    rate: float | None
    seconds_left: float | None
    next_try: datetime | None


def held_back(how: Progress) -> Progress:
    """The same while a limit lets nothing leave: how fast it went before says nothing now, and
    what a worker holds only waits."""
    waiting = replace(how.counts, queued=how.counts.queued + how.counts.claimed, claimed=0)
    return replace(how, counts=waiting, rate=None, seconds_left=None)


def progress(
    counts: Counts, samples: Sequence[Sample], now: datetime, *, next_try: datetime | None = None
) -> Progress:
    """`samples` of the edition, oldest first; the counters are the newest one."""
    finished = counts.accepted + counts.failed + counts.unknown
    left = counts.queued + counts.claimed + counts.deferred
    moving = bool(counts.queued or counts.claimed)
    rate = _rate(samples, Sample(now, finished)) if moving else None
    return Progress(
        counts=counts,
        finished=finished,
        total=finished + left,
        rate=rate,
        seconds_left=left / rate if rate else None,
        next_try=None if moving else next_try,
    )


def _rate(samples: Sequence[Sample], last: Sample) -> float | None:
    """Mails a second since the oldest sample of this window without a gap in between."""
    first = last
    for sample in reversed(samples):
        jumps = sample.at > first.at or first.at - sample.at > GAP
        # The owner's `retry` takes from what had ended.
        if jumps or last.at - sample.at > WINDOW or sample.finished > first.finished:
            break
        first = sample
    if last.at - first.at < _SHORTEST:
        return None
    return (last.finished - first.finished) / (last.at - first.at).total_seconds()
