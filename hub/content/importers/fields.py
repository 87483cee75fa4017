"""Reads single fields of front matter, whatever its writer made of them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import Refused
from hub.i18n import N_

Meta = Mapping[str, Any]
MOST_NAMES = 50
_DAY = re.compile(r"(?<!\d)(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_SPACED_ZONE = re.compile(
    r"^(\d{4}-\d\d?-\d\d?[ T]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?) *([+-]\d\d:?\d\d|Z|UTC)$"
)


def text(meta: Meta, *names: str) -> str:
    """The first of these fields that is a text or a number; empty when none is."""
    for name in names:
        value = meta.get(name)
        usable = isinstance(value, str | int | float | date) and not isinstance(value, bool)
        if usable and (shown := str(value).strip()):
            return shown
    return ""


def flag(meta: Meta, name: str, default: bool = False) -> bool:
    """A truth, or the words for one."""
    value = meta.get(name, default)
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def names(meta: Meta, *fields: str) -> tuple[str, ...]:
    """The names in these fields, each once: a list, a line with commas, or things with a name."""
    found: dict[str, None] = {}
    for name in fields:
        for value in _entries(meta.get(name)):
            if isinstance(value, Mapping):
                value = value.get("name") or value.get("title") or value.get("slug")
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                found.setdefault(str(value).strip(), None)
    return tuple(name for name in found if name)[:MOST_NAMES]


def lines(meta: Meta, *fields: str) -> tuple[str, ...]:
    """The texts in these fields: a list, or a single one that may hold commas."""
    found: list[str] = []
    for name in fields:
        value = meta.get(name)
        # Not `str` of whatever it is: a few lines of YAML can mean a list of a billion things.
        entries = [value] if isinstance(value, str) else _entries(value)
        found += [str(v) for v in entries if isinstance(v, str | int | float | date)]
    return tuple(line.strip() for line in found if line.strip())[:MOST_NAMES]


def inner(meta: Meta, name: str) -> Meta:
    """A field that is a table of its own; an empty one when it is not there."""
    value = meta.get(name)
    return {str(k).lower(): v for k, v in value.items()} if isinstance(value, dict) else {}


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A date or time, as aware UTC; without a zone it is the site's. None for nothing.

    Raises Refused for what is no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return _checked(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, date):
        return start_of(value, zone)
    parsed = _parsed(str(value).strip())
    if parsed is None:
        raise Refused(N_("“%(value)s” is not a date."), value=str(value)[:60])
    return moment(parsed, zone)


def day_in(address: str, zone: ZoneInfo) -> datetime | None:
    """The day that an address or a file's name tells: 2014/12/12/…, 2014-12-12-…."""
    for match in _DAY.finditer(address):
        year, month, day = map(int, match.groups())
        try:
            if 1970 <= year <= 2200:
                return start_of(date(year, month, day), zone)
        except ValueError:
            continue
    return None


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Midnight in UTC; where that is still the day before for the site's readers, theirs."""
    return _checked(
        max(datetime.combine(day, time(), UTC), datetime.combine(day, time(), zone).astimezone(UTC))
    )


def _checked(value: datetime) -> datetime:
    try:
        if not 1000 <= value.year < 9000:
            # At the ends of time there is none in other zones.
            raise ValueError(value.year)
        return value.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise Refused(N_("“%(value)s” is not a date."), value=str(value)[:60]) from error


def _parsed(written: str) -> date | datetime | None:
    if spaced := _SPACED_ZONE.match(written):
        zone = spaced.group(2)
        written = spaced.group(1).replace(" ", "T") + ("+00:00" if zone in ("Z", "UTC") else zone)
    for read in (_iso_day, datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(written)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _iso_day(written: str) -> date:
    year, month, day = re.split(r"[-/.]", written)
    return date(int(year), int(month), int(day))


def _entries(value: object) -> Iterable[Any]:
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, list):
        return value[: MOST_NAMES * 2]
    return [] if value is None else [value]
