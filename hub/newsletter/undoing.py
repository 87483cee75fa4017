"""A minute to think again: an edition that was sent from the desk starts a little later, and
until then can be taken back as if it had never been made."""

from datetime import datetime, timedelta

from hub import journal
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_
from hub.newsletter import editions, holds, intros, ledger, letter_store, places
from hub.newsletter.model import Edition

UNDO = timedelta(minutes=1)


def is_held(edition: Edition, now: datetime) -> bool:
    """Whether an edition waits for its start; one further away than it can be does not: the
    clock was set back."""
    return edition.starts_at is not None and now < edition.starts_at <= now + UNDO


def can_undo(edition: Edition) -> bool:
    """Whether nothing of it has been queued, although it may be late."""
    return (
        edition.starts_at is not None
        and edition.status in ("planned", "paused")
        and edition.queued_up_to == 0
    )


def undo(tx: Transaction, edition_id: int, *, by: str, now: datetime) -> Edition:
    """Take an edition back; as it was. Raises Refused when it has begun to go out.

    Its articles and its intro wait for the next one again, a letter is a draft again. An article of
    its own would go out again at once, so it is held back, in the name of `by`.
    """
    edition = editions.get(tx, edition_id)
    if edition is None:
        raise NotFound(N_("There is no edition %(id)s."), id=edition_id)
    if not can_undo(edition):
        raise Refused(
            N_("It has begun to go out, so it cannot be undone. Pause it or cancel it instead.")
        )
    if edition.stream == "each":
        for post_id in ledger.post_ids(tx, edition_id):
            holds.put(tx, "each", post_id, by=by, now=now)
    if edition.stream == "letter":
        letter_store.reopen(tx, edition_id, now=now)
    give_back(tx, edition, now=now)
    editions.delete(tx, edition_id)
    journal.note(tx, "newsletter", "undone", subject=edition.subject)
    return edition


def give_back(tx: Transaction, edition: Edition, *, now: datetime) -> None:
    """What its owner wrote and arranged for an edition that nobody got is the next one's again."""
    intros.give_back(tx, edition.stream, edition.id, now=now)
    if edition.stream in ("weekly", "monthly"):
        places.give_back(tx, edition.stream, edition.id)
