"""When hardly anybody confirms, strangers' addresses are being typed: new sign-ups wait then."""

from datetime import datetime, timedelta

from hub.audience.gates import rules, store
from hub.audience.gates.model import Answers
from hub.db import Transaction
from hub.i18n import N_
from hub.notices import telling
from hub.notices.model import Facts
from hub.site.model import Site

# The part that a notice names (hub/admin/notice_words.py says it).
PART = "sign-ups"
REASON = N_("of %(asked)s mails that asked to confirm, %(confirmed)s were answered")
_SUDDEN = timedelta(hours=1)


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether new sign-ups should be held from now on: a look that takes no lock."""
    return _collapse(tx, now) is not None


def brake(tx: Transaction, *, site: Site, now: datetime) -> bool:
    """Hold new sign-ups for six hours, and tell the owner; whether it was due (still)."""
    found = _collapse(tx, now)
    if found is None:
        return False
    brake_id = store.add_brake(tx, found, now=now, until=now + rules.BRAKE_LASTS)
    facts = Facts(
        part=PART, reason=REASON % {"asked": found.asked, "confirmed": found.confirmed}, since=now
    )
    telling.tell(tx, "trouble", f"{PART} {brake_id}", facts, site=site, now=now)
    return True


def release(tx: Transaction, *, now: datetime) -> bool:
    """The owner lets new sign-ups in again; whether they were held. What was asked before counts
    no more against those that follow."""
    return store.end_brakes(tx, now=now)


def _collapse(tx: Transaction, now: datetime) -> Answers | None:
    """What the last mails that asked for a confirmation came to, when it is next to nothing."""
    last = store.last_brake(tx)
    if rules.is_braking(last, now):
        return None
    ended = rules.brake_ended(last)
    begin = ended if ended is not None and ended <= now else now - rules.SETTLED
    since = max(begin, now - rules.SETTLED)
    settled = store.answers(tx, since=since, until=now - rules.SETTLES)
    sudden = store.answers(tx, since=max(since, now - _SUDDEN), until=now)
    if not rules.collapsed(settled, sudden):
        return None
    return max(settled, sudden, key=lambda answers: answers.asked)
