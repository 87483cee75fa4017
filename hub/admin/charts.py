"""Charts as the shapes of an SVG: bars over time and in order of size, read without colour and
without a script. Each stands in front of a table with the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 4, 16, 20
_GAP = 0.25
# A few bars are no blocks.
_WIDEST = 28.0
# A number stands over each bar as far as there is room for it.
_MOST_NAMED, _LONGEST_NAMED = 13, 9_999
_ROW, _BAR = 34, 12
_LONGEST_NAME = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """`title` is what is said when a pointer rests on it; `number` stands over it, or nothing.
    `upper` is the height of the part on top that is drawn apart."""

    x: float
    y: float
    width: float
    height: float
    title: str
    number: int | None = None
    upper: float = 0.0

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid, and the number that it stands for."""

    y: float
    number: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text under the bars; `anchor` is that of SVG's text."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table behind a chart: a name, and a number or two."""

    name: str
    number: int
    upper: int = 0

    @property
    def total(self) -> int:
        return self.number + self.upper


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other, over time. `most` is the row of the highest bar."""

    bars: tuple[Bar, ...]
    grid: tuple[Line, ...]
    labels: tuple[Label, ...]
    rows: tuple[Row, ...]
    total: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM

    @property
    def most(self) -> Row:
        return max(self.rows, key=lambda row: row.total)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Bars under each other, the longest first: each `Bar` has its name over it as `title`."""

    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    total: int
    width: int
    height: int


def bars(rows: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each row, from 0; the axis names the first and the last."""
    return stacked([(name, Row(name, number)) for name, number in rows])


def stacked(rows: Sequence[tuple[str, Row]]) -> Chart:
    """The same of two parts on top of each other; each row with its name on the axis."""
    listed = tuple(row for _, row in rows)
    highest = max((row.total for row in listed), default=0)
    top = ceiling(highest)
    room, floor = HEIGHT - _TOP - _BOTTOM, HEIGHT - _BOTTOM
    step = (WIDTH - _LEFT - _RIGHT) / max(len(rows), 1)
    wide = min(step * (1 - _GAP), _WIDEST)
    all_named = len(rows) <= _MOST_NAMED and highest <= _LONGEST_NAMED
    drawn = []
    for place, row in enumerate(listed):
        high, x = room * row.total / top, _LEFT + step * (place + 0.5) - wide / 2
        named = row.total if all_named or row.total == highest else None
        title = f"{row.name}: {row.number}" + (f" + {row.upper}" if row.upper else "")
        upper = round(room * row.upper / top, 1)
        drawn.append(_bar(x, floor - high, wide, high, title, named, upper))
    grid = tuple(Line(round(floor - room * part / top, 1), part) for part in (0, top // 2, top))
    return Chart(
        tuple(drawn),
        grid if top > 1 else (grid[0], grid[-1]),
        _labels([name for name, _ in rows]),
        listed,
        sum(row.total for row in listed),
    )


def ranked(rows: Sequence[tuple[str, int]], *, most: int) -> Ranked:
    """The `most` longest of the rows, which come so; the rest stands in the table alone."""
    longest = max((number for _, number in rows), default=0) or 1
    shown = rows[:most]
    drawn = tuple(
        _bar(
            0,
            place * _ROW + _ROW - _BAR - 2,
            (WIDTH - 50) * number / longest,
            _BAR,
            name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…",
            number,
        )
        for place, (name, number) in enumerate(shown)
    )
    total = sum(number for _, number in rows)
    listed = tuple(Row(name, number) for name, number in rows)
    return Ranked(drawn, listed, total, WIDTH, max(1, len(shown)) * _ROW)


def ceiling(number: int) -> int:
    """The next even round number that is not below: 1, 2, 4, 6, 10, 20, 40, 60, 100 …"""
    if number <= 1:
        return 1
    scale = 1
    while True:
        for step in (2, 4, 6, 10):
            if number <= step * scale:
                return step * scale
        scale *= 10


def _bar(
    x: float,
    y: float,
    width: float,
    height: float,
    title: str,
    number: int | None = None,
    upper: float = 0.0,
) -> Bar:
    return Bar(
        round(x, 1), round(y, 1), round(width, 1), round(height, 1), title, number or None, upper
    )


def _labels(names: Sequence[str]) -> tuple[Label, ...]:
    if not names:
        return ()
    first = Label(_LEFT, names[0], "start")
    return (first, Label(WIDTH - _RIGHT, names[-1], "end")) if len(names) > 1 else (first,)
