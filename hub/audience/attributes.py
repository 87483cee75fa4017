"""What an export carries in the one column of listmonk's or Buttondown's that takes anything.

listmonk knows `enabled`, `disabled` and `blocklisted`: who unsubscribed here and who complained
are both blocklisted there, because it mails everybody else. The true word travels beside.
"""

import ast
import json
from collections.abc import Mapping
from typing import Any

from hub.audience import services
from hub.audience.model import Status
from hub.audience.record import Beside, Record

Inside = Mapping[str, Any]

_NOTHING: Inside = {}
# To read one takes much longer than JSON.
_LONGEST_LITERAL = 10_000
# What may stand behind a word of listmonk's that means no mail: never “active”.
_BEHIND: Mapping[str, tuple[Status, ...]] = {
    "unsubscribed": ("pending", "waiting"),
    "complained": ("unsubscribed", "bounced"),
}


def written(person: Record, beside: Beside) -> str:
    """The cell, as JSON."""
    inside = {
        "topics": person.topics,
        "tags": beside.tags,
        "language": person.language,
        "cadence": person.cadence,
        "status": person.status,
    }
    return json.dumps(inside, ensure_ascii=False)


def read(cell: str) -> Inside:
    """What stands in a cell: a JSON object, or as Buttondown has it a literal of Python; nothing
    where it is neither."""
    if not cell.startswith("{") or cell == "{}":
        return _NOTHING
    try:
        inside = json.loads(cell)
    except (ValueError, RecursionError):
        inside = _literal(cell)
    return inside if isinstance(inside, dict) else _NOTHING


def _literal(cell: str) -> object:
    if len(cell) > _LONGEST_LITERAL:
        return None
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def text(inside: Inside, name: str) -> str:
    """A text in it; empty where there is none."""
    found = inside.get(name)
    return found if isinstance(found, str) else ""


def refined(status: Status, inside: Inside) -> Status:
    """The status of a row, told more exactly by what we wrote beside it."""
    if not inside:
        return status
    behind = services.STATUS.get(text(inside, "status"))
    return behind if behind is not None and behind in _BEHIND.get(status, ()) else status
