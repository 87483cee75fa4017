"""The progress of what is being sent: in words, and as a line that renews itself."""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TextIO

from hub import i18n
from hub.mail import workers
from hub.newsletter import editions, pacing, samples
from hub.newsletter.model import Edition
from hub.newsletter.progress import Progress
from hub.site import store as sites
from hub.web.state import Hub

TERMINAL_SECONDS = 1.0
LOG_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Going:
    """`waits` says which limit lets nothing leave now, and until when."""

    edition: Edition
    progress: Progress
    waits: str = ""


def pace(progress: Progress) -> str:
    """`812 a second, about 3 minutes left`; empty when nobody can tell."""
    if progress.rate is None:
        return ""
    rate = i18n.rate(progress.rate, "en")
    if progress.seconds_left is None:
        return f"{rate} a second"
    return f"{rate} a second, about {i18n.duration(progress.seconds_left, 'en')} left"


def watch(hub: Hub, out: TextIO, *, terminal: bool, sleep: Callable[[float], None]) -> None:
    """Write how the sending goes until nothing is being sent any more.

    On a terminal one line is written over again, elsewhere a new one every few seconds.
    """
    shown = 0
    try:
        while going := _going(hub):
            line = _line(going, _worker_lives(hub))
            if terminal:
                line = line[: shutil.get_terminal_size().columns - 1]
                out.write("\r" + line.ljust(shown))
                shown = len(line)
            else:
                out.write(line + "\n")
            out.flush()
            sleep(TERMINAL_SECONDS if terminal else LOG_SECONDS)
    finally:
        if shown:
            out.write("\n")


def _going(hub: Hub) -> list[_Going]:
    """The editions that are being made or sent, oldest first; not those that wait for hours."""
    now = hub.now()
    found = []
    with hub.db.read() as tx:
        site = sites.load(tx)
        shut = pacing.waiting(tx, site, now)
        waits = shut.said("en", site.timezone, now) if shut else ""
        for edition in editions.with_status(tx, "planned", "sending"):
            progress = samples.of_edition(tx, edition, editions.counts(tx, edition.id), now)
            moving = progress.counts.queued or progress.counts.claimed
            due = progress.next_try is not None and progress.next_try <= now
            if edition.status == "planned" or moving or due:
                sending = edition.status == "sending"
                found.append(_Going(edition, progress, waits if sending else ""))
    return found


def _worker_lives(hub: Hub) -> bool:
    with hub.db.read() as tx:
        oldest = hub.now() - timedelta(seconds=workers.SILENT_SECONDS)
        return any(beat.seen_at > oldest for beat in workers.others(tx, 0))


def _line(going: list[_Going], worker_lives: bool) -> str:
    first = going[0]
    counts = asdict(first.progress.counts)
    parts = [
        f"edition {first.edition.id}: {first.progress.finished:,} of {first.progress.total:,}",
        *(
            f"{counts[state]:,} {state}"
            for state in ("accepted", "deferred", "failed", "unknown")
            if counts[state] or state == "accepted"
        ),
    ]
    if first.edition.status == "planned":
        parts.append("being queued")
    elif first.waits:
        parts.append(first.waits)
    elif how_fast := pace(first.progress):
        parts.append(how_fast)
    if not worker_lives:
        parts.append("no worker is running")
    if len(going) > 1:
        parts.append(f"{len(going) - 1} more to come")
    return " · ".join(parts)
