"""create_app: the one place where the parts are joined."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from hub import logs
from hub.db import open_database
from hub.errors import Unavailable
from hub.settings import Settings
from hub.tokens import Signer
from hub.web import assets, error_pages
from hub.web.page_cache import PageCache
from hub.web.security import SameOrigin, SecurityHeaders
from hub.web.state import Hub

# Starlette's default of 40 threads is four times slower than four: they fight for the GIL.
THREADS = 4
WATCH_SECONDS = 1.0
AWAY_SECONDS = 0.25

Background = Callable[[Hub, asyncio.Event], Awaitable[None]]


def create_hub(settings: Settings) -> Hub:
    """The parts that commands and server share: database and keys."""
    return Hub(settings, open_database(settings), Signer(settings.secret_key))


def create_app(hub: Hub, *, background: Background | None = None) -> ASGIApp:
    """The web application. `background` (the worker) runs for as long as it does."""

    # Before the first page is made, so that no change falls between.
    version = hub.db.site_version()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        stopping = asyncio.Event()
        tasks = [asyncio.create_task(_watch_site(hub, cache, stopping, version))]
        if background is not None:
            tasks.append(asyncio.create_task(_ensure(background, hub, stopping)))
        try:
            yield
        finally:
            stopping.set()
            hub.db.wake()
            await asyncio.gather(*tasks)
            hub.db.close()

    app = Starlette(routes=routes(), lifespan=lifespan, exception_handlers=error_pages.HANDLERS)
    app.state.hub = hub
    app.state.chrome = _chrome
    cache = PageCache(
        SecurityHeaders(SameOrigin(app, hub=hub), https=hub.site().base_url.startswith("https:")),
        now=time.time,
    )
    hub.db.on_site_change(cache.clear)
    return cache


def routes() -> list[BaseRoute]:
    """Every address of the hub. Tests walk this list."""
    return [*assets.ROUTES]


def _chrome(request: Request) -> dict[str, object]:
    """What header and footer of every page show."""
    return {"menu": []}


async def _watch_site(hub: Hub, cache: PageCache, stopping: asyncio.Event, seen: int) -> None:
    """Forget cached pages when another process changed the site; within a second, always.

    While the database is away the pages stay: better an old page than none.
    """
    # A thread of its own: the few that answer requests are not for waiting.
    own = anyio.CapacityLimiter(1)
    away = False
    while not stopping.is_set():
        try:
            version = await anyio.to_thread.run_sync(
                hub.db.wait_for_change, seen, WATCH_SECONDS, limiter=own
            )
        except Exception as error:  # noqa: BLE001  # the watch outlives whatever happens
            if not away:
                _say_lost(error)
            away = True
            await _pause(stopping, AWAY_SECONDS)
            continue
        if away:
            logs.event("database.back")
        away = False
        if version != seen:
            cache.clear()
        seen = version


def _say_lost(error: Exception) -> None:
    if isinstance(error, Unavailable):
        logs.warning("database.away")
    else:
        logs.failure("site.watch_failed")


async def _ensure(background: Background, hub: Hub, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await background(hub, stopping)
        except Exception:  # noqa: BLE001  # the site goes on when the worker stumbles
            logs.failure("worker.failed")
            await _pause(stopping, 1.0)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
