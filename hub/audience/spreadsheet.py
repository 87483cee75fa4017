"""CSV cells that a spreadsheet program would run as a formula, made harmless without loss.

A cell that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or a line feed gets an
apostrophe before it, and so does one where apostrophes stand before such a character;
taking one apostrophe away gives back exactly what was there.
"""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_FIRST = frozenset("'=+-@\t\r\n")


def guarded(cell: str) -> str:
    """The cell as it stands in the file."""
    if cell[:1] not in _FIRST:
        return cell
    return "'" + cell if _DANGEROUS.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell
