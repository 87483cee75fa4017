"""hub worker: sends what is due, beside a `hub serve --no-worker` or by hand."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from hub import app, journal, logs, running
from hub.cli.context import CommandContext, pass_hub, progress
from hub.errors import Refused
from hub.newsletter import editions, pacing
from hub.web.state import Hub

if sys.platform != "win32":
    # The loop that `hub serve` runs on.
    from uvloop import new_event_loop
else:
    from asyncio import new_event_loop

T = TypeVar("T")


@click.command("worker")
@click.option("--once", is_flag=True, help="Work until nothing is due any more, then end.")
@pass_hub
def command(context: CommandContext, once: bool) -> None:
    """Make the newsletters that are due, and send mail."""
    logs.configure()
    # What it does is planned, and nobody's command.
    with context.open() as hub, journal.acting(None):
        if once:
            trouble = _run(running.run_once(hub, composers=app.COMPOSERS))
            if trouble:
                raise Refused("Not everything was sent: %(reason)s", reason=trouble)
            _tell_what_waits(hub)
        else:
            _run(_until_stopped(hub))


def _tell_what_waits(hub: Hub) -> None:
    """The limits are no trouble, but whoever asked for everything may wonder."""
    now = hub.now()
    with hub.db.read() as tx:
        site = hub.site()
        held_back = pacing.waiting(tx, site, now)
        sending = editions.with_status(tx, "sending")
    if held_back and sending:
        for edition in sending:
            progress(f"edition {edition.id} {held_back.said('en', site.timezone, now)}")


async def _until_stopped(hub: Hub) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await app.work(hub, stopping)


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(coroutine)
