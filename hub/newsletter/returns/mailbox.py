"""Reads the mailbox that undeliverable mail comes back to, once a minute, beside all other work.

What proves itself by a token of ours is taken, together with how far the mailbox was read: a
crash repeats nothing, and what it repeats is folded. The message is marked as seen afterwards.
What people wrote stays as it is, for the owner to read.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from hub import logs
from hub.db import Database, Transaction
from hub.mail import returned
from hub.mail.imap import Fetched, Mailbox, MailboxAway
from hub.mail.returned import Returned, Unreadable
from hub.newsletter import troubles
from hub.newsletter.returns import store, taking
from hub.newsletter.returns.model import BoxState, Report
from hub.settings import ImapBox
from hub.site.model import Site
from hub.tokens import Signer

EVERY = timedelta(seconds=60)
# Larger ones are not looked into: a report carries the mail that it is about, and no more.
LARGEST = 10_000_000
# How many are read before the worker is asked whether to stop, and for how long at most.
_MOST = 200
_SECONDS = 60.0

# What became of a message: dealt with, left for a person, or not looked into.
_Fate = Literal["done", "left"]


class MailboxReader:
    """Reads one mailbox, or none when `box` is None. `steady` is a monotonic clock in seconds."""

    def __init__(
        self,
        db: Database,
        box: ImapBox | None,
        signer: Signer,
        load_site: Callable[[Transaction], Site],
        *,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._box = box
        self._signer = signer
        self._load_site = load_site
        self._steady = steady
        self._next = steady()
        self.trouble = ""

    async def work(
        self, now: datetime, stopping: asyncio.Event | None = None, *, at_once: bool = False
    ) -> bool:
        """Read what is new, when it is time (or `at_once`); whether anything was dealt with."""
        if self._box is None or not (at_once or self._steady() >= self._next):
            return False
        self._next = self._steady() + EVERY.total_seconds()
        stop = stopping.is_set if stopping else lambda: False
        return await asyncio.to_thread(self._work, self._box, now, stop, at_once)

    def _work(self, box: ImapBox, now: datetime, stop: Callable[[], bool], at_once: bool) -> bool:
        if not at_once:
            with self._db.read() as tx:
                if not store.box_is_due(tx, box.name, now):
                    return False
        with self._db.write() as tx:
            state = store.take_turn(tx, box.name, next_at=now + EVERY)
        fates: Counter[str] = Counter()
        try:
            with Mailbox(box) as mailbox:
                self._read(mailbox, box, state, fates, now, stop)
            self.trouble = ""
        except MailboxAway as error:
            self.trouble = str(error)
            logs.warning("mailbox.away", reason=self.trouble)
        self._note_trouble(now)
        if fates:
            logs.event("mailbox.read", **fates)
        return fates.total() > fates["left"]

    def _read(
        self,
        mailbox: Mailbox,
        box: ImapBox,
        state: BoxState,
        fates: Counter[str],
        now: datetime,
        stop: Callable[[], bool],
    ) -> None:
        validity = mailbox.uid_validity
        # The server counts anew: everything is looked at again, and what is known is folded.
        uid = state.last_uid if state.uid_validity == validity else 0
        until = self._steady() + _SECONDS
        new = mailbox.after(uid)
        for uid in new[:_MOST]:
            if stop() or self._steady() > until:
                return
            fetched = mailbox.fetch(uid)
            found = _taken_apart(uid, fetched)
            with self._db.write() as tx:
                fate = self._take(tx, found, fates, now)
                store.mark(
                    tx, box.name, uid_validity=validity, uid=uid, replies=int(fate == "left")
                )
            if fate == "done":
                mailbox.done(uid)
        if len(new) > _MOST:
            self._next = self._steady()
            with self._db.write() as tx:
                store.take_turn(tx, box.name, next_at=now)

    def _take(
        self, tx: Transaction, found: Returned | None, fates: Counter[str], now: datetime
    ) -> _Fate:
        if found is None:
            fates["skipped"] += 1
            return "left"
        if found.kind in ("status", "automatic"):
            # No bounce: on its way still, arrived, or somebody is on holiday.
            fates[found.kind] += 1
            return "done"
        if found.kind == "other":
            fates["left"] += 1
            return "left"
        report = Report(
            source="arf" if found.kind == "complaint" else "dsn",
            event_id=found.identity,
            complaint=found.kind == "complaint",
            code=found.code,
            status=found.status,
            text=found.text,
            paths=found.paths,
            link=found.link,
            edition=found.edition,
        )
        became = taking.take(tx, report, signer=self._signer, site=self._load_site(tx), now=now)
        fates[became] += 1
        return "left" if became == "nobody" else "done"

    def _note_trouble(self, now: datetime) -> None:
        with self._db.read() as tx:
            changed = troubles.differs(tx, troubles.MAILBOX, self.trouble)
        if changed:
            with self._db.write() as tx:
                troubles.note(tx, troubles.MAILBOX, self.trouble, now)


def _taken_apart(uid: int, fetched: Fetched | None) -> Returned | None:
    """What the message is; None for one that is not looked into, with the reason in the log."""
    try:
        if fetched is None:
            raise Unreadable("it was taken away meanwhile")
        if fetched.size > LARGEST:
            raise Unreadable(f"it has {fetched.size // 1_000_000} MB")
        return returned.read(fetched.content)
    except Unreadable as error:
        logs.warning("mailbox.skipped", uid=uid, reason=str(error))
        return None
