"""The list as CSV, JSON or NDJSON, piece by piece."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Literal

from hub.audience.record import COLUMNS, Record
from hub.audience.spreadsheet import guarded

Format = Literal["csv", "json", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pieces(records: Iterable[Record], format: Format) -> Iterator[str]:  # noqa: A002
    """The text of the export. CSV as RFC 4180 has it, with a header; JSON as one array."""
    if format == "csv":
        return _csv(records)
    return _ndjson(records) if format == "ndjson" else _json(records)


def document(record: Record) -> dict[str, object]:
    """A person as a JSON object, in the order of the CSV columns."""
    return {
        "email": record.email,
        "name": record.name,
        "status": record.status,
        "cadence": record.cadence,
        "paused_until": record.paused_until,
        "topics": record.topics,
        "language": record.language,
        "source": record.source,
        "created_at": record.created_at,
        "confirmed_at": record.confirmed_at,
        "unsubscribed_at": record.unsubscribed_at,
        "consent": _log(record),
    }


def _log(record: Record) -> list[dict[str, str]]:
    return [
        {
            "kind": event.kind,
            "at": event.at,
            "text": event.text,
            "text_version": event.text_version,
            "language": event.language,
            "form_url": event.form_url,
            "source": event.source,
        }
        for event in record.consent
    ]


class _Line:
    """A file for csv.writer that hands back what was written."""

    def write(self, text: str) -> str:
        return text


def _csv(records: Iterable[Record]) -> Iterator[str]:
    row = csv.writer(_Line(), lineterminator="\r\n").writerow
    yield str(row(COLUMNS))
    for record in records:
        cells = (
            record.email,
            record.name,
            record.status,
            record.cadence,
            record.paused_until or "",
            ",".join(record.topics),
            record.language,
            record.source,
            record.created_at,
            record.confirmed_at or "",
            record.unsubscribed_at or "",
            _encode(_log(record)),
        )
        yield str(row([guarded(cell) for cell in cells]))


def _ndjson(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        yield _encode(document(record)) + "\n"


def _json(records: Iterable[Record]) -> Iterator[str]:
    before = "[\n"
    for record in records:
        yield before + _encode(document(record))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
