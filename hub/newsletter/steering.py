"""What the owner does with an edition that is on its way: pause, resume, cancel, retry."""

from datetime import datetime

from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_, Word
from hub.newsletter import deliveries, editions, ledger, telling
from hub.newsletter.model import Edition, Retry
from hub.site import store as sites
from hub.site.model import Site

BY_OWNER = "paused by the owner"
CANCELLED = "cancelled by the owner"


def pause(tx: Transaction, edition_id: int, *, reason: str = BY_OWNER) -> Edition:
    """Stop sending; what is in flight arrives. Refused when there is nothing to stop."""
    edition = _edition(tx, edition_id)
    if edition.status not in ("planned", "sending"):
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to pause."),
            id=edition.id,
            status=Word(edition.status),
        )
    editions.set_status(tx, edition.id, "paused", reason=reason, finished_at=None)
    return _edition(tx, edition_id)


def stop(tx: Transaction, edition_id: int, *, reason: str, site: Site, now: datetime) -> bool:
    """Pause for a reason that only the owner can mend, and tell them.

    False, and nothing told, for an edition that is paused or over already.
    """
    edition = editions.get(tx, edition_id)
    if edition is None or edition.status not in ("planned", "sending"):
        return False
    pause(tx, edition_id, reason=reason)
    telling.paused(tx, edition, reason=reason, site=site, now=now)
    return True


def resume(tx: Transaction, edition_id: int) -> Edition:
    """Go on sending. Refused when the edition is not paused."""
    edition = _edition(tx, edition_id)
    if edition.status != "paused":
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to resume."),
            id=edition.id,
            status=Word(edition.status),
        )
    # Queueing goes on where it stopped, and sets the edition to sending at its end.
    editions.set_status(tx, edition.id, "planned", reason="", finished_at=None)
    return _edition(tx, edition_id)


def cancel(tx: Transaction, edition_id: int, *, now: datetime) -> Edition:
    """Stop an edition for good. Refused when it is over.

    When nothing of it has left yet, its posts go back and belong in the next edition. Of what
    waits, a batch is cleared (see `sweep`); the worker clears the rest.
    """
    edition = _edition(tx, edition_id)
    if edition.status not in ("planned", "sending", "paused"):
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to cancel."),
            id=edition.id,
            status=Word(edition.status),
        )
    counts = editions.counts(tx, edition_id)
    untouched = not (counts.accepted or counts.unknown or counts.claimed)
    waiting = counts.queued + counts.deferred
    reason = CANCELLED
    if untouched and ledger.release(tx, edition_id):
        reason += " before anything was sent; its articles are in the next one"
    elif waiting:
        reason += f" while {waiting} were waiting"
    editions.set_status(tx, edition.id, "cancelled", reason=reason, finished_at=now)
    sweep(tx, edition.id, now=now)
    tx.site_changed()
    edition = _edition(tx, edition_id)
    telling.cancelled(tx, edition, site=sites.load(tx), now=now)
    return edition


def sweep(tx: Transaction, edition_id: int, *, now: datetime) -> int:
    """Clear a batch of what still waited in a cancelled edition; how many, 0 at the end.

    What was never tried is not a mail that anybody waits for, so it goes; what a server put
    off has failed, with what the server said.
    """
    return deliveries.drop_queued(tx, edition_id) or deliveries.fail_deferred(
        tx, edition_id, reason=CANCELLED, now=now
    )


def unswept(tx: Transaction) -> list[int]:
    """Cancelled editions in which something still waits (or does again: it was in flight)."""
    return tx.all(
        int,
        "SELECT e.id FROM editions AS e JOIN edition_counts AS c ON c.edition_id = e.id"
        " WHERE e.status = 'cancelled' AND c.queued + c.deferred > 0",
    )


def retriable(tx: Transaction, edition_id: int) -> Retry:
    """Whom `retry` would send to. Refused when that is nobody, or the edition is not on its way."""
    edition = _edition(tx, edition_id)
    if edition.status not in ("sending", "paused", "sent"):
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to retry."),
            id=edition.id,
            status=Word(edition.status),
        )
    found = deliveries.retriable(tx, edition_id)
    if not found.queued:
        raise Refused(
            N_("Edition %(id)s has nothing to retry: no mail failed to a reader still active."),
            id=edition.id,
        )
    return found


def retry(tx: Transaction, edition_id: int, *, now: datetime) -> Retry:
    """Send again to exactly those whose mail failed or is unknown, if they are still active.

    Refused as `retriable` is.
    """
    found = retriable(tx, edition_id)
    deliveries.retry(tx, edition_id, now=now)
    if _edition(tx, edition_id).status == "sent":
        editions.set_status(tx, edition_id, "sending", reason="", finished_at=None)
    return found


def chosen(tx: Transaction, edition_id: int | None, *statuses: str) -> int:
    """The edition that was named, else the newest in one of `statuses`. Refused without one."""
    if edition_id is not None:
        return edition_id
    newest = editions.newest_with_status(tx, *statuses)
    if newest is None:
        wanted = " / ".join(statuses)
        raise Refused(N_("There is no edition to do this to (%(statuses)s)."), statuses=wanted)
    return newest


def _edition(tx: Transaction, edition_id: int) -> Edition:
    edition = editions.get(tx, edition_id)
    if edition is None:
        raise NotFound(N_("There is no edition %(id)s."), id=edition_id)
    return edition
