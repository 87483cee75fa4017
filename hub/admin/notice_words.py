"""A notice in words: its title, a few lines, and where at the desk to go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import i18n
from hub.admin import replies, words
from hub.audience.gates import braking
from hub.i18n import N_
from hub.newsletter import troubles
from hub.notices.model import Facts, Notice

RELAY_AWAY, RELAY_REFUSES, PLANNING, THEME = "relay away", "relay refuses", "planning", "theme"

_TITLES = {
    "sent": N_("Sent: %(subject)s"),
    "failures": N_("Many mails failed: %(subject)s"),
    "paused": N_("The newsletter is paused: %(subject)s"),
    "cancelled": N_("Cancelled: %(subject)s"),
    "skipped": N_("A newsletter was skipped"),
    "late": N_("A newsletter was made late: %(subject)s"),
    "worker": N_("The sending process stopped without warning"),
    "readers": N_("New readers: %(confirmed)s"),
    "waiting": N_("Somebody waits to be accepted"),
    "retention": N_("Silent readers: what came of them"),
}
_TROUBLES = {
    RELAY_AWAY: N_("The mail server cannot be reached"),
    RELAY_REFUSES: N_("The mail server refuses the hub"),
    PLANNING: N_("A newsletter that is due cannot be made"),
    THEME: N_("The theme has faults"),
    troubles.BACKUP: N_("A backup could not be made"),
    braking.PART: N_("New sign-ups are held: hardly anybody confirms"),
    "StorageFull": N_("The disk was full"),
    "Unavailable": N_("The database was out of reach"),
    "DatabaseBusy": N_("The database was held by another program"),
}
_SOMETHING = N_("A part of the hub failed again and again")
_MEANWHILE = {
    RELAY_AWAY: N_("Mail waits and is tried again by itself."),
    RELAY_REFUSES: N_("No mail goes out until this is mended: see “How mail is sent”."),
    PLANNING: N_("It is tried again every minute; its articles wait."),
    THEME: N_("Where they are, readers see the default look instead."),
    braking.PART: N_("It ends by itself after six hours, or when you say so."),
}
_PATHS = {
    **dict.fromkeys((RELAY_AWAY, RELAY_REFUSES, PLANNING), "/admin/newsletter"),
    THEME: "/admin/settings",
    troubles.BACKUP: "/admin/backups",
    braking.PART: "/admin/subscribers/held",
}
_TONES = {
    **dict.fromkeys(("failures", "trouble"), "error"),
    **dict.fromkeys(("paused", "late", "worker", "skipped", "waiting"), "warning"),
    **dict.fromkeys(("sent", "readers"), "good"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """`path` is empty where there is nowhere to go; `tone` is a badge's: good, warning, error."""

    title: str
    lines: tuple[str, ...]
    path: str
    tone: str


def said(notice: Notice, language: str, timezone: str) -> Said:
    """The words of a notice in a language, times in the owner's zone."""
    tone = _TONES.get(notice.kind, "")
    return Said(_title(notice, language), _lines(notice, language, timezone), _path(notice), tone)


def _title(notice: Notice, language: str) -> str:
    facts = notice.facts
    if notice.kind == "trouble":
        return i18n.translate(language, _TROUBLES.get(facts.part, _SOMETHING))
    title = _TITLES.get(notice.kind)
    if title is None:
        return notice.kind
    return i18n.translate(
        language, title, subject=facts.subject, confirmed=i18n.number(facts.confirmed, language)
    )


def _lines(notice: Notice, language: str, timezone: str) -> tuple[str, ...]:
    facts, kind = notice.facts, notice.kind
    if kind in ("sent", "failures"):
        return (_delivered(facts, language), _took(facts, language))
    if kind in ("paused", "cancelled"):
        return (_sentence(replies.said(facts.reason, language)), _delivered(facts, language))
    if kind == "skipped":
        return (_skipped(facts, language),)
    if kind == "late":
        return (_late(facts, language, timezone),)
    if kind == "trouble":
        return _trouble(facts, language, timezone)
    if kind == "worker":
        text = N_("Another took over what it held, and goes on. Mails under way: %(waiting)s.")
        return (i18n.translate(language, text, waiting=i18n.number(facts.waiting, language)),)
    if kind == "readers":
        return _readers(facts, language, timezone)
    if kind == "waiting":
        text = N_("waiting for you: %(number)s")
        return (_figures(((text, facts.waiting, True),), language),)
    if kind == "retention":
        return _retention(facts, language, timezone)
    return ()


def _path(notice: Notice) -> str:
    if notice.subject_id is not None:
        return f"/admin/newsletter/{notice.subject_id}"
    if notice.kind == "readers":
        return "/admin/subscribers?status=active"
    if notice.kind == "waiting":
        return "/admin/subscribers/waiting"
    if notice.kind == "retention":
        return "/admin/legal"
    return _PATHS.get(notice.facts.part, "")


def _delivered(facts: Facts, language: str) -> str:
    """`Accepted: 340 · failed: 2`: what is none is left out, but for the accepted."""
    texts = (
        (N_("accepted: %(number)s"), facts.accepted, True),
        (N_("still waiting: %(number)s"), facts.waiting + facts.deferred, False),
        (N_("failed: %(number)s"), facts.failed, False),
        (N_("unknown: %(number)s"), facts.unknown, False),
    )
    return _figures(texts, language)


def _figures(texts: tuple[tuple[str, int, bool], ...], language: str) -> str:
    shown = [
        i18n.translate(language, text, number=i18n.number(number, language))
        for text, number, always in texts
        if number or always
    ]
    return _sentence(" · ".join(shown))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _took(facts: Facts, language: str) -> str:
    text = N_("Complete %(duration)s after it was made.")
    return i18n.translate(language, text, duration=i18n.duration(facts.seconds, language))


def _skipped(facts: Facts, language: str) -> str:
    stream = i18n.translate(language, words.STREAM.get(facts.stream, facts.stream))
    reason = replies.said(facts.reason, language)
    parts = [stream, reason, facts.subject]
    return " · ".join(part for part in parts if part)


def _late(facts: Facts, language: str, timezone: str) -> str:
    text = N_(
        "It was due on %(when)s and was made %(duration)s later: nothing was running, or it was"
        " held up."
    )
    return i18n.translate(
        language,
        text,
        when=_when(facts.since, language, timezone),
        duration=i18n.duration(facts.seconds, language),
    )


def _trouble(facts: Facts, language: str, timezone: str) -> tuple[str, ...]:
    since = _when(facts.since, language, timezone)
    if facts.until is None:
        time = i18n.translate(language, N_("Since %(when)s."), when=since)
    else:
        until = _when(facts.until, language, timezone)
        time = i18n.translate(language, N_("From %(when)s to %(until)s."), when=since, until=until)
    if facts.part in (RELAY_AWAY, RELAY_REFUSES):
        plain, machine = replies.of_relay(facts.subject, facts.reason, language)
        named: tuple[str, ...] = (plain, machine) if machine else (plain,)
    else:
        reason = replies.said(facts.reason, language)
        named = (f"{facts.subject}: {reason}" if facts.subject else reason,)
    meanwhile = _MEANWHILE.get(facts.part)
    if meanwhile:
        time = f"{time} {i18n.translate(language, meanwhile)}"
    return (named[0], time, *named[1:])


def _readers(facts: Facts, language: str, timezone: str) -> tuple[str, ...]:
    figures = _figures(
        (
            (N_("confirmed: %(number)s"), facts.confirmed, True),
            (N_("left: %(number)s"), facts.left, True),
            (N_("bounced: %(number)s"), facts.bounced, False),
            (N_("complained: %(number)s"), facts.complained, False),
        ),
        language,
    )
    return (figures, _period(facts, language, timezone))


def _retention(facts: Facts, language: str, timezone: str) -> tuple[str, ...]:
    figures = _figures(
        (
            (N_("asked: %(number)s"), facts.asked, True),
            (N_("stayed: %(number)s"), facts.stayed, False),
            (N_("erased: %(number)s"), facts.erased, True),
        ),
        language,
    )
    lines = [figures, _period(facts, language, timezone)]
    if facts.noticed:
        text = N_(
            "Found silent: %(number)s. They are asked a fortnight after that, and erased 30 days"
            " later; retention_months changes it, and 0 stops it."
        )
        number = i18n.number(facts.noticed, language)
        lines.insert(0, i18n.translate(language, text, number=number))
    return tuple(lines)


def _period(facts: Facts, language: str, timezone: str) -> str:
    """The day, or the first and the last of several; `until` is the midnight after the last."""
    if facts.since is None or facts.until is None:
        return ""
    first = i18n.long_date(facts.since, language, timezone)
    last = i18n.long_date(facts.until - timedelta(seconds=1), language, timezone)
    return first if first == last else f"{first} – {last}"


def _when(moment: datetime | None, language: str, timezone: str) -> str:
    return i18n.date_and_time(moment, language, timezone) if moment else ""
