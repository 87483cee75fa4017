"""Charts as the shapes of an SVG: bars over time, read without colour and without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 4, 10, 20
_GAP = 0.25
# A few bars are no blocks.
_WIDEST = 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """`title` is what is said when a pointer rests on it."""

    x: float
    y: float
    width: float
    height: float
    title: str


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
class Chart:
    """`rows` are what the table behind it holds: a name and a number each."""

    bars: tuple[Bar, ...]
    grid: tuple[Line, ...]
    labels: tuple[Label, ...]
    rows: tuple[tuple[str, int], ...]
    total: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def bars(rows: Sequence[tuple[str, int]]) -> Chart:
    """A bar for each row, from 0; the axis names the first and the last."""
    top = ceiling(max((number for _, number in rows), default=0))
    room, floor = HEIGHT - _TOP - _BOTTOM, HEIGHT - _BOTTOM
    step = (WIDTH - _LEFT - _RIGHT) / max(len(rows), 1)
    drawn = []
    for place, (name, number) in enumerate(rows):
        high = room * number / top
        wide = min(step * (1 - _GAP), _WIDEST)
        x = _LEFT + step * (place + 0.5) - wide / 2
        drawn.append(_bar(x, floor - high, wide, high, f"{name}: {number}"))
    grid = tuple(Line(round(floor - room * part / top, 1), part) for part in (0, top // 2, top))
    return Chart(
        tuple(drawn),
        grid if top > 1 else (grid[0], grid[-1]),
        _labels(rows),
        tuple(rows),
        sum(number for _, number in rows),
    )


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


def _bar(x: float, y: float, width: float, height: float, title: str) -> Bar:
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), title)


def _labels(rows: Sequence[tuple[str, int]]) -> tuple[Label, ...]:
    if not rows:
        return ()
    first = Label(_LEFT, rows[0][0], "start")
    return (first, Label(WIDTH - _RIGHT, rows[-1][0], "end")) if len(rows) > 1 else (first,)
