"""What is decided about people on the list: pure functions of what they are given."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub import addresses, i18n
from hub.audience.model import (
    CADENCES,
    Cadence,
    Confirmation,
    Status,
    Subscriber,
    SuppressionReason,
)
from hub.audience.record import Known, Record
from hub.errors import Refused
from hub.i18n import N_
from hub.site import openings

LONGEST_ADDRESS = 254
LONGEST_NAME = 100
LONGEST_TAG = 60
# So many are typed at once.
MOST_TAGS = 20
LONGEST_PAUSE = timedelta(days=366)

LINK_LIVES = timedelta(hours=72)
LEAST_BETWEEN_MAILS = timedelta(days=1)
MAILS_PERIOD = timedelta(days=30)
MAILS_PER_PERIOD = 3
UNCONFIRMED_KEPT = timedelta(days=30)

LinkState = Literal["open", "used", "expired"]

# Line and paragraph separators, control and format characters (such as those that turn the
# direction of what follows): a name has no use for them, a mail header breaks on some.
_UNWANTED = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs", "Co"))
# Joiners that scripts such as Persian and Hindi need inside of names.
JOINERS = "\u200c\u200d"


def address(text: str) -> str:
    """The address as typed, without spaces around it. Raises Refused beside the field `email`."""
    text = text.strip()
    if not text:
        raise Refused(N_("Please write your e-mail address."), field="email")
    if len(text) > LONGEST_ADDRESS:
        raise Refused(N_("This is not an e-mail address that mail can be sent to."), field="email")
    checked = addresses.checked(text)
    if not checked.isascii() and not checked.rpartition("@")[0].isascii():
        # It needs SMTPUTF8 (RFC 6531) at every server on the way, and few have it.
        raise Refused(
            N_("Only plain letters can stand before the @: many mail servers refuse others."),
            field="email",
        )
    return checked


def clean_name(text: str) -> str:
    """A name on one line: no control characters, single spaces, at most 100 characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:LONGEST_NAME].strip()
    kept = "".join(
        c if c in JOINERS or unicodedata.category(c) not in _UNWANTED else " " for c in text
    )
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def cadence(text: str, default: Cadence = "weekly") -> Cadence:
    """The cadence of that name, the default for none. Raises Refused for any other word."""
    if not text:
        return default
    for known in CADENCES:
        if known == text:
            return known
    raise Refused(N_("Choose each article, once a week or once a month."), field="cadence")


def language(text: str, default: str) -> str:
    """The nearest language of the hub; the default for one that it does not speak."""
    primary = text.strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary in i18n.LANGUAGES else default


def topics(values: Iterable[str]) -> tuple[str, ...]:
    """Topics as slugs, sorted, each once; values may hold several with commas between.

    What cannot be a topic is left out, and so is what comes after the twentieth.
    """
    slugs = (openings.topic(part) for value in values for part in value.split(","))
    return tuple(sorted(set(filter(openings.is_topic, slugs))))[: openings.MOST_TOPICS]


def topics_among(values: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """As `topics`, of those that a reader may choose; a page may offer some that are gone."""
    return tuple(sorted({*topics(values)} & {*allowed}))


def topics_kept(
    chosen: Iterable[str], before: Iterable[str], offered: Iterable[str]
) -> tuple[str, ...]:
    """The topics of somebody who signs up again: of those on offer what they chose now, and what
    an import brought beside."""
    offered = frozenset(offered)
    return tuple(sorted({*chosen, *(topic for topic in before if topic not in offered)}))


def tags(text: str, *, field: str = "tags") -> tuple[str, ...]:
    """Tags with commas between, in small letters, sorted, each once; empty for none.

    Raises Refused for one that is too long, and for more than 20.
    """
    found = sorted({clean_name(part).casefold() for part in text.split(",")} - {""})
    if any(len(tag) > LONGEST_TAG for tag in found):
        raise Refused(
            N_("A tag has at most %(longest)s characters."), field=field, longest=LONGEST_TAG
        )
    if len(found) > MOST_TAGS:
        raise Refused(N_("At most %(most)s tags at once."), field=field, most=MOST_TAGS)
    return tuple(found)


def may_ask(status: str) -> bool:
    """Whether a sign-up of somebody with this status gets a confirmation mail.

    Who bounced may: a confirmation that is pressed proves that the address takes mail again.
    Who complained may not, before the owner allows it: anybody could type the address.
    """
    return status in ("pending", "unsubscribed", "bounced")


def may_mail(asked_at: Sequence[datetime], now: datetime) -> bool:
    """Whether one more confirmation mail may go to an address that got some at these times:
    one a day, three in 30 days."""
    recent = [moment for moment in asked_at if moment > now - MAILS_PERIOD]
    if any(moment > now - LEAST_BETWEEN_MAILS for moment in recent):
        return False
    return len(recent) < MAILS_PER_PERIOD


def link_state(confirmation: Confirmation, subscriber: Subscriber, now: datetime) -> LinkState:
    """What a confirmation link is good for now."""
    if confirmation.used_at is not None or subscriber.status in ("active", "waiting"):
        return "used"
    if now >= confirmation.expires_at or not may_ask(subscriber.status):
        return "expired"
    return "open"


def can_leave(status: str) -> bool:
    """Whether unsubscribing changes anything; who bounced or complained gets nothing already."""
    return status in ("pending", "waiting", "active")


def departure(status: str) -> str:
    """What is counted when somebody with this status leaves: only who got mail is missed."""
    return "unsubscribed" if status == "active" else "withdrawn"


def gets_link(status: str) -> bool:
    """Whether somebody who asks for the link to their own page gets it: who never confirmed has
    none, and mail to the others comes back or is called spam."""
    return status in ("active", "waiting", "unsubscribed")


def has_page(subscriber: Subscriber | None) -> bool:
    """Whether somebody who gets no newsletter may see and erase what is known of them."""
    return subscriber is not None and gets_link(subscriber.status)


def lifted_to(status: str) -> Status | None:
    """What somebody is when the owner lets mail go there again; None when nothing forbids it.

    Who complained said no, and only they can say yes.
    """
    if status == "bounced":
        return "active"
    return "unsubscribed" if status == "complained" else None


def import_changes(here: Known, there: Record, *, suppressed: bool) -> bool:
    """Whether a row of a file changes somebody who is on the list.

    Who left, bounced or complained here stays so. Who did there is taken off here, unless they
    confirmed here since: a confirmation that came by a file, and one that this file knows of, are
    none. Where the file does not say when they left, any of their own counts. Who is only pending
    here becomes active with the file's consent.
    """
    if not can_leave(here.status):
        return False
    if not can_leave(there.status):
        if here.confirmed_here is None or here.confirmed_here < (there.unsubscribed_at or ""):
            return True
        return here.confirmed_here <= (there.confirmed_at or "")
    return here.status == "pending" and there.status == "active" and not suppressed


def erasure_reason(status: str) -> SuppressionReason:
    """Why an erased address stays suppressed: what a mail server said outlives the person's row."""
    if status == "bounced":
        return "bounced"
    return "complained" if status == "complained" else "erased"


def pause_until(text: str, timezone: str, now: datetime) -> datetime | None:
    """The start of the day `2026-12-24` in `timezone`, when mail may come again; None for "".

    Raises Refused for a day that is not after today or is more than a year away.
    """
    if not text:
        return None
    zone = ZoneInfo(timezone)
    try:
        day = date.fromisoformat(text)
        moment = datetime.combine(day, time(), zone)
    except (ValueError, OverflowError) as error:
        raise Refused(N_("Write the day like 2026-12-24."), field="paused_until") from error
    if not now < moment <= now + LONGEST_PAUSE:
        raise Refused(
            N_("Choose a day after today, within a year; or leave it empty."), field="paused_until"
        )
    return moment
