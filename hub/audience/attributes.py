"""What an export of ours for listmonk carries in the one column that takes anything.

listmonk knows `enabled`, `disabled` and `blocklisted`: who unsubscribed here and who complained
are both blocklisted there, because it mails everybody else. The true word travels beside.
"""

import json
from collections.abc import Mapping
from typing import Any

from hub.audience import services
from hub.audience.model import Status
from hub.audience.record import Beside, Record

Inside = Mapping[str, Any]

_NOTHING: Inside = {}
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
    """What stands in a cell; nothing where it is no JSON object."""
    if not cell.startswith("{") or cell == "{}":
        return _NOTHING
    try:
        inside = json.loads(cell)
    except (ValueError, RecursionError):
        return _NOTHING
    return inside if isinstance(inside, dict) else _NOTHING


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
