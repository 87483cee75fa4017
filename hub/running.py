"""How a worker runs: each kind of work at its own pace, or once until nothing is due any more."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from hub import logs
from hub.errors import HubError, Unavailable
from hub.mail import workers
from hub.mail.model import Composer
from hub.web.state import Hub
from hub.worker import Housekeeper, Worker

IDLE_SECONDS = 0.5
AWAY_SECONDS = 10.0
WAITING_SECONDS = 1.0
# How long `hub worker --once` waits for a database that is away, busy or full.
PATIENCE_SECONDS = 60.0
DRAIN_SECONDS = 8.0


async def run(
    hub: Hub,
    stopping: asyncio.Event,
    *,
    composers: Mapping[str, Composer],
    housekeepers: Sequence[Housekeeper] = (),
) -> None:
    """Work until `stopping` is set; then finish what is in flight, within 10 s.

    `composers` write the letters, by kind; `housekeepers` are called once an hour.

    Planning, letters and editions each go at their own pace, so that a confirmation never
    waits behind a newsletter, nor a heartbeat behind a slow relay.
    """
    worker = await asyncio.to_thread(Worker, hub, composers, housekeepers=housekeepers)
    loops = [
        asyncio.create_task(_repeat(_watched(name, step, worker, hub), stopping, pause))
        for name, step, pause in (
            ("beat", _beating(worker, hub), workers.BEAT_SECONDS),
            ("plan", lambda: worker.plan(hub.now()), IDLE_SECONDS),
            ("post", _posting(worker, hub, stopping), IDLE_SECONDS / 2),
            ("lists", lambda: worker.take_lists(hub.now()), IDLE_SECONDS),
            ("send", _sending(worker, hub, stopping), IDLE_SECONDS),
            ("websub", lambda: worker.tell(hub.now()), IDLE_SECONDS),
            ("links", lambda: worker.read_links(hub.now()), WAITING_SECONDS),
            ("relays", worker.look_at_relays, WAITING_SECONDS),
            ("mailbox", lambda: worker.read_mailbox(hub.now()), WAITING_SECONDS),
            ("backups", lambda: worker.back_up(hub.now()), WAITING_SECONDS),
        )
    ]
    try:
        await stopping.wait()
    finally:
        worker.stopping.set()
        _, late = await asyncio.wait(loops, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await worker.close(hub.now())


async def run_once(hub: Hub, *, composers: Mapping[str, Composer]) -> str:
    """Work until nothing is due any more; why something could not go out, or nothing."""
    worker = await asyncio.to_thread(Worker, hub, composers)
    beside: list[asyncio.Task[None]] = []
    deadline = None
    try:
        while True:
            try:
                if not beside:
                    await worker.beat(hub.now())
                    # First, so that nothing is sent to an address that is known to be dead.
                    await worker.read_mailbox(hub.now(), at_once=True)
                    # A tick may take hours; meanwhile others see that this worker lives.
                    beside = [
                        asyncio.create_task(_repeat(step, worker.stopping, pause))
                        for step, pause in (
                            (_beating(worker, hub), workers.BEAT_SECONDS),
                            (lambda: worker.read_mailbox(hub.now()), WAITING_SECONDS),
                        )
                    ]
                planned = await worker.plan(hub.now())
                posted = await worker.post(hub.now())
                posted = await worker.take_lists(hub.now()) or posted
                told = await worker.tell(hub.now())
                told = await worker.read_links(hub.now()) or told
                told = await worker.back_up(hub.now()) or told
                did = await _send_beside_letters(worker, hub) or planned or posted or told
                if trouble := worker.trouble:
                    # The mail that tells the owner, if it can go.
                    await worker.post(hub.now())
                    return trouble
            except Unavailable as error:
                deadline = deadline or time.monotonic() + PATIENCE_SECONDS
                if time.monotonic() > deadline:
                    raise
                logs.warning("worker.waits", reason=str(error))
                await asyncio.sleep(WAITING_SECONDS)
                continue
            deadline = None
            if not did:
                if not await asyncio.to_thread(worker.others_hold_work):
                    return ""
                # Another worker finishes it, or falls silent; then it is queued again.
                await asyncio.sleep(IDLE_SECONDS)
    finally:
        worker.stopping.set()
        await asyncio.gather(*beside)
        await worker.close(hub.now())


async def _send_beside_letters(worker: Worker, hub: Hub) -> bool:
    """A throttled edition takes its time: letters go on meanwhile."""
    done = asyncio.Event()
    meanwhile = asyncio.create_task(_repeat(_posting(worker, hub, done), done, IDLE_SECONDS / 2))
    try:
        return await worker.send(hub.now)
    finally:
        done.set()
        await meanwhile


async def _repeat(
    step: Callable[[], Awaitable[bool]], stopping: asyncio.Event, pause: float
) -> None:
    while not stopping.is_set():
        try:
            did = await step()
        except Unavailable as error:
            # The database is away: wait for it, and go on.
            logs.warning("worker.waits", reason=str(error))
            did = False
            await _wait(stopping, WAITING_SECONDS)
        except Exception:  # noqa: BLE001  # the worker outlives whatever goes wrong in a step
            logs.failure("worker.step_failed")
            did = False
        if not did:
            await _wait(stopping, pause)


def _watched(
    name: str, step: Callable[[], Awaitable[bool]], worker: Worker, hub: Hub
) -> Callable[[], Awaitable[bool]]:
    """The step, with a note of whether it fails: the owner hears of what lasts."""

    async def watched() -> bool:
        try:
            did = await step()
        except Exception as error:
            # What an unexpected error says may quote somebody's words.
            reason = str(error) if isinstance(error, HubError) else type(error).__name__
            worker.stumbles.failed(name, type(error).__name__, reason, hub.now())
            raise
        worker.stumbles.went_well(name, hub.now())
        return did

    return watched


def _beating(worker: Worker, hub: Hub) -> Callable[[], Awaitable[bool]]:
    async def step() -> bool:
        await worker.beat(hub.now())
        return False

    return step


def _posting(worker: Worker, hub: Hub, stopping: asyncio.Event) -> Callable[[], Awaitable[bool]]:
    async def step() -> bool:
        did = await worker.post(hub.now())
        if worker.letters.trouble:
            await _wait_or_another_way(worker, stopping, AWAY_SECONDS)
        return did

    return step


def _sending(worker: Worker, hub: Hub, stopping: asyncio.Event) -> Callable[[], Awaitable[bool]]:
    async def step() -> bool:
        did = await worker.send(hub.now)
        if worker.editions.trouble:
            await _wait_or_another_way(worker, stopping, AWAY_SECONDS)
        return did

    return step


async def _wait_or_another_way(worker: Worker, stopping: asyncio.Event, seconds: float) -> None:
    ways, until = worker.ways, time.monotonic() + seconds
    while worker.ways == ways and not stopping.is_set() and time.monotonic() < until:
        await _wait(stopping, IDLE_SECONDS)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
