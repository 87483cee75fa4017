"""Files that may hold a list of people, read row by row: CSV, TSV, text, JSON, NDJSON.

Written here rather than with sqlite-utils' rows_from_file, because a list may be larger
than memory, come in UTF-16 or Latin-1, and every refusal must name its row.
"""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from hub.audience import tables
from hub.errors import Refused
from hub.i18n import N_, Word

LONGEST_CELL = 1_000_000
LONGEST_LINE = 4_000_000
# A JSON document with the list somewhere inside is read whole; an array is not, however large.
LARGEST_DOCUMENT = 50_000_000
_BLOCK = 1_000_000
_SUFFIXES = {".csv", ".tsv", ".tab", ".txt", ".json", ".ndjson", ".jsonl", ""}
# A text that is not of letters of ours has few NULs, but its header is.
_NULS_OF_UTF_16 = 0.4
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_TOO_MANY_CELLS = N_("it has more cells than the header has columns")
_NO_OBJECT = N_("this is not a JSON object")
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")


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
    # So many lines stand above the header.
    above: int = 0

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
            return sum(map(any, islice(self._cells(file), self._first, None)))

    @property
    def _first(self) -> int:
        """How many lines are no people: the header, and what stands above it."""
        return 0 if self.headless else self.above + 1

    def _table_rows(self, file: IO[str]) -> Iterator[Row]:
        width, first = len(self.header), self._first
        for number, cells in enumerate(self._cells(file), 1):
            if number <= first or not any(cells):
                continue
            if len(cells) > width:
                if any(cells[width:]):
                    yield Row(number, {}, _TOO_MANY_CELLS)
                    continue
                del cells[width:]
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
                reason=Word(_csv_reason(error)),
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


def refuse_spreadsheet(path: Path) -> None:
    """Raises Refused for the file of a spreadsheet program, with what to do."""
    if path.suffix.lower() in _SPREADSHEETS and path.is_file():
        raise Refused(
            N_(
                "%(name)s is the file of a spreadsheet program. Open it there, save it as CSV"
                " (UTF-8), and bring that file."
            ),
            name=path.name,
        )


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
        if unmarked := _utf_16(block[:200]):
            return unmarked
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


def _utf_16(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of a plain text is NUL."""
    pairs = len(start) // 2
    high, low = start[0::2].count(0), start[1::2].count(0)
    if not pairs or (high and low):
        return None
    if low > _NULS_OF_UTF_16 * pairs:
        return "utf-16-le"
    return "utf-16-be" if high > _NULS_OF_UTF_16 * pairs else None


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
    shape = tables.shape(start, whole=len(start) < _BLOCK)
    if shape is None:
        return None
    kind = "text" if len(shape.header) == 1 else "tsv" if shape.delimiter == "\t" else "csv"
    return Source(
        path,
        kind,
        encoding,
        shape.delimiter,
        shape.header,
        shape.headless,
        shape.escape,
        shape.above,
    )


def _csv_reason(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return N_("a quote is never closed")
    if "limit" in str(error):
        return N_("a cell holds more than a million characters, or a quote is never closed")
    if "expected after" in str(error):
        return N_("a quote inside a cell is not doubled")
    return str(error)


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
        return Row(number, {}, _NO_OBJECT)
    return _as_row(number, value)


def _as_row(number: int, value: Any) -> Row:
    if isinstance(value, dict):
        return Row(number, value)
    if isinstance(value, str):
        return Row(number, {"email": value})
    return Row(number, {}, _NO_OBJECT)


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
