"""Hears of changes that other processes made to the site."""

import asyncio
from collections.abc import Callable

import anyio
import anyio.to_thread

from hub import logs
from hub.db import Database
from hub.errors import Unavailable

WATCH_SECONDS = 1.0
AWAY_SECONDS = 0.25
# How long a page may be shown as it was while it is made anew; what hears of a change looks every
# quarter of a second, so all of it is within the second.
GRACE_SECONDS = 0.5


async def watch_site(
    db: Database,
    clear: Callable[[], None],
    stopping: asyncio.Event,
    seen: int,
    *,
    files_changed: Callable[[], bool],
) -> None:
    """Call `clear` (in a thread) within a second of each change after version `seen`.

    `files_changed` says whether what is no database, the owner's theme, changed meanwhile.
    Ends with `stopping`; whoever sets it calls `db.wake()` too. While the database is away
    nothing is cleared: better an old page than none.
    """
    # A thread of its own: the few that answer requests are not for waiting.
    own = anyio.CapacityLimiter(1)
    away = False
    while not stopping.is_set():
        try:
            version = await anyio.to_thread.run_sync(
                db.wait_for_change, seen, WATCH_SECONDS, limiter=own
            )
            if await anyio.to_thread.run_sync(files_changed, limiter=own) or version != seen:
                await anyio.to_thread.run_sync(clear, limiter=own)
            seen = version
        except Exception as error:  # noqa: BLE001  # the watch outlives whatever happens
            if not away:
                _say_lost(error)
            away = True
            await _pause(stopping, AWAY_SECONDS)
            continue
        if away:
            logs.event("database.back")
        away = False


def _say_lost(error: Exception) -> None:
    if isinstance(error, Unavailable):
        logs.warning("database.away")
    else:
        logs.failure("site.watch_failed")


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
