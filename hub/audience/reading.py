"""Files that may hold a list of people, read row by row: CSV, TSV, text, JSON, NDJSON.

Written here rather than with sqlite-utils' rows_from_file, because a list may be larger
than memory, come in UTF-16 or Latin-1, and every refusal must name its row.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from hub.errors import Refused
from hub.i18n import N_

LONGEST_CELL = 1_000_000
LONGEST_LINE = 4_000_000
# A JSON document with the list somewhere inside is read whole; an array is not, however large.
LARGEST_DOCUMENT = 50_000_000
_BLOCK = 1_000_000
_SNIFFED_ROWS = 1_000
_SUFFIXES = {".csv", ".tsv", ".tab", ".txt", ".json", ".ndjson", ".jsonl", ""}
_DELIMITERS = ",;\t"
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


class Row(NamedTuple):
    """One row: its number as a spreadsheet counts (the header is 1), or the number of the JSON
    object; its values: by column, or of a table a list, as the header goes. `fault` says why
    it could not be read."""

    number: int
    values: Any
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file: `format` is csv, tsv, text, json or ndjson.

    A table without a header (`headless`) has columns that are named by their number.
    """

    path: Path
    format: str
    encoding: str
    delimiter: str = ","
    header: tuple[str, ...] = ()
    headless: bool = False
    # What stands before a quote inside a cell, where that is not another quote.
    escape: str | None = None

    def rows(self) -> Iterator[Row]:
        """Every row, in order. Raises Refused where the file as a whole cannot be read on."""
        with _opened(self.path, self.encoding) as file:
            if self.format == "ndjson":
                yield from _ndjson_rows(file)
            elif self.format == "json":
                yield from _json_rows(file)
            else:
                yield from self._table_rows(file)

    def by_column(self, row: Row) -> Mapping[str, Any]:
        """The values of a row by the names of their columns."""
        if self.header:
            return dict(zip(self.header, row.values, strict=True))
        values: Mapping[str, Any] = row.values
        return values

    def count(self) -> int:
        """How many rows there are, all of them read. Raises Refused as `rows` does."""
        if self.format == "json":
            return sum(1 for _ in self.rows())
        with _opened(self.path, self.encoding) as file:
            if self.format == "ndjson":
                return sum(1 for _ in _lines(file))
            return sum(map(any, self._cells(file))) - (not self.headless)

    def _table_rows(self, file: IO[str]) -> Iterator[Row]:
        width = len(self.header)
        for number, cells in enumerate(self._cells(file), 1):
            if (number == 1 and not self.headless) or not any(cells):
                continue
            if len(cells) > width:
                yield Row(number, {}, "it has more cells than the header has columns")
                continue
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            yield Row(number, cells)

    def _cells(self, file: IO[str]) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        # Strict: a quote that is never closed would take the rest of the file for one cell.
        reader = csv.reader(
            file,
            delimiter=self.delimiter,
            strict=True,
            escapechar=self.escape,
            doublequote=self.escape is None,
        )
        number = 0
        try:
            for number, cells in enumerate(reader, 1):  # noqa: B007  # the error names the last one
                yield cells
        except csv.Error as error:
            raise Refused(
                N_("%(name)s cannot be read after row %(row)s: %(reason)s."),
                name=self.path.name,
                row=number,
                reason=_csv_reason(error),
            ) from error


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield file
    except UnicodeError as error:
        raise Refused(
            N_("%(name)s cannot be read: it is not whole, or not %(encoding)s."),
            name=path.name,
            encoding=encoding,
        ) from error


def open_source(path: Path) -> Source | None:
    """The file as a source of rows; None when it is something else altogether.

    Raises Refused for a text with NUL bytes or a line over 4,000,000 bytes.
    """
    if not path.is_file() or path.suffix.lower() not in _SUFFIXES:
        return None
    encoding = _encoding(path)
    if encoding is None:
        return None
    with _opened(path, encoding) as file:
        start = file.read(_BLOCK)
    text = start.lstrip()
    if not text:
        return None
    if text[0] == "[":
        return Source(path, "json", encoding)
    if text[0] == "{":
        if _is_object(text):
            return Source(path, "ndjson", encoding)
        return Source(path, "json", encoding) if path.stat().st_size < LARGEST_DOCUMENT else None
    _check_lines(path)
    return _table(path, encoding, start)


def _encoding(path: Path) -> str | None:
    """How the file's text is written; None when it is not a text."""
    with path.open("rb") as file:
        block = file.read(_BLOCK)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in block[:8_000] and path.suffix.lower() in ("", ".txt"):
            return None
        decoder = codecs.getincrementaldecoder("utf-8")()
        utf8, western, position = True, True, 0
        while block:
            if b"\0" in block:
                raise Refused(
                    N_(
                        "%(name)s holds a NUL byte at position %(position)s; it is not a text file."
                    ),
                    name=path.name,
                    position=position + block.index(b"\0"),
                )
            position += len(block)
            western = western and block.translate(None, _NOT_IN_CP1252) == block
            following = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not following)
            except UnicodeDecodeError:
                utf8 = False
            block = following
    if utf8:
        return "utf-8-sig"
    # Latin-1 as Windows writes it, and plain Latin-1 where that has no letter.
    return "cp1252" if western else "latin-1"


def _check_lines(path: Path) -> None:
    """Refuse a line so long that reading it would fill the memory."""
    length = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            *ended, rest = block.split(b"\n")
            if ended:
                length += len(ended[0])
            if max(length, *map(len, ended), 0) > LONGEST_LINE:
                break
            length = len(rest) if ended else length + len(rest)
        else:
            if length <= LONGEST_LINE:
                return
    raise Refused(
        N_("%(name)s has a line of more than %(longest)s bytes; it is not a list of people."),
        name=path.name,
        longest=LONGEST_LINE,
    )


def _table(path: Path, encoding: str, start: str) -> Source | None:
    csv.field_size_limit(LONGEST_CELL)
    first = _first_rows(start)
    if first is None:
        return None
    delimiter, cells = first
    headless = any("@" in cell for cell in cells)
    header = _unique(str(n) if headless else cell.strip() for n, cell in enumerate(cells, 1))
    kind = "text" if len(cells) == 1 else "tsv" if delimiter == "\t" else "csv"
    return Source(path, kind, encoding, delimiter, header, headless, _escape(start, delimiter))


def _escape(start: str, delimiter: str) -> str | None:
    """A backslash where that stands before a quote inside a cell, as MailPoet has it.

    Everybody else doubles the quote; which it is shows in whether the rows come out whole.
    """
    if '\\"' not in start or _is_whole(start, delimiter, None):
        return None
    return "\\" if _is_whole(start, delimiter, "\\") else None


def _is_whole(start: str, delimiter: str, escape: str | None) -> bool:
    """Whether rows have as many cells as the first; where the text breaks off says nothing."""
    rows = csv.reader(
        io.StringIO(start, newline=""),
        delimiter=delimiter,
        strict=True,
        escapechar=escape,
        doublequote=escape is None,
    )
    try:
        width = len(next(rows))
        return all(len(row) in (0, width) for row in islice(rows, _SNIFFED_ROWS))
    except csv.Error as error:
        return "unexpected end" in str(error) and len(start) >= _BLOCK


def _csv_reason(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is never closed"
    if "limit" in str(error):
        return f"a cell holds more than {LONGEST_CELL:,} characters, or a quote is never closed"
    return str(error)


def _first_rows(start: str) -> tuple[str, list[str]] | None:
    """The delimiter that cuts the first row into the most cells, and these cells."""
    found: list[tuple[str, list[str]]] = []
    for delimiter in _DELIMITERS:
        try:
            row = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), None)
        except csv.Error:
            continue
        if row:
            found.append((delimiter, row))
    return max(found, key=lambda pair: len(pair[1]), default=None)


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(result)


def _is_object(text: str) -> bool:
    """Whether the first line is an object of its own, as in NDJSON."""
    try:
        return isinstance(json.loads(text.split("\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False


def _ndjson_rows(file: IO[str]) -> Iterator[Row]:
    for number, line in _lines(file):
        yield _object_row(number, line)


def _lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE and not line.endswith("\n"):
            raise Refused(N_("Row %(row)s is longer than any person's should be."), row=number)
        if not line.isspace():
            yield number, line


def _object_row(number: int, line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, {}, "this is not a JSON object")
    return _as_row(number, value)


def _as_row(number: int, value: Any) -> Row:
    if isinstance(value, dict):
        return Row(number, value)
    if isinstance(value, str):
        return Row(number, {"email": value})
    return Row(number, {}, "this is not a JSON object")


def _json_rows(file: IO[str]) -> Iterator[Row]:
    """The objects of an array, in the memory of one; or of the first array inside a document."""
    buffer = file.read(_BLOCK).lstrip()
    if buffer.startswith("["):
        yield from _array_rows(file, buffer[1:])
        return
    try:
        document = json.loads(buffer + file.read())
    except (ValueError, RecursionError) as error:
        raise Refused(N_("This JSON document cannot be read: it is not whole.")) from error
    people = next(
        (v for v in document.values() if isinstance(v, list) and v and isinstance(v[0], dict)), []
    )
    for number, value in enumerate(people, 1):
        yield _as_row(number, value)


def _array_rows(file: IO[str], buffer: str) -> Iterator[Row]:
    decode = json.JSONDecoder().raw_decode
    number = position = 0
    ended = False
    while True:
        while position < len(buffer) and buffer[position] in " \t\r\n,":
            position += 1
        if position < len(buffer) and buffer[position] == "]":
            return
        try:
            if position >= len(buffer):
                raise ValueError
            value, position = decode(buffer, position)
        except (ValueError, RecursionError) as error:
            if ended or len(buffer) - position > LONGEST_LINE:
                raise Refused(
                    N_("This JSON document cannot be read after item %(number)s."), number=number
                ) from error
            more = file.read(_BLOCK)
            ended = not more
            buffer, position = buffer[position:] + more, 0
            continue
        number += 1
        yield _as_row(number, value)
