"""The list as CSV, JSON or NDJSON, piece by piece.

The JSON is put together by hand: of a million people the encoder alone takes longer than all
the rest. A test compares it with what `json` writes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import Literal

from hub.audience.record import COLUMNS, Event, Record
from hub.audience.spreadsheet import guarded

Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")

_TOGETHER = 500
_MOST_KEPT = 1_000


def pieces(records: Iterable[Record], format: Format) -> Iterator[str]:  # noqa: A002
    """The text of the export. CSV as RFC 4180 has it, with a header; JSON as one array."""
    if format == "csv":
        return _csv(records)
    return _ndjson(records) if format == "ndjson" else _json(records)


class _Documents:
    """People as JSON objects, in the order of the CSV columns.

    What every line of the log has in common with others but its time is put together once.
    """

    def __init__(self) -> None:
        self._frames: dict[tuple[str, ...], tuple[str, str]] = {}

    def of(self, record: Record) -> str:
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
        ) = record
        return (
            f'{{"email":{_quoted(email)},"name":{_quoted(name)},"status":"{status}",'
            f'"cadence":"{cadence}","paused_until":{_time(paused_until)},'
            f'"topics":[{",".join(map(_quoted, topics))}],"language":{_quoted(language)},'
            f'"source":{_quoted(source)},"created_at":"{created_at}",'
            f'"confirmed_at":{_time(confirmed_at)},"unsubscribed_at":{_time(unsubscribed_at)},'
            f'"consent":{self.log(consent)}}}'
        )

    def log(self, consent: Iterable[Event]) -> str:
        """A consent log as a JSON array."""
        lines = []
        for event in consent:
            key = (event[0], *event[2:])
            frame = self._frames.get(key)
            if frame is None:
                if len(self._frames) >= _MOST_KEPT:
                    self._frames.clear()
                frame = self._frames[key] = _frame(event)
            lines.append(f"{frame[0]}{event[1]}{frame[1]}")
        return f"[{','.join(lines)}]"


def _frame(event: Event) -> tuple[str, str]:
    """What stands before and behind the time of a line."""
    after = ",".join(
        f'"{name}":{_quoted(getattr(event, name))}'
        for name in ("text", "text_version", "language", "form_url", "source")
    )
    return f'{{"kind":{_quoted(event.kind)},"at":"', f'",{after}}}'


def _time(moment: str | None) -> str:
    return "null" if moment is None else f'"{moment}"'


def _csv(records: Iterable[Record]) -> Iterator[str]:
    log = _Documents().log

    def cells(record: Record) -> tuple[str | None, ...]:
        return (
            guarded(record[0]),
            guarded(record[1]),
            *record[2:5],
            guarded(",".join(record[5])),
            guarded(record[6]),
            guarded(record[7]),
            *record[8:11],
            log(record[11]),
        )

    yield from written([COLUMNS])
    yield from written(map(cells, records))


def written(rows: Iterable[Iterable[str | None]]) -> Iterator[str]:
    """Rows as CSV, many at a time; None is an empty cell."""
    remaining = iter(rows)
    while batch := list(islice(remaining, _TOGETHER)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(batch)
        yield text.getvalue()


def _ndjson(records: Iterable[Record]) -> Iterator[str]:
    document = _Documents().of
    remaining = iter(records)
    while batch := list(islice(remaining, _TOGETHER)):
        yield "\n".join(map(document, batch)) + "\n"


def _json(records: Iterable[Record]) -> Iterator[str]:
    document = _Documents().of
    before = "[\n"
    for record in records:
        yield before + document(record)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
