"""The owner lets mail go again to an address that bounced or complained, and says why."""

from datetime import datetime

from hub.audience import membership
from hub.audience.model import Subscriber
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.newsletter.returns import store
from hub.newsletter.returns.model import LIFTED
from hub.times import to_text

LONGEST_REASON = 500


def lift(tx: Transaction, subscriber: Subscriber, *, reason: str, now: datetime) -> Subscriber:
    """Who bounced is active again. Who complained may sign up again, and only they can.

    Raises Refused without a reason, Conflict for anybody else.
    """
    reason = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
    if not reason:
        raise Refused(N_("Say why mail may go there again."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(N_("At most %(longest)s characters."), field="reason", longest=LONGEST_REASON)
    lifted = membership.lift(tx, subscriber)
    store.add(
        tx,
        event_id=f"owner {subscriber.id} {to_text(now)}",
        subscriber_id=subscriber.id,
        edition_id=None,
        kind=LIFTED,
        code="",
        text=reason,
        source="owner",
        now=now,
    )
    return lifted
