"""What a table looks like, seen from its beginning: delimiter, header, quotes."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.audience import columns, headings

_DELIMITERS = ",;\t"
_SNIFFED_ROWS = 1_000
# A title and blank lines may stand above the header.
_LOWEST_HEADER = 20


@dataclass(frozen=True, slots=True)
class Shape:
    """`above`: so many rows stand above the header. Without one (`headless`) the columns are named
    by their number. `escape`: what stands before a quote inside a cell, if not another quote."""

    delimiter: str
    header: tuple[str, ...]
    headless: bool
    above: int
    escape: str | None


def shape(start: str, *, whole: bool) -> Shape | None:
    """How the table that begins so is written; None for no table. `whole`: that is all of it."""
    found = [seen for delimiter in _DELIMITERS if (seen := _seen(start, delimiter))]
    best = max(found, key=lambda seen: (seen.is_named, len(seen.cells)), default=None)
    if best is None or not best.cells:
        return None
    headless = not best.is_named and best.above == 0 and any("@" in cell for cell in best.cells)
    names = (str(n) if headless else cell.strip() for n, cell in enumerate(best.cells, 1))
    return Shape(
        best.delimiter,
        _unique(names),
        headless,
        best.above,
        _escape(start, best.delimiter, whole=whole),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The row that would be the header with this delimiter. `is_named`: a cell of it says that
    addresses stand below."""

    delimiter: str
    above: int
    cells: list[str]
    is_named: bool


def _seen(start: str, delimiter: str) -> _Seen | None:
    rows: list[list[str]] = []
    try:
        for row in islice(
            csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), _LOWEST_HEADER
        ):
            rows.append(row)
    except csv.Error:
        # What is wrong further down is said when the rows are read.
        pass
    if not rows:
        return None
    for number, row in enumerate(rows):
        if any(headings.meaning(cell) == "email" for cell in row):
            # A person above it is no title.
            if all(
                _filled(before) < _filled(row) or _filled(before) == 0 for before in rows[:number]
            ):
                return _Seen(delimiter, number, row, is_named=True)
            break
    return _Seen(delimiter, *_widest(rows), is_named=False)


def _widest(rows: Sequence[list[str]]) -> tuple[int, list[str]]:
    """The header where no name of it is known: of the rows above the first person the one with
    the most in it."""
    people = (n for n, row in enumerate(rows) if any(map(columns.is_address, row)))
    above = list(enumerate(rows[: next(people, 1)])) or [(0, rows[0])]
    return max(above, key=lambda pair: (_filled(pair[1]), -pair[0]))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _escape(start: str, delimiter: str, *, whole: bool) -> str | None:
    """A backslash where that stands before a quote inside a cell, as MailPoet has it.

    Everybody else doubles the quote; which it is shows in whether the rows come out whole.
    """
    if '\\"' not in start or _is_whole(start, delimiter, None, whole=whole):
        return None
    return "\\" if _is_whole(start, delimiter, "\\", whole=whole) else None


def _is_whole(start: str, delimiter: str, escape: str | None, *, whole: bool) -> bool:
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
        return "unexpected end" in str(error) and not whole


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(result)
