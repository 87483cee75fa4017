"""hub migrate-to: the same hub on the other engine."""

import dataclasses
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import click

from hub.cli.context import CommandContext, pass_hub, progress, report
from hub.db import Database, copying, open_address
from hub.errors import Refused, SettingError
from hub.mail import workers

_LATELY = timedelta(seconds=workers.SILENT_SECONDS)
_SECONDS_BETWEEN_LINES = 2.0


@click.command("migrate-to")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON document: what was copied.")
@pass_hub
def command(context: CommandContext, url: str, as_json: bool) -> None:
    """Copy this hub into the empty database at URL.

    URL is postgresql://user:password@host/name, or sqlite:PATH (`sqlite:` alone is hub.db in
    the data folder). Stop the hub before: what it writes meanwhile is not copied. This
    database stays as it is; change HUB_DATABASE to go on with the new one.
    """
    with context.ready() as (hub, _):
        _warn_of_workers(hub.db, hub.now())
        target = _open(url, hub.settings.data)
        try:
            copied = copying.copy(hub.db, target, progress=_counting(time.monotonic))
        finally:
            target.close()
    if as_json:
        report([dataclasses.asdict(table) for table in copied])
    else:
        rows = sum(table.rows for table in copied)
        click.echo(f"Copied {rows:,} rows of {len(copied)} tables; counts and contents are equal.")
    progress(f"To go on with it: {_what_next(url)}")


def _open(url: str, data: Path) -> Database:
    try:
        return open_address(url, data=data)
    except SettingError as error:
        # Whoever opens a database thinks that a setting named it; here the command line did.
        said = str(error).removeprefix("HUB_DATABASE").removeprefix("HUB_DATA").lstrip(": ")
        raise Refused("The target: %(reason)s", reason=said) from error


def _warn_of_workers(db: Database, now: datetime) -> None:
    with db.read() as tx:
        beats = workers.others(tx, 0)
    if any(now - beat.seen_at < _LATELY for beat in beats):
        progress("Warning: a worker is at work here. Stop the hub first, or mail goes out twice.")


def _what_next(url: str) -> str:
    if not url.startswith("sqlite:"):
        return "start the hub with HUB_DATABASE set to that address."
    if url.removeprefix("sqlite:").removeprefix("//"):
        return "put the file into the data folder as hub.db, and leave HUB_DATABASE empty."
    return "start the hub with HUB_DATABASE empty."


def _counting(clock: Callable[[], float]) -> copying.Progress:
    """Says how far it is, every two seconds."""
    last = clock()

    def say(table: str, rows: int) -> None:
        nonlocal last
        if clock() - last >= _SECONDS_BETWEEN_LINES:
            last = clock()
            progress(f"{table}: {rows:,} rows")

    return say
