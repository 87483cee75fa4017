"""A row of the hub's own export, taken in exactly as it went out."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from hub.audience import rules
from hub.audience.model import CADENCES, STATUSES
from hub.audience.record import COLUMNS, EVENT_FIELDS, Event, Record
from hub.audience.spreadsheet import unguarded
from hub.errors import Refused
from hub.i18n import N_
from hub.site.openings import is_topic

_COLUMNS = frozenset(COLUMNS)
_EVENT_FIELDS = frozenset(EVENT_FIELDS)
_EVENT_KINDS = frozenset(("requested", "confirmed", "imported", "added", "unsubscribed"))
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_TEXT_ONLY = {str}
# Neither engine stores these: NUL, and halves of a character that UTF-8 cannot write.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_MAY_HIDE_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def is_own(columns: Mapping[str, Any]) -> bool:
    """Whether a row has the columns of our export, all of them and no other."""
    return columns.keys() == _COLUMNS


def from_cells(cells: Iterable[tuple[str, str]]) -> Record:
    """A CSV row, as pairs of column and cell. Raises Refused with what is wrong in it."""
    plain = {name: unguarded(cell) for name, cell in cells}
    log = plain["consent"]
    try:
        consent = json.loads(log) if log else []
    except (ValueError, RecursionError) as error:
        raise Refused(N_("its consent log is not whole")) from error
    if "\\u" in log and _MAY_HIDE_UNSTORABLE.search(log):
        _check_storable(*_texts(consent))
    topics = plain["topics"].split(",") if plain["topics"] else []
    return _record(plain, topics, consent)


def from_document(values: Mapping[str, Any]) -> Record:
    """A JSON object. Raises Refused with what is wrong in it."""
    topics, consent = values["topics"], values["consent"]
    if not isinstance(topics, list):
        raise Refused(N_("its topics are not a list"))
    plain = {
        name: "" if value is None else value
        for name, value in values.items()
        if name not in ("topics", "consent")
    }
    if not all(isinstance(text, str) for text in (*plain.values(), *topics)):
        raise Refused(N_("a value in it is not a text"))
    _check_storable(*plain.values(), *topics, *_texts(consent))
    return _record(plain, topics, consent)


def _record(plain: Mapping[str, str], topics: list[str], consent: Any) -> Record:
    if plain["status"] not in STATUSES:
        raise Refused(N_("there is no status “%(status)s”"), status=plain["status"][:40])
    if plain["cadence"] not in CADENCES:
        raise Refused(N_("there is no cadence “%(cadence)s”"), cadence=plain["cadence"][:40])
    if not all(map(is_topic, topics)):
        raise Refused(N_("a topic in it is not one that can be"))
    if not 0 < len(plain["language"]) <= 16:
        raise Refused(N_("its language is not one that can be"))
    return Record(
        email=rules.address(plain["email"]),
        name=plain["name"],
        status=plain["status"],
        cadence=plain["cadence"],
        paused_until=_time(plain["paused_until"]) if plain["paused_until"] else None,
        topics=tuple(sorted(set(topics))),
        language=plain["language"],
        source=plain["source"],
        created_at=_time(plain["created_at"]),
        confirmed_at=_time(plain["confirmed_at"]) if plain["confirmed_at"] else None,
        unsubscribed_at=_time(plain["unsubscribed_at"]) if plain["unsubscribed_at"] else None,
        consent=_events(consent),
    )


def _events(consent: Any) -> tuple[Event, ...]:
    if not isinstance(consent, list):
        raise Refused(N_("its consent log is not whole"))
    events = []
    for line in consent:
        if (
            not isinstance(line, dict)
            or line.keys() != _EVENT_FIELDS
            or set(map(type, line.values())) != _TEXT_ONLY
            or line["kind"] not in _EVENT_KINDS
        ):
            raise Refused(N_("its consent log is not whole"))
        _time(line["at"])
        events.append(Event(**line))
    return tuple(events)


@lru_cache(maxsize=4_096)  # a person's times stand in the consent log once more
def _time(text: str) -> str:
    try:
        if _TIME.fullmatch(text):
            datetime.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise Refused(N_("a time in it is not like 2026-11-28T07:00:00.000Z"))


def _texts(consent: Any) -> list[str]:
    if not isinstance(consent, list):
        return []
    lines = [line for line in consent if isinstance(line, dict)]
    return [text for line in lines for text in line.values() if isinstance(text, str)]


def _check_storable(*texts: str) -> None:
    if any(map(_UNSTORABLE.search, texts)):
        raise Refused(N_("it holds a character that cannot be stored"))
