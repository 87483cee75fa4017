"""Times that an owner types, in the time zone of the hub. Pure rules."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub import i18n
from hub.errors import Refused
from hub.i18n import N_

_TYPED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(:\d{2})?")


def ahead(text: str, *, timezone: str, language: str, now: datetime) -> datetime:
    """The instant that `2026-11-28 08:00` means in `timezone`, or an ISO time with its own zone.

    One that comes twice, when the clocks go back, is the first. Raises Refused (field `send_at`)
    for one that the clocks skip, that is past, or that is no time.
    """
    moment = _read(text.strip(), timezone)
    if moment <= now:
        raise Refused(
            N_("%(when)s is past: it is %(now)s. Choose a later time."),
            field="send_at",
            when=i18n.date_and_time(moment, language, timezone),
            now=i18n.date_and_time(now, language, timezone),
        )
    return moment


def typed(moment: datetime, timezone: str) -> str:
    """`2026-11-28T08:00`, as a field for a time holds it."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%dT%H:%M}"


def _read(text: str, timezone: str) -> datetime:
    wrong = Refused(N_("Write the time like 2026-11-28 08:00."), field="send_at")
    if _TYPED.fullmatch(text) is None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise wrong from error
        if moment.tzinfo is None:
            raise wrong
        return _in_utc(moment, wrong)
    try:
        numbers = [int(part) for part in re.split(r"[-T: ]", text)[:5]]
        local = datetime(*numbers, tzinfo=ZoneInfo(timezone))  # type: ignore[arg-type, misc]  # year, month, day, hour, minute
    except (ValueError, OverflowError) as error:
        raise wrong from error
    moment = _in_utc(local, wrong)
    if moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(
            N_("The clocks skip %(time)s that night: choose another time."),
            field="send_at",
            time=f"{local:%H:%M}",
        )
    return moment


def _in_utc(moment: datetime, wrong: Refused) -> datetime:
    try:
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong from error
