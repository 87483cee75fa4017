"""What changed between two texts: line by line, and inside changed lines word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "gone", "new", "skipped"]
# Unchanged lines that are shown around a change.
CONTEXT = 3
# Comparing grows with the square of what differs; who changed more reads both texts.
LONGEST = 4_000
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; `changed` parts are marked."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison. Of a `skipped` one, `number` says how many unchanged lines it
    stands for."""

    kind: Kind
    pieces: tuple[Piece, ...] = ()
    number: int = 0


def compare(old: str, new: str) -> tuple[Line, ...] | None:
    """The new text with what it took away and brought; None for texts too long to compare.

    Nothing for two that are the same.
    """
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return ()
    if len(before) + len(after) > LONGEST:
        return None
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    lines: list[Line] = []
    for number, (kind, a, b, c, d) in enumerate(blocks):
        if kind == "equal":
            lines += _same(after[c:d], first=number == 0, last=number == len(blocks) - 1)
        else:
            lines += _changed(before[a:b], after[c:d])
    return tuple(lines)


def _same(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Line]:
    head = 0 if first else CONTEXT
    tail = 0 if last else CONTEXT
    hidden = len(lines) - head - tail
    if hidden <= 1:
        yield from (_line("same", line) for line in lines)
        return
    yield from (_line("same", line) for line in lines[:head])
    yield Line("skipped", number=hidden)
    yield from (_line("same", line) for line in lines[len(lines) - tail :])


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Line beside line where as many came as went, else all that went and all that came."""
    if len(before) != len(after):
        yield from (_line("gone", line) for line in before)
        yield from (_line("new", line) for line in after)
        return
    for old, new in zip(before, after, strict=True):
        yield from _reworded(old, new)


def _reworded(old: str, new: str) -> tuple[Line, Line]:
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, a, b, autojunk=len(a) + len(b) > 2_000)
    if matcher.quick_ratio() < _ALIKE:
        return _line("gone", old), _line("new", new)
    gone, come = list[Piece](), list[Piece]()
    for kind, i, j, k, m in matcher.get_opcodes():
        if j > i:
            gone.append(Piece("".join(a[i:j]), kind != "equal"))
        if m > k:
            come.append(Piece("".join(b[k:m]), kind != "equal"))
    return Line("gone", tuple(gone)), Line("new", tuple(come))


def _line(kind: Kind, text: str) -> Line:
    return Line(kind, (Piece(text),))
