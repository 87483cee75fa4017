"""What the owner does with an edition that is on its way: pause, resume, cancel, retry."""

from datetime import datetime

from hub import journal
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_, Word
from hub.newsletter import deliveries, editions, ledger, letter_store, telling, undoing
from hub.newsletter.model import Edition, Retry
from hub.site import store as sites
from hub.site.model import Site

BY_OWNER = "paused by the owner"
CANCELLED = "cancelled by the owner"
GIVEN_BACK = "before anything was sent"


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
    _log(tx, "paused", edition)
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


def resume(tx: Transaction, edition_id: int, *, now: datetime) -> Edition:
    """Go on sending. Refused when the edition is not paused."""
    edition = _edition(tx, edition_id)
    _refuse_cancelled(edition)
    if edition.status != "paused":
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to resume."),
            id=edition.id,
            status=Word(edition.status),
        )
    # Queueing goes on where it stopped, and sets the edition to sending at its end.
    editions.set_status(tx, edition.id, "planned", reason="", finished_at=None)
    _log(tx, "resumed", edition)
    telling.no_longer_paused(tx, edition.id, now=now)
    return _edition(tx, edition_id)


def cancel(tx: Transaction, edition_id: int, *, now: datetime) -> Edition:
    """Stop an edition for good. Refused when it is over.

    When nothing of it has left yet, its posts and intro go back and belong in the next edition (a
    letter is a draft again; an article of its own stays called off). Of what waits, a batch is
    cleared (see `sweep`); the worker clears the rest.
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
    if untouched:
        undoing.give_back(tx, edition, now=now)
    if untouched and edition.stream == "letter":
        letter_store.reopen(tx, edition_id, now=now)
        reason += f" {GIVEN_BACK}; the letter is a draft again"
    # An article of its own would go out again at once: its edition is what was called off.
    elif untouched and edition.stream != "each" and ledger.release(tx, edition_id):
        reason += f" {GIVEN_BACK}; its articles are in the next one"
    elif waiting:
        reason += f" while {waiting} were waiting"
    editions.set_status(tx, edition.id, "cancelled", reason=reason, finished_at=now)
    sweep(tx, edition.id, now=now)
    _log(tx, "cancelled", edition)
    telling.no_longer_paused(tx, edition.id, now=now)
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
    _refuse_resting(_edition(tx, edition_id))
    found = deliveries.retriable(tx, edition_id)
    if not found.queued:
        raise _nothing_failed(edition_id)
    return found


def retry(
    tx: Transaction,
    edition_id: int,
    *,
    now: datetime,
    asked: datetime | None = None,
    with_unknown: bool = True,
) -> Retry:
    """Send again to exactly those whose mail failed, if they are still active; to those whose mail
    may have arrived only `with_unknown`. What was found is given back.

    Refused as `retriable` is, and where all of it was tried again after `asked`, when the owner
    looked at it: who presses twice, or in two windows, mails nobody twice.
    """
    edition = _edition(tx, edition_id)
    _refuse_resting(edition)
    found = deliveries.retriable(tx, edition_id)
    if not deliveries.retry(tx, edition_id, now=now, asked=asked, with_unknown=with_unknown):
        counts = editions.counts(tx, edition_id)
        again = counts.queued + counts.claimed + (found.queued if with_unknown else found.failed)
        if asked and again:
            raise Refused(
                N_(
                    "All of these were tried again since you opened the page. Look at what came of"
                    " it first."
                )
            )
        raise _only_unknown() if found.unknown else _nothing_failed(edition_id)
    _log(tx, "retried", edition)
    if edition.status == "sent":
        editions.set_status(tx, edition_id, "sending", reason="", finished_at=None)
    return found


def chosen(tx: Transaction, edition_id: int | None, *statuses: str) -> int:
    """The edition that was named, else the newest in one of `statuses`. Refused without one."""
    if edition_id is not None:
        return edition_id
    newest = editions.newest_with_status(tx, *statuses)
    if newest is None:
        last = editions.newest(tx, 1)
        if not last:
            raise Refused(N_("There is no edition yet."))
        raise Refused(
            N_(
                "No edition is %(statuses)s; the newest, %(id)s, is %(status)s. `hub newsletter"
                " status` lists them all."
            ),
            statuses=" / ".join(statuses),
            id=last[0].edition.id,
            status=Word(last[0].edition.status),
        )
    return newest


def _refuse_cancelled(edition: Edition) -> None:
    """Say what a cancelled edition leaves to be done: nothing of it, but its articles may be."""
    if edition.status != "cancelled":
        return
    if GIVEN_BACK in edition.reason:
        raise Refused(
            N_(
                "Edition %(id)s was cancelled before anything of it was sent, and cannot go on."
                " What was in it waits for the next one: send that."
            ),
            id=edition.id,
        )
    raise Refused(
        N_(
            "Edition %(id)s was cancelled for good: who has it keeps it, and nobody else gets it."
            " Its articles are on the site; write a letter to send something in its place."
        ),
        id=edition.id,
    )


def _refuse_resting(edition: Edition) -> None:
    """Nothing of it can be sent again: it was not sent, or is called off."""
    _refuse_cancelled(edition)
    if edition.status not in ("sending", "paused", "sent"):
        raise Refused(
            N_("Edition %(id)s is %(status)s, so there is nothing to retry."),
            id=edition.id,
            status=Word(edition.status),
        )


def _nothing_failed(edition_id: int) -> Refused:
    text = N_("Edition %(id)s has nothing to retry: no mail failed to a reader still active.")
    return Refused(text, id=edition_id)


def _only_unknown() -> Refused:
    text = N_("Each mail that is left may have arrived. Tick that you want them sent again.")
    return Refused(text, field="unknown")


def _log(tx: Transaction, deed: str, edition: Edition) -> None:
    journal.note(tx, "newsletter", deed, subject=edition.subject, number=edition.id)


def _edition(tx: Transaction, edition_id: int) -> Edition:
    edition = editions.get(tx, edition_id)
    if edition is None:
        raise NotFound(N_("There is no edition %(id)s."), id=edition_id)
    return edition
