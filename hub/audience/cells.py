"""Single values of lists that other programs wrote."""

import csv
import re
from datetime import UTC, datetime
from typing import Any

from hub.audience.spreadsheet import unguarded
from hub.times import to_text

_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})(?: \w+)?", re.ASCII)


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
        return None


def tags(value: Any) -> list[str]:
    """The tags in a cell: `"Harbour","Ropes"` as Mailchimp quotes them, `a;b`, `a,b`, or a list."""
    if isinstance(value, list):
        names = [v.get("name") if isinstance(v, dict) else v for v in value]
        return [name for v in names if (name := text(v))]
    cell = text(value)
    if not cell:
        return []
    if '"' not in cell:
        return [tag for part in cell.split(";") for t in part.split(",") if (tag := t.strip())]
    try:
        return [tag for t in next(csv.reader([cell]), ()) if (tag := t.strip())]
    except csv.Error:
        return []
