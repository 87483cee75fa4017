"""`hub export`: everything leaves as easily as it came."""

import os
import secrets
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from hub import journal
from hub.audience import abroad, exporting, suppression_file
from hub.audience.exporting import FORMATS, Format
from hub.audience.model import STATUSES
from hub.audience.people_store import Filter
from hub.audience.segments import Segment
from hub.cli import archive as archives
from hub.cli.context import CommandContext, pass_hub, progress
from hub.db import Transaction
from hub.errors import Refused
from hub.web.state import Hub

_SECONDS_BETWEEN_LINES = 2.0
# Two read while what was read is written down.
_READERS = 2


@click.group()
def command() -> None:
    """Take what is yours with you."""


@command.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file; default: stdout.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, *abroad.SERVICES)),
    help="Default: as the file's name ends, else csv. The last four are CSV in the columns that "
    "these services read, and hold those who are active unless --status asks for others.",
)
@click.option("--status", type=click.Choice(STATUSES), help="Only those.")
@click.option("--topic", help="Only those who chose this topic.")
@pass_hub
def subscribers(
    context: CommandContext,
    output: Path | None,
    form: str | None,
    status: str | None,
    topic: str | None,
) -> None:
    """The list, with topics and the whole consent log of each person."""
    with context.ready() as (hub, _):
        wanted = form or _format_of(output)
        _note(hub, "exported", wanted)
        with (
            hub.db.read_together(_READERS) as txs,
            closing(_pieces(txs, wanted, status or "", topic or "")) as pieces,
        ):
            if output is None:
                _print(pieces)
            else:
                _write(output, _counted(pieces))


@command.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file; default: stdout.",
)
@pass_hub
def suppressions(context: CommandContext, output: Path | None) -> None:
    """Addresses that must never get mail, as keyed hashes, with their key."""
    with context.ready() as (hub, _):
        _note(hub, "suppressions exported")
        with hub.db.read() as tx:
            pieces = suppression_file.pieces(tx)
            if output is None:
                _print(pieces)
            else:
                _write(output, pieces)


@command.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The ZIP to write.",
)
@pass_hub
def archive(context: CommandContext, output: Path) -> None:
    """Articles, pictures, readers, your tags and notes of them, and suppressions in one ZIP.

    It can be read without a hub.

    `hub import FILE.zip` brings it all into an empty hub.
    """
    if output.exists():
        raise Refused(f"{output} exists already; an archive never replaces a file.")
    with context.ready() as (hub, _):
        _note(hub, "archive exported")
        archives.write(hub, output)
    click.echo(f"Everything is in {output}. It holds personal data: keep it safe.")


def _note(hub: Hub, deed: str, form: str = "") -> None:
    """Before the first reader leaves: an export that breaks off has shown some of them."""
    with hub.db.write() as tx:
        journal.note(tx, "list", deed, subject=form)


def _pieces(
    txs: Sequence[Transaction], form: str, status: str, topic: str
) -> Generator[str, None, None]:
    tx, *beside = txs
    traits = Segment(topics=(topic,) if topic else ())
    for service in abroad.SERVICES:
        if form == service:
            yield from abroad.pieces(tx, service, Filter(status, traits))
            return
    own = next(known for known in FORMATS if known == form)
    yield from exporting.pieces(tx, own, Filter(status, traits), beside=beside)


def _counted(pieces: Iterable[str]) -> Iterator[str]:
    """Says every two seconds how much is written."""
    said, written = time.monotonic(), 0
    for piece in pieces:
        yield piece
        written += len(piece)
        if time.monotonic() - said >= _SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            progress(f"{written / 1e6:,.0f} MB written")


def _format_of(output: Path | None) -> Format:
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    for known in FORMATS:
        if suffix == known:
            return known
    return "ndjson" if suffix == "jsonl" else "csv"


def _print(pieces: Iterable[str]) -> None:
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough. Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(output: Path, pieces: Iterable[str]) -> None:
    """The file appears whole, for its owner's eyes only, or not at all."""
    fresh = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(output)
    finally:
        fresh.unlink(missing_ok=True)
