"""Times as other programs and spreadsheets write them: ISO 8601, Go's, or a day in local order.

02/03/2021 is a day in February or in March: only the whole column can tell.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal

from hub.audience import headings
from hub.times import to_text

Order = Literal["iso", "day first", "month first"]
# Gives a time as text of the database; None for what cannot be read.
Parse = Callable[[str], str | None]

_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})(?: \w+)?", re.ASCII)
_LOCAL = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:(?:,|T| à)? ?(\d{1,2})[:h](\d\d)(?::(\d\d))?)?", re.ASCII
)
_CLOCK = r"(?:,? (?:a |at )?(?P<hour>\d{1,2})[:h](?P<minute>\d\d))?"
_WORDED = re.compile(
    r"(?P<day>\d{1,2})(?:er|st|nd|rd|th|\.)? (?P<month>[a-z]{3,9})\.? (?P<year>\d{4})" + _CLOCK
)
_WORDED_ENGLISH = re.compile(
    rf"(?P<month>[a-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_CLOCK}"
)
# The months' names, folded, in French and English.
_MONTHS = (
    *(("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april")),
    *(("mai", "may"), ("juin", "june"), ("juillet", "july"), ("aout", "august")),
    *(("septembre", "september"), ("octobre", "october"), ("novembre", "november")),
    ("decembre", "december"),
)


def moment(cell: str) -> str | None:
    """An ISO 8601 time, or Go's, as text of the database; None for what is not one.

    A time without a zone is taken as UTC; days and months written in local order are left alone.
    """
    if not cell:
        return None
    try:
        if len(cell) == 19 and cell[7] == "-" and cell[16] == ":":
            # `2024-01-02 10:00:07`, which most of a million cells are like.
            datetime.fromisoformat(cell)
            return f"{cell[:10]}T{cell[11:]}.000Z"
        if go := _GO_TIME.fullmatch(cell):
            cell = f"{go[1]}{go[2]}"
        when = datetime.fromisoformat(cell)
        return to_text(when if when.tzinfo else when.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return _worded(cell)


def _worded(cell: str) -> str | None:
    """`5 février 2024 à 18:30`, `1er mars 2024`, `February 5, 2024`: no order can be mistaken."""
    plain = headings.folded(cell)
    found = _WORDED.fullmatch(plain) or _WORDED_ENGLISH.fullmatch(plain)
    if found is None:
        return None
    # As long as it says which: "jui" may be two.
    months = [n for n, both in enumerate(_MONTHS, 1) if _begins(both, found["month"])]
    if len(months) != 1:
        return None
    day = (int(found["year"]), months[0], int(found["day"]))
    clock = (int(found["hour"] or 0), int(found["minute"] or 0))
    try:
        return to_text(datetime(*day, *clock, tzinfo=UTC))
    except ValueError:
        return None


def _begins(names: Iterable[str], word: str) -> bool:
    return any(name.startswith(word) for name in names)


def order_of(cells: Iterable[str], *, french: bool) -> Order | None:
    """How the times of a column are written; None where that is not sure.

    `french`: its heading says that the day stands first.
    """
    iso = False
    first, second, dotted = 0, 0, False
    for cell in cells:
        if moment(cell):
            iso = True
        elif local := _LOCAL.fullmatch(cell):
            first, second = max(first, int(local[1])), max(second, int(local[3]))
            dotted = dotted or local[2] == "."
    if not first:
        return "iso" if iso else None
    if second > 12 >= first:
        return "month first"
    if second <= 12 and (first > 12 or dotted or french):
        return "day first"
    # What is written in full can be read all the same.
    return "iso" if iso else None


def is_like_one(cell: str) -> bool:
    """Whether it is a day, in whatever order."""
    return moment(cell) is not None or _LOCAL.fullmatch(cell) is not None


def parser(order: Order | None) -> Parse:
    """What reads the cells of a column of this order."""
    if order is None or order == "iso":
        return moment
    day, month = (1, 3) if order == "day first" else (3, 1)

    def read(cell: str) -> str | None:
        local = _LOCAL.fullmatch(cell)
        if local is None:
            return moment(cell)
        clock = (int(local[5] or 0), int(local[6] or 0), int(local[7] or 0))
        try:
            when = datetime(int(local[4]), int(local[month]), int(local[day]), *clock, tzinfo=UTC)
        except ValueError:
            return None
        return to_text(when)

    return read
