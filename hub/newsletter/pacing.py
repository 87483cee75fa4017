"""What may leave now, within the owner's limits: permits, slots of domains, and who waits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from typing import Literal
from zoneinfo import ZoneInfo

from hub import i18n
from hub.db import Transaction
from hub.i18n import N_
from hub.mail import sent
from hub.newsletter import pace_rules, pace_store, ramping
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.pace_rules import DAY, HOUR, Counted, Limits
from hub.site.model import Site

Key = tuple[int, int]
# How long a reader waits in memory for the slot of the domain: this many of them, but at least
# as long as it takes to look for work, and at most two seconds.
_HELD, _SHORTEST, _LONGEST = 100, 0.4, 2.0
# Nobody is put off further than this at once: what waits beyond retrying.FURTHEST would look like
# the doing of a clock that was set back.
_FURTHEST = 5 * HOUR


@dataclass(frozen=True, slots=True)
class Grant:
    """Times at which one message each may leave; `opens_at` is when more can be asked for."""

    slots: tuple[float, ...]
    opens_at: float


@dataclass(frozen=True, slots=True)
class Shut:
    """A window that lets nothing through until `until`: `number` are used up."""

    kind: Literal["hour", "day", "ramp"]
    number: int
    until: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why editions that are being sent wait, and until when."""

    until: datetime
    text: str
    number: int

    def said(self, language: str, timezone: str, now: datetime) -> str:
        """`waits until 09:10: 2,000 an hour`, with the day when it is another one."""
        local = self.until.astimezone(ZoneInfo(timezone))
        if local.date() == now.astimezone(ZoneInfo(timezone)).date():
            when = f"{local:%H:%M}"
        else:
            when = i18n.date_and_time(self.until, language, timezone)
        return i18n.translate(
            language, self.text, when=when, number=i18n.number(self.number, language)
        )


@dataclass(frozen=True, slots=True)
class Slowed:
    """A domain that gets `rate` messages a second because it refused, and asked for less."""

    domain: str
    rate: float


@dataclass(frozen=True, slots=True)
class Limited:
    """A domain whose readers wait for their turn, because the owner allows `per_hour`."""

    domain: str
    per_hour: float


_TEXTS = {
    "hour": N_("waits until %(when)s: %(number)s an hour"),
    "day": N_("waits until %(when)s: %(number)s a day"),
    "ramp": N_("waits until %(when)s: %(number)s a day while the domain is new"),
}


def waiting(tx: Transaction, site: Site, now: datetime) -> Waiting | None:
    """Why nothing of the editions that are being sent leaves at `now`; None when it does."""
    shut = shut_window(tx, pace_rules.limits_of(site), now)
    if shut is None:
        return None
    return Waiting(datetime.fromtimestamp(shut.until, UTC), _TEXTS[shut.kind], shut.number)


def slowed(tx: Transaction, now: datetime) -> list[Slowed]:
    """The domains that are slowed down at `now`, by name."""
    rates = (
        (pace.name, pace_rules.slowed_rate(pace, now.timestamp()))
        for pace in pace_store.with_slowdown(tx)
    )
    return [Slowed(name, rate) for name, rate in rates if rate is not None]


def limited(tx: Transaction, site: Site, now: datetime) -> list[Limited]:
    """The domains whose readers are put off at `now` by the owner's limit, by name."""
    limits = pace_rules.limits_of(site)
    parked = pace_store.with_parked(tx, now.timestamp())
    rates = ((pace.name, limits.of_domain(pace.name)) for pace in parked)
    return sorted(
        (Limited(name, rate * HOUR) for name, rate in rates if rate is not None),
        key=lambda one: one.domain,
    )


def shut_window(tx: Transaction, limits: Limits, now: datetime) -> Shut | None:
    """The window that opens last among those that are used up."""
    return _windows(tx, limits, now)[1]


def opens_at(tx: Transaction, limits: Limits, now: datetime) -> float:
    """When the next message may leave, in seconds; a time that is past when one may now."""
    shut = shut_window(tx, limits, now)
    if shut is not None:
        return shut.until
    if limits.per_second is None:
        return 0.0
    _, next_at = pace_rules.slots(
        pace_store.get(tx, pace_store.ALL).next_at, limits.per_second, now.timestamp(), wanted=0
    )
    return next_at


def reserve(tx: Transaction, limits: Limits, *, wanted: int, ahead: float, now: datetime) -> Grant:
    """Up to `wanted` permits for the next `ahead` seconds, counted as sent.

    What is not used is given back by `sent.count` with a number below zero.
    """
    at = now.timestamp()
    pace = pace_store.locked(tx, pace_store.ALL)
    room, shut = _windows(tx, limits, now)
    if shut is not None:
        return Grant((), shut.until)
    wanted = wanted if room is None else min(wanted, room)
    if limits.per_second is None:
        granted, next_at = [at] * wanted, 0.0
    else:
        granted, next_at = pace_rules.slots(
            pace.next_at, limits.per_second, at, wanted=wanted, ahead=ahead
        )
        pace_store.put(tx, replace(pace, next_at=next_at))
    if granted and limits.ramp_up is not None:
        ramping.begin(tx, now)
    sent.count(tx, len(granted), now)
    return Grant(tuple(granted), next_at - ahead)


def admit(
    tx: Transaction,
    limits: Limits,
    worker_id: int,
    claimed: Sequence[ClaimedDelivery],
    *,
    patient: bool,
    now: datetime,
) -> tuple[list[ClaimedDelivery], dict[Key, float]]:
    """The deliveries that this worker keeps, and the slots of those that wait for theirs.

    The others, for whose domain no slot is near, are queued again until about their turn:
    each is written once more, and costs nothing until then. Who is not `patient` keeps only
    what may leave at `now`.
    """
    at = now.timestamp()
    by_domain: dict[str, list[ClaimedDelivery]] = defaultdict(list)
    for delivery in claimed:
        by_domain[domain_of(delivery)].append(delivery)
    slots: dict[Key, float] = {}
    parked: dict[int, dict[int, float]] = defaultdict(dict)
    by_domain.pop("", None)
    for domain, some in sorted(by_domain.items()):
        pace = pace_store.locked(tx, domain)
        rate = pace_rules.rate_of(pace, limits.of_domain(domain), at)
        if rate is None:
            continue
        ahead = min(_LONGEST, max(_SHORTEST, _HELD / rate)) if patient else 0.0
        near, next_at = pace_rules.slots(pace.next_at, rate, at, wanted=len(some), ahead=ahead)
        far, pace = pace_rules.parked(replace(pace, next_at=next_at), rate, len(some) - len(near))
        pace_store.put(tx, replace(pace, parked_until=min(pace.parked_until, at + _FURTHEST)))
        slots |= {_key(delivery): slot for delivery, slot in zip(some, near, strict=False)}
        for delivery, turn in zip(some[len(near) :], far, strict=True):
            # A little early, so that the turn is not lost while nobody looks.
            parked[delivery.edition_id][delivery.subscriber_id] = (
                min(turn, at + _FURTHEST) - ahead / 2
            )
    for edition_id, due in sorted(parked.items()):
        pace_store.park(tx, worker_id, edition_id, due)
    kept = [d for d in claimed if d.subscriber_id not in parked.get(d.edition_id, {})]
    return kept, slots


def return_slots(
    tx: Transaction, limits: Limits, unused: Mapping[str, int], *, now: datetime
) -> None:
    """Slots that were reserved, by domain (or pace_store.ALL), and that nobody will use."""
    for name, number in sorted(unused.items()):
        pace = pace_store.locked(tx, name)
        limit = limits.per_second if name == pace_store.ALL else limits.of_domain(name)
        rate = pace_rules.rate_of(pace, limit, now.timestamp())
        if rate is not None:
            pace_store.put(tx, replace(pace, next_at=pace.next_at - number / rate))


def slow_down(
    tx: Transaction, limits: Limits, domain: str, refusals: int, *, observed: float, now: datetime
) -> float | None:
    """Note refusals of a domain (421, 4.7.x); its new rate when they halve it, else None."""
    at = now.timestamp()
    before = pace_store.locked(tx, domain)
    pace = pace_rules.refused(
        before, refusals, at, limit=limits.of_domain(domain), observed=observed
    )
    pace_store.put(tx, pace)
    return None if pace.halved_at == before.halved_at else pace.slow_rate


def plans_are_stale(tx: Transaction, limits: Limits, now: datetime) -> bool:
    """Whether readers are put off for longer than the limits ask now."""
    at = now.timestamp()
    return any(
        pace_rules.plan_is_stale(
            pace, pace_rules.rate_of(pace, limits.of_domain(pace.name), at), at
        )
        for pace in pace_store.with_parked(tx, at)
    )


def domain_of(delivery: ClaimedDelivery) -> str:
    """The domain of the reader in A-label form; empty when the reader left."""
    return (delivery.email_key or "").rpartition("@")[2]


def _windows(tx: Transaction, limits: Limits, now: datetime) -> tuple[int | None, Shut | None]:
    """How many the narrowest window lets through (None: no limit), and the one that is shut."""
    at = now.timestamp()
    windows: list[tuple[Literal["hour", "day", "ramp"], int, float, float]] = []
    if limits.per_hour is not None:
        windows.append(("hour", limits.per_hour, HOUR, inf))
    if limits.per_day is not None:
        windows.append(("day", limits.per_day, DAY, inf))
    if limits.ramp_up is not None:
        ramp = ramping.get(tx)
        began_at = ramp.began_at if ramp else None
        number = ramping.ceiling(limits.ramp_up, began_at, now)
        if number is not None:
            grows_at = ramping.grows_at(began_at, now).timestamp()
            windows.append(("ramp", number, DAY, grows_at))
    if not windows:
        return None, None
    longest = max(span for _, _, span, _ in windows)
    counted = [
        # Whatever seems to have left later than now left before the clock was set back.
        Counted(min(minute.at.timestamp(), at), minute.number)
        for minute in sent.minutes(tx, datetime.fromtimestamp(at - longest, UTC))
    ]
    room = min(pace_rules.left(counted, number, span, at) for _, number, span, _ in windows)
    shut = [
        Shut(kind, number, min(latest, pace_rules.opens_at(counted, number, span, at)))
        for kind, number, span, latest in windows
        if pace_rules.left(counted, number, span, at) <= 0
    ]
    return max(room, 0), max(shut, key=lambda one: one.until, default=None)


def _key(delivery: ClaimedDelivery) -> Key:
    return delivery.edition_id, delivery.subscriber_id
