"""`hub export`: everything leaves as easily as it came."""

import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from hub.audience import exporting, transfer
from hub.audience.exporting import FORMATS, Format
from hub.audience.model import STATUSES
from hub.cli.context import CommandContext, pass_hub


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
    type=click.Choice(FORMATS),
    help="Default: as the file's name ends, else csv.",
)
@click.option("--status", type=click.Choice(STATUSES), help="Only those.")
@click.option("--topic", help="Only those who chose this topic.")
@pass_hub
def subscribers(
    context: CommandContext,
    output: Path | None,
    form: Format | None,
    status: str | None,
    topic: str | None,
) -> None:
    """The list, with topics and the whole consent log of each person."""
    with context.ready() as (hub, _), hub.db.read() as tx:
        people = transfer.records(tx, status=status or "", topic=topic or "")
        pieces = exporting.pieces(people, form or _format_of(output))
        if output is None:
            _print(pieces)
        else:
            _write(output, pieces)


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
