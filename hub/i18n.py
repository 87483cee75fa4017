"""Languages: texts are written in English and translated through gettext catalogues.

The .po files are read at start, so that there is no build step and no compiled file to
forget. `N_` marks a text that is translated later, where the reader's language is known.
"""

import gettext
import io
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal

LANGUAGES = {"en": "English", "fr": "Français"}
DEFAULT = "en"
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ks ps sd ug ur yi".split())
_FOLDER = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for a marked text
    """Marks `message` for translation and returns it as it is."""
    return message


def known(language: str) -> str:
    """The language of the hub nearest to a tag such as `fr-CA`; English when there is none."""
    primary = language.strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else DEFAULT


def direction(language: str) -> str:
    """`rtl` for a tag such as `ar` or `he-IL`, whose script runs from right to left; else `ltr`."""
    primary, *more = language.strip().lower().replace("_", "-").split("-")
    return "rtl" if (primary in _RIGHT_TO_LEFT and "latn" not in more) else "ltr"


class Word(str):
    """A value of a text that is itself translated, such as the name of a state."""

    __slots__ = ()


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language of LANGUAGES; English is the texts themselves."""
    path = _FOLDER / language / "LC_MESSAGES" / "hub.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(language: str, message: str, **values: object) -> str:
    """`message` in `language`, its %(name)s slots filled."""
    texts = catalogue(language)
    filled = {n: texts.gettext(v) if isinstance(v, Word) else v for n, v in values.items()}
    text = texts.gettext(message)
    return text % filled if filled else text


def long_date(moment: datetime | date, language: str, timezone: str = "UTC") -> str:
    """`28 November 2026` as the language writes it."""
    day = moment.astimezone(ZoneInfo(timezone)).date() if isinstance(moment, datetime) else moment
    return format_date(day, format=_pattern("d MMMM y", day, language), locale=_locale(language))


def day_and_month(moment: datetime, language: str, timezone: str = "UTC") -> str:
    """`28 November`, for lists under the year."""
    day = moment.astimezone(ZoneInfo(timezone)).date()
    return format_date(day, format=_pattern("d MMMM", day, language), locale=_locale(language))


def weekday(number: int, language: str) -> str:
    """`Monday` or `lundi` for 0, and so on."""
    return str(get_day_names(locale=_locale(language))[number])


def short_day(day: date, language: str) -> str:
    """`3 Nov`: where there is little room, as under a chart."""
    return format_date(day, format=_pattern("d MMM", day, language), locale=_locale(language))


def short_month(day: date, language: str) -> str:
    """`Nov 2026`."""
    return format_date(day, format="MMM y", locale=_locale(language))


def time_of_day(moment: datetime, timezone: str) -> str:
    """Hours and minutes, like 08:05, which both languages read."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%H:%M}"


def date_and_time(moment: datetime, language: str, timezone: str) -> str:
    """`Saturday 28 November 2026, 08:00` as the language writes it."""
    local = moment.astimezone(ZoneInfo(timezone))
    whole = "EEEE d MMMM y 'à' HH:mm" if language == "fr" else "EEEE d MMMM y, HH:mm"
    return format_datetime(local, format=_pattern(whole, local, language), locale=_locale(language))


def number(value: float, language: str) -> str:
    """`1,234` or `1 234`."""
    return format_decimal(value, locale=_locale(language))


def short_number(value: float, language: str) -> str:
    """`1,234` as it is, `200K` or `200 k` from five digits on: for the axis of a chart."""
    if abs(value) < 10_000:
        return number(value, language)
    return format_compact_decimal(value, locale=_locale(language), fraction_digits=1)


def language_name(tag: str, language: str) -> str:
    """`French` or `français` for a tag such as `fr`, in a language of LANGUAGES; else the tag."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(_locale(language)) or tag
    except (ValueError, UnknownLocaleError):
        return tag


def rate(value: float, language: str) -> str:
    """`812`, and `3.2` or `0.04` for what is slow."""
    return number(round(value, 0 if value >= 10 else 1 if value >= 1 else 2), language)


def duration(seconds: float, language: str) -> str:
    """`46 seconds`, `3 minutes` or `5 hours`: the two digits that matter."""
    whole = timedelta(seconds=max(1, round(seconds)))
    return format_timedelta(whole, threshold=2, locale=_locale(language))


def _pattern(pattern: str, day: date, language: str) -> str:
    # French alone counts the first of a month: 1er mai, 2 mai.
    return pattern.replace("d ", "d'er' ") if language == "fr" and day.day == 1 else pattern


def _locale(language: str) -> str:
    # Day before month, as the hub writes dates everywhere.
    return {"en": "en_GB"}.get(language, language)
