"""The list as CSV, JSON or NDJSON, piece by piece.

JSON and CSV are put together by hand: of a million people the library's encoders alone take
longer than all the rest. A test compares them with what `json` and `csv` write.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import Literal

from hub.audience.record import COLUMNS
from hub.audience.spreadsheet import guarded
from hub.audience.transfer import Row

Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")

_TOGETHER = 500
_TO_QUOTE = re.compile('[,"\r\n]')
_MOST_KEPT = 1_000


def pieces(rows: Iterable[Row], format: Format) -> Iterator[str]:  # noqa: A002
    """The text of the export. CSV as RFC 4180 has it, with a header; JSON as one array."""
    if format == "csv":
        return _csv(rows)
    return _ndjson(rows) if format == "ndjson" else _json(rows)


class _Documents:
    """People as JSON objects, in the order of the CSV columns.

    What every line of the log has in common with others but its time is put together once.
    """

    def __init__(self) -> None:
        self._frames: dict[tuple[str, ...], tuple[str, str]] = {}

    def of(self, row: Row) -> str:
        person, topics, log = row
        (
            _,
            email,
            name,
            status,
            cadence,
            paused_until,
            language,
            source,
            created_at,
            confirmed_at,
            unsubscribed_at,
        ) = person
        return (
            f'{{"email":{_quoted(email)},"name":{_quoted(name)},"status":"{status}",'
            f'"cadence":"{cadence}","paused_until":{_time(paused_until)},'
            f'"topics":[{",".join(map(_quoted, topics))}],"language":{_quoted(language)},'
            f'"source":{_quoted(source)},"created_at":"{created_at}",'
            f'"confirmed_at":{_time(confirmed_at)},"unsubscribed_at":{_time(unsubscribed_at)},'
            f'"consent":{self.log(log)}}}'
        )

    def log(self, log: Iterable[tuple[str, ...]]) -> str:
        """A consent log as a JSON array."""
        frames = self._frames
        lines = []
        for line in log:
            key = line[2:]
            frame = frames.get(key)
            if frame is None:
                if len(frames) >= _MOST_KEPT:
                    frames.clear()
                frame = frames[key] = _frame(key)
            lines.append(frame[0] + line[1] + frame[1])
        return f"[{','.join(lines)}]"


def _frame(line: tuple[str, ...]) -> tuple[str, str]:
    """What stands before and behind the time of a line."""
    kind, *others = map(_quoted, line)
    names = ("text", "text_version", "language", "form_url", "source")
    after = ",".join(f'"{name}":{value}' for name, value in zip(names, others, strict=True))
    return f'{{"kind":{kind},"at":"', f'",{after}}}'


def _time(moment: str | None) -> str:
    return "null" if moment is None else f'"{moment}"'


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    log = _Documents().log

    def line(row: Row) -> str:
        person, topics, lines = row
        (
            _,
            email,
            name,
            status,
            cadence,
            paused_until,
            language,
            source,
            created_at,
            confirmed_at,
            unsubscribed_at,
        ) = person
        consent = log(lines).replace('"', '""') if lines else "[]"
        if lines:
            consent = f'"{consent}"'
        return (
            f"{_cell(email)},{_cell(name)},{status},{cadence},{paused_until or ''},"
            f"{_cell(','.join(topics)) if topics else ''},{_cell(language)},{_cell(source)},"
            f"{created_at},{confirmed_at or ''},{unsubscribed_at or ''},{consent}\r\n"
        )

    yield ",".join(COLUMNS) + "\r\n"
    remaining = iter(rows)
    while batch := list(islice(remaining, _TOGETHER)):
        yield "".join(map(line, batch))


def _cell(text: str) -> str:
    """A cell as csv.writer writes it, harmless in a spreadsheet."""
    text = guarded(text)
    if _TO_QUOTE.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def written(rows: Iterable[Iterable[str | None]]) -> Iterator[str]:
    """Rows as CSV, many at a time; None is an empty cell."""
    remaining = iter(rows)
    while batch := list(islice(remaining, _TOGETHER)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(batch)
        yield text.getvalue()


def _ndjson(rows: Iterable[Row]) -> Iterator[str]:
    document = _Documents().of
    remaining = iter(rows)
    while batch := list(islice(remaining, _TOGETHER)):
        yield "\n".join(map(document, batch)) + "\n"


def _json(rows: Iterable[Row]) -> Iterator[str]:
    document = _Documents().of
    before = "[\n"
    for row in rows:
        yield before + document(row)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
