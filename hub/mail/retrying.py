"""When a message that was put off is tried again. Pure rules.

It is given up after 48 hours by the wall clock, but never before each of the waits was kept
once: so neither a clock that jumps forward, nor a hub that slept for two days, gives up what
was hardly tried. A clock that is set back would let due times lie far ahead: what is due
later than any wait could have set is due now.
"""

from datetime import datetime, timedelta

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))
_JITTER = 0.1
EXPIRES_AFTER = timedelta(hours=48)
FURTHEST = timedelta(hours=6)
# What the answer of a mail begins with that was tried until then.
GIVEN_UP = "given up after 48 hours"


def next_attempt(
    attempts: int, *, created_at: datetime, now: datetime, chance: float
) -> datetime | None:
    """When to try again after `attempts` (1 or more) tries, or None when it is too late.

    `chance` (0 to 1) spreads the tries by a tenth to either side, so that a thousand
    messages that were refused together do not come back together.
    """
    wait = _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
    due = now + wait * (1 + _JITTER * (2 * chance - 1))
    late = due > created_at + EXPIRES_AFTER
    return None if late and attempts > len(_WAITS) else due


def too_far(now: datetime) -> datetime:
    """What is due after this was put off by a clock that has been set back since."""
    return now + FURTHEST


def first_tried(attempts: int, now: datetime) -> datetime:
    """About when the first of `attempts` tries was, when the last is `now`: by the schedule."""
    waits = (_WAITS[min(n, len(_WAITS) - 1)] for n in range(attempts - 1))
    return now - sum(waits, timedelta())
