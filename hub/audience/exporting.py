"""The list as CSV, JSON or NDJSON, piece by piece.

The database makes the JSON, and CSV is put together by hand: of a million people the library's
encoders alone take longer than all the rest. A test compares them with what `json` and `csv`
write.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal

from hub.audience import transfer
from hub.audience.people_store import EVERYONE, Filter
from hub.audience.record import COLUMNS
from hub.audience.spreadsheet import guarded
from hub.db import Transaction

Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")

_TOGETHER = 500
# Something to quote, or a cell (behind a NUL, which no text has) that might need its guard.
_SPECIAL = re.compile("[,\"\r\n]|\0['=+\\-@\t]")
_TO_QUOTE = re.compile('[,"\r\n]')


def pieces(
    tx: Transaction,
    format: Format,  # noqa: A002
    wanted: Filter = EVERYONE,
    *,
    beside: Sequence[Transaction] = (),
) -> Iterator[str]:
    """The text of the export, of everybody or of those that fit.

    CSV as RFC 4180 has it, with a header; JSON as one array. `beside` are other transactions of
    `read_together`, to be read from at the same time.
    """
    if format == "csv":
        return _csv(transfer.cells(tx, wanted, beside=beside))
    if format == "ndjson":
        return _ndjson(transfer.documents(tx, wanted, between="\n", beside=beside))
    return _json(transfer.documents(tx, wanted, between=",\n", beside=beside))


def written(rows: Iterable[Iterable[str | None]]) -> Iterator[str]:
    """Rows as CSV, many at a time; None is an empty cell."""
    remaining = iter(rows)
    while batch := list(islice(remaining, _TOGETHER)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(batch)
        yield text.getvalue()


def _csv(pages: Iterable[Iterable[tuple[str, ...]]]) -> Iterator[str]:
    yield ",".join(COLUMNS) + "\r\n"
    for page in pages:
        yield "".join(map(_line, page))


def _line(cells: tuple[str, ...]) -> str:
    (
        email,
        name,
        status,
        cadence,
        paused_until,
        topics,
        language,
        source,
        created_at,
        confirmed_at,
        unsubscribed_at,
        consent,
    ) = cells
    # Of most people no cell needs more than to be written.
    if _SPECIAL.search(f"\0{email}\0{name}\0{topics}\0{language}\0{source}"):
        email, name, topics = _cell(email), _cell(name), _cell(topics)
        language, source = _cell(language), _cell(source)
    if consent != "[]":
        consent = '"' + consent.replace('"', '""') + '"'
    return (
        f"{email},{name},{status},{cadence},{paused_until},{topics},{language},{source},"
        f"{created_at},{confirmed_at},{unsubscribed_at},{consent}\r\n"
    )


def _cell(text: str) -> str:
    """A cell as csv.writer writes it, harmless in a spreadsheet."""
    text = guarded(text)
    if _TO_QUOTE.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _ndjson(pages: Iterable[str]) -> Iterator[str]:
    for page in pages:
        yield page + "\n"


def _json(pages: Iterable[str]) -> Iterator[str]:
    before = "[\n"
    for page in pages:
        yield before + page
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
