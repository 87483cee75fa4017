"""Single values of lists that other programs wrote."""

import csv
import re
from typing import Any

from hub.audience.spreadsheet import unguarded

_YES = frozenset("true 1 yes y oui o vrai x on ja si sí wahr ✓ ✔ ☑ t".split())
# With what databases write for a time that there is not.
_NO = frozenset(
    "false 0 no n non faux off nein falsch f - – ☐ null none n/a never jamais 0000-00-00".split()
)
# A tag in quotes of its own: at the start, or behind a comma.
_QUOTED = re.compile(r'(?:^|,)\s*"')


def text(value: Any) -> str:
    """A value as text without spaces around it: what JSON calls true is `true`."""
    if type(value) is str:
        return value.strip() if value.isascii() and "\0" not in value else _storable(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""


def _storable(value: str) -> str:
    return value.encode("utf-8", "ignore").decode().replace("\0", "").strip()


def bare(cell: str) -> str:
    """The address of `Ada Lovelace <ada@example.org>`, with what a spreadsheet guard added gone."""
    cell = unguarded(cell)
    if cell.endswith(">") and "<" in cell:
        return cell[cell.rindex("<") + 1 : -1]
    return cell


def is_yes(word: str) -> bool:
    """Whether a word in small letters says yes: a mark in a box too."""
    return word in _YES


def is_no(word: str) -> bool:
    """Whether a word in small letters says no, or that it never was."""
    return word in _NO or word.startswith("0000-00-00")


def tags(value: Any) -> list[str]:
    """The tags in a cell: `"Harbour","Ropes"` as Mailchimp quotes them, `a;b`, `a,b`, or a list."""
    if isinstance(value, list):
        names = [v.get("name") if isinstance(v, dict) else v for v in value]
        return [name for v in names if (name := text(v))]
    cell = text(value)
    if not cell:
        return []
    if not _QUOTED.search(cell):
        return [tag for part in cell.split(";") for t in part.split(",") if (tag := t.strip())]
    try:
        return [tag for t in next(csv.reader([cell]), ()) if (tag := t.strip())]
    except csv.Error:
        return []
