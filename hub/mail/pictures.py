"""Pictures as mail shows them: with a size, and never wider than the column."""

from dataclasses import dataclass

# The column is 600 px; its margins are 36 px on either side.
COLUMN = 528
TALLEST = 420


@dataclass(frozen=True, slots=True)
class Picture:
    """`url` is absolute; `width` and `height` are what it takes of the mail, in px."""

    url: str
    width: int
    height: int


def fitted(
    url: str, width: int, height: int, *, widest: int = COLUMN, tallest: int = TALLEST
) -> Picture:
    """A picture of `width` by `height` pixels made small enough; its proportions stay."""
    scale = min(1.0, widest / max(1, width), tallest / max(1, height))
    return Picture(url, max(1, round(width * scale)), max(1, round(height * scale)))
