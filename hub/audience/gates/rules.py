"""What speaks against a request for the list, and from when on a person looks first."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from hub import addresses
from hub.audience.gates.disposable import is_disposable
from hub.audience.gates.model import Answers, Brake, Decision, Policy, Reason, Verdict, Visit
from hub.audience.model import Wish
from hub.site.model import Site

HELD_KEPT = timedelta(days=14)
# More than an owner looks through; what comes beside them in a day is not kept.
HELD_PER_DAY = 1_000
# A mailbox takes mail under many spellings: so many of them are asked in a day.
SPELLINGS_PER_DAY = 3
# Providers where many readers are, in an hour: as often as other domains times this.
LARGE_TIMES = 10

# A sign-up with HELD points waits for the owner. What its sender did
# refuses it at REFUSED; the last three are no fault of theirs and never do.
POINTS: dict[Reason, int] = {
    "trap": 5,
    "quick": 4,
    "script": 2,
    "link": 5,
    "dots": 2,
    "disposable": 3,
    "unproven": 5,
    "domain": 5,
    "mailbox": 5,
    "brake": 5,
}
_CIRCUMSTANCES: frozenset[Reason] = frozenset(("domain", "mailbox", "brake"))
HELD, REFUSED = 5, 9

MANY_DOTS = 4
_LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.[a-z]{2,}/", re.IGNORECASE)

# Two looks at the mails that asked for a confirmation: over a day, without those that were sent
# just now, and over the last minutes, when so many are sent that nobody can have missed all.
SETTLED, SETTLES = timedelta(days=1), timedelta(minutes=10)
_LEAST_SETTLED, _SETTLED_PERCENT = 50, 10
_LEAST_SUDDEN, _SUDDEN_PERCENT = 400, 2
BRAKE_LASTS = timedelta(hours=6)

_LARGE = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.com live.fr msn.com
    yahoo.com yahoo.fr ymail.com icloud.com me.com mac.com aol.com gmx.com gmx.de gmx.net web.de
    t-online.de proton.me protonmail.com pm.me fastmail.com zoho.com mail.com orange.fr wanadoo.fr
    free.fr sfr.fr neuf.fr laposte.net bbox.fr skynet.be telenet.be bluewin.ch libero.it qq.com
    163.com naver.com yandex.com yandex.ru mail.ru
    """.split()
)
_IGNORES_DOTS = frozenset(("gmail.com", "googlemail.com"))
# Second levels under which countries give out names: example.co.uk is a domain of its own.
_SECOND_LEVELS = frozenset("ac asso co com edu gob gouv gov ne net nom or org".split())


def policy(site: Site) -> Policy:
    """What the owner's options say."""
    return Policy(
        per_network=site.sign_ups_per_network,
        per_domain=site.sign_ups_per_domain,
        disposable=frozenset(site.disposable_domains.split()),
        least_seconds=int(site.form_seconds or 0),
    )


def reproaches(wish: Wish, visit: Visit) -> list[Reason]:
    """What the sender of a request did."""
    local, _, domain = addresses.key(wish.email).rpartition("@")
    known: list[tuple[Reason, bool]] = [
        ("trap", visit.trapped),
        ("quick", visit.seconds is not None and visit.seconds < visit.policy.least_seconds),
        ("script", visit.scripted),
        ("link", _LINK.search(wish.name) is not None),
        ("dots", local.count(".") >= MANY_DOTS),
        ("disposable", is_disposable(domain, visit.policy.disposable)),
        ("unproven", visit.proof == "missing"),
    ]
    return [reason for reason, holds in known if holds]


def weigh(reasons: Iterable[Reason]) -> Verdict:
    """What becomes of a request that this speaks against."""
    found = tuple(reasons)
    own = sum(POINTS[reason] for reason in found if reason not in _CIRCUMSTANCES)
    points = sum(POINTS[reason] for reason in found)
    decision: Decision = "refused" if own >= REFUSED else "held" if points >= HELD else "pass"
    return Verdict(decision, () if decision == "pass" else found)


def counted_domain(domain: str) -> str:
    """The domain that somebody registered, whatever stands in front of it: a domain that takes
    mail for all its subdomains is one. `domain` is in A-label form."""
    labels = domain.split(".")
    kept = 3 if len(labels[-1]) == 2 and labels[-2:][0] in _SECOND_LEVELS else 2
    return ".".join(labels[-kept:])


def per_hour(domain: str, policy: Policy) -> int:
    """How many sign-ups of a counted domain are let in within an hour."""
    return policy.per_domain * (LARGE_TIMES if domain in _LARGE else 1)


def mailbox(email_key: str) -> str:
    """One name for the spellings under which a mailbox takes mail: without `+tag`, and at Gmail
    without dots. For counting alone: who is who is decided by `addresses.key`."""
    local, _, domain = email_key.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _IGNORES_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def collapsed(settled: Answers, sudden: Answers) -> bool:
    """Whether so few of those who were asked confirm that it was not they who signed up.

    `settled` had ten minutes or more to answer, `sudden` are all within an hour.
    """
    return _below(settled, _LEAST_SETTLED, _SETTLED_PERCENT) or _below(
        sudden, _LEAST_SUDDEN, _SUDDEN_PERCENT
    )


def _below(answers: Answers, least: int, percent: int) -> bool:
    return answers.asked >= least and answers.confirmed * 100 < answers.asked * percent


def is_braking(brake: Brake | None, now: datetime) -> bool:
    """Whether the last brake holds sign-ups now."""
    return brake is not None and brake.ended_at is None and brake.began_at <= now < brake.until


def brake_ended(brake: Brake | None) -> datetime | None:
    """Since when sign-ups pass again after the last brake; None where there was none. What was
    asked before says nothing any more."""
    return (brake.ended_at or brake.until) if brake else None
