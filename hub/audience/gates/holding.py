"""Sign-ups that wait for the owner: kept for two weeks, never mailed meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from hub import addresses, limits
from hub.audience.gates import rules, store
from hub.audience.gates.model import Reason
from hub.audience.model import ConsentText, Wish
from hub.db import Transaction

_DAY = 86_400.0


def hold(
    tx: Transaction,
    wish: Wish,
    consent: ConsentText,
    *,
    form_url: str,
    invitation: str,
    reasons: Iterable[Reason],
    now: datetime,
) -> None:
    """Keep a sign-up for the owner; of one address the last counts. What comes beside the
    thousand of a day is not kept: nobody would look through it."""
    email_key = addresses.key(wish.email)
    most = rules.HELD_PER_DAY
    if store.is_held(tx, email_key) or limits.take(
        tx, "held", capacity=most, per_seconds=_DAY, now=now
    ):
        store.hold(
            tx,
            wish,
            email_key,
            consent,
            form_url=form_url,
            invitation=invitation,
            reasons=reasons,
            now=now,
        )


def forget_old(tx: Transaction, now: datetime) -> int:
    """Forget what nobody let through within two weeks; how many."""
    return store.drop_old(tx, before=now - rules.HELD_KEPT)
