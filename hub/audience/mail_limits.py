"""How often mail that somebody asked for goes to one address, whichever way they ask.

Kept in the buckets of hub/limits.py under keyed hashes: an address that is not on the list leaves
no trace that could be read, and it is forgotten after two days.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from hub import limits
from hub.audience import rules
from hub.db import Transaction
from hub.site import secret_keys
from hub.tokens import KeyedHash

KEY_NAME = "mail limits"
_DAY = 86_400

# confirmation: to sign up, or for another address. page: "send me my link". data, erase: from the
# reader's own page, where a link that came too late may be asked for again.
Kind = Literal["confirmation", "page", "data", "erase"]
A_DAY: dict[Kind, int] = {"confirmation": 1, "page": 1, "data": 3, "erase": 3}


def may_confirm(
    tx: Transaction, email_key: str, asked_at: Sequence[datetime], now: datetime
) -> bool:
    """Whether a confirmation may go to an address that got some at these times; it counts then.

    One a day by all ways together, three in 30 days.
    """
    return rules.may_mail(asked_at, now) and take(tx, "confirmation", email_key, now)


def take(tx: Transaction, kind: Kind, email_key: str, now: datetime) -> bool:
    """Whether one more mail of that kind may go to an address today; it counts then."""
    return limits.take(
        tx, _bucket(tx, kind, email_key), capacity=A_DAY[kind], per_seconds=_DAY, now=now
    )


def forget(tx: Transaction, email_key: str) -> None:
    """Who is erased leaves no trace here either: a new sign-up of their own is answered."""
    for kind in A_DAY:
        limits.forget(tx, _bucket(tx, kind, email_key))


def _bucket(tx: Transaction, kind: Kind, email_key: str) -> str:
    return f"{kind} {KeyedHash(secret_keys.key(tx, KEY_NAME)).digest(email_key.encode()).hex()}"
