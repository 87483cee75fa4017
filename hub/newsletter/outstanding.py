"""The readers of an edition one by one: who waits for another try, who did not get it, and whose
mail server refused it in a way that stopped the whole edition."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.errors import Refused
from hub.i18n import N_
from hub.mail import verdicts

STATES = ("deferred", "failed", "unknown")
MOST_REFUSING = 50
# The conditions of the partial indexes, word for word.
_OF_STATE = {
    "deferred": "d.state = 'deferred'",
    "failed": "d.state = 'failed' AND d.state IN ('failed', 'unknown')",
    "unknown": "d.state = 'unknown' AND d.state IN ('failed', 'unknown')",
}
# What may name the sender (hub/mail/verdicts.py decides).
_SUSPECT = (
    "(d.reply LIKE '%5.5.%' OR d.reply LIKE '%5.6.%' OR d.reply LIKE '%5.7.%'"
    " OR d.reply LIKE '%5.1.7%' OR d.reply LIKE '%5.1.8%'"
    " OR d.code IN (530, 534, 535, 538))"
)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A mail that has not arrived. `email` is None when its reader was erased; `due_at` is the
    next try of one that was deferred; `relay` names the one it was handed to, if it was."""

    subscriber_id: int
    email: str | None
    state: str
    code: int | None
    reply: str
    relay: str
    due_at: datetime
    attempts: int
    left_out: bool


_SELECT = (
    "SELECT d.subscriber_id, s.email, d.state, d.code, d.reply, coalesce(r.name, '') AS relay,"
    " d.due_at, d.attempts, CASE WHEN o.subscriber_id IS NULL THEN 0 ELSE 1 END AS left_out"
    " FROM deliveries AS d LEFT JOIN subscribers AS s ON s.id = d.subscriber_id"
    " LEFT JOIN relays AS r ON r.id = d.relay_id LEFT JOIN edition_left_out AS o"
    " ON o.edition_id = d.edition_id AND o.subscriber_id = d.subscriber_id"
    " WHERE d.edition_id = :id"
)


def page(
    tx: Transaction, edition_id: int, state: str, *, after: int, limit: int
) -> list[Outstanding]:
    """Up to `limit` deliveries in one of STATES, by the reader's number, from above `after`."""
    return tx.all(
        Outstanding,
        f"{_SELECT} AND d.subscriber_id IN (SELECT d.subscriber_id FROM deliveries AS d"
        f" WHERE d.edition_id = :id AND {_OF_STATE[state]} AND d.subscriber_id > :after"
        " ORDER BY d.subscriber_id LIMIT :limit) ORDER BY d.subscriber_id",
        id=edition_id,
        after=after,
        limit=limit,
    )


def refusing(tx: Transaction, edition_id: int) -> list[Outstanding]:
    """Readers whose mail server blamed the sender, which stops an edition: the first of them.

    Those that were left out already are not among them.
    """
    found = tx.all(
        Outstanding,
        f"{_SELECT} AND {_OF_STATE['failed']} AND {_SUSPECT} AND o.subscriber_id IS NULL"
        " ORDER BY d.subscriber_id LIMIT :limit",
        id=edition_id,
        limit=MOST_REFUSING,
    )
    return [
        one
        for one in found
        if one.code is not None and verdicts.verdict(one.code, one.reply) == "sender"
    ]


def leave_out(
    tx: Transaction, edition_id: int, subscriber_ids: Iterable[int], *, now: datetime
) -> int:
    """These readers do not get the edition, whatever is sent again; how many are left out now.

    Raises Refused when none of them is among those whose server refused it.
    """
    names, ids = in_list("reader", sorted(set(subscriber_ids)))
    number = tx.execute(
        "INSERT INTO edition_left_out (edition_id, subscriber_id, left_out_at)"
        " SELECT d.edition_id, d.subscriber_id, CAST(:now AS text) FROM deliveries AS d"
        f" WHERE d.edition_id = :id AND d.subscriber_id IN {names} AND d.state = 'failed'"
        " ON CONFLICT (edition_id, subscriber_id) DO NOTHING",
        id=edition_id,
        now=now,
        **ids,
    )
    if not number:
        raise Refused(N_("None of these readers can be left out any more."))
    return number
