"""Telling the owner: a row beside what happened, and the mails that follow, so many a day."""

from datetime import datetime

from hub.db import Transaction
from hub.mail import queue
from hub.notices import rules, store
from hub.notices.model import Facts, Kind
from hub.site.model import Site

# The mail of a notice; `subject_id` is the notice's. hub/admin/letters.py writes it.
MAIL = "notice"
_AT_ONCE = 100


def tell(
    tx: Transaction,
    kind: Kind,
    period: str,
    facts: Facts,
    *,
    site: Site,
    now: datetime,
    subject_id: int | None = None,
) -> None:
    """Write a notice, unless the owner wants none of its kind; harmless when repeated.

    `period` makes two the same: of those only the first is mailed. Safe beside itself
    (`write(concurrent=True)`).
    """
    choice = rules.choice(site, kind)
    if choice == "off":
        return
    store.put(
        tx,
        kind=kind,
        period=period,
        subject_id=subject_id,
        facts=facts,
        mail="wanted" if choice == "mail" and rules.recipient(site) else "none",
        now=now,
    )


def end(tx: Transaction, kind: Kind, *, now: datetime, subject_id: int | None = None) -> None:
    """What these notices told of is over: they are not new any more, and are not mailed."""
    store.end(tx, kind, subject_id=subject_id, now=now)


def is_due(tx: Transaction, site: Site, now: datetime) -> bool:
    """Whether `post` would queue a mail: a look that takes no lock."""
    today = rules.today(now, site.timezone)
    return store.is_waiting(tx, folded_before=today.begins_at)


def post(tx: Transaction, *, site: Site, now: datetime) -> int:
    """Queue the mails of notices, the day's number at most; how many.

    What is over is folded, and comes in one mail when the next day begins. One writer at a
    time: the number is exact with several workers.
    """
    today = rules.today(now, site.timezone)
    before = store.mailed_between(tx, today.begins_at, today.ends_at)
    mailed = before
    if mailed < site.notice_limit and store.has_folded(tx, before=today.begins_at):
        digest_id = store.put_digest(tx, period=today.name, now=now)
        if digest_id is not None:
            store.fold_into(tx, digest_id, before=today.begins_at)
            _queue(tx, digest_id, site, now)
            mailed += 1
    for notice in store.wanted(tx, limit=_AT_ONCE):
        if mailed < rules.room(notice.kind, site.notice_limit):
            store.set_queued(tx, notice.id, now)
            _queue(tx, notice.id, site, now)
            mailed += 1
        else:
            store.set_folded(tx, notice.id)
    return mailed - before


def purge(tx: Transaction, now: datetime) -> int:
    """Forget notices of more than 90 days ago; how many."""
    return store.purge(tx, before=now - rules.KEPT)


def _queue(tx: Transaction, notice_id: int, site: Site, now: datetime) -> None:
    queue.put(
        tx,
        kind=MAIL,
        subject_id=notice_id,
        recipient=rules.recipient(site),
        language=site.language,
        now=now,
    )
