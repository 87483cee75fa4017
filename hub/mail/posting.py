"""The lane of mails to one person: they never wait behind a newsletter."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub import logs
from hub.db import Database, Transaction
from hub.errors import HubError, Unavailable
from hub.mail import headers, message, queue, retrying, sent
from hub.mail.model import (
    Composer,
    Envelope,
    Mailer,
    Outcome,
    QueuedMail,
    RelayAway,
    RelayFull,
    RelayRefuses,
    Render,
)
from hub.mail.verp import ReturnPaths
from hub.site.model import Site
from hub.tokens import Signer

_BATCH = 20
_AWAY_SECONDS = 0.25

# The site as it is, and the renderer of its mail templates.
LoadSite = Callable[[Transaction], tuple[Site, Render]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What writing a letter takes."""

    signer: Signer
    composers: Mapping[str, Composer]
    load_site: LoadSite


class _Written(NamedTuple):
    mail: QueuedMail
    envelope: Envelope | None
    outcome: Outcome | None  # known already: a letter that cannot be written


class LetterLane:
    """Claims queued mails, writes them and hands them over. `chance` gives 0 to 1."""

    def __init__(
        self, db: Database, desk: Desk, mailer: Mailer, *, chance: Callable[[], float]
    ) -> None:
        self._db = db
        self._desk = desk
        self._mailer = mailer
        self._chance = chance
        # Whether the database may have claimed more for this worker than it was told.
        self._doubtful = False
        self.trouble = ""

    async def work(self, worker_id: int, now: datetime) -> bool:
        """Send one batch of what is due at `now`; whether there was any."""
        try:
            written = await asyncio.to_thread(self._claim, worker_id, now)
        except Unavailable:
            self._doubtful = True
            raise
        if not written:
            return False
        outcomes = {w.mail.id: w.outcome for w in written if w.outcome is not None}
        envelopes = [w.envelope for w in written if w.envelope is not None]

        def done(envelope: Envelope, outcome: Outcome | None) -> None:
            if outcome is None:
                envelopes.insert(0, envelope)
            else:
                assert isinstance(envelope.key, int)
                outcomes[envelope.key] = outcome

        try:
            await self._send(envelopes, done)
            self.trouble = ""
        except RelayFull:
            # Not for long, and no letter's fault: they go back as they are, for a moment later.
            await asyncio.sleep(_AWAY_SECONDS)
        except (RelayAway, RelayRefuses) as error:
            self.trouble = str(error)
            logs.warning("mail.put_off", mails=len(envelopes), reason=str(error))
            for envelope in list(envelopes):
                done(envelope, Outcome("deferred", None, str(error)))
        finally:
            await self._write_down(worker_id, written, outcomes, now)
        return True

    async def _write_down(
        self,
        worker_id: int,
        written: list[_Written],
        outcomes: Mapping[int, Outcome],
        now: datetime,
    ) -> None:
        """Record what was sent, however long the database is away: else it would go out twice."""
        while True:
            try:
                await asyncio.to_thread(self._record, worker_id, written, outcomes, now)
            except Unavailable:
                await asyncio.sleep(_AWAY_SECONDS)
            else:
                return

    async def _send(
        self, envelopes: list[Envelope], done: Callable[[Envelope, Outcome | None], None]
    ) -> None:
        while envelopes:
            connection = await self._mailer.connect()
            try:
                await connection.deliver(
                    envelopes.pop(0), lambda: envelopes.pop(0) if envelopes else None, done
                )
            finally:
                await connection.close()

    def _claim(self, worker_id: int, now: datetime) -> list[_Written]:
        with self._db.read() as tx:
            if not (self._doubtful or queue.is_due(tx, now)):
                return []
        with self._db.write() as tx:
            if self._doubtful:
                # Claimed by a commit whose answer was lost with the database; not in hand.
                queue.give_back_all(tx, worker_id, now=now)
            mails = queue.claim(tx, worker_id, now=now, limit=_BATCH)
        with self._db.read() as tx:
            site, render = self._desk.load_site(tx)
            self._doubtful = False
            return [self._write(tx, mail, site, render) for mail in mails]

    def _write(self, tx: Transaction, mail: QueuedMail, site: Site, render: Render) -> _Written:
        composer = self._desk.composers.get(mail.kind)
        if composer is None:
            return _Written(mail, None, Outcome("failed", None, f"no letter of kind {mail.kind}"))
        try:
            letter = composer(tx, mail, site=site, signer=self._desk.signer, render=render)
            if letter is None:
                return _Written(mail, None, None)
            content = message.written(
                letter,
                site=site,
                recipient=mail.recipient,
                number=mail.id,
                key=self._desk.signer.derive("message id"),
                created_at=mail.created_at,
            )
        except Unavailable:
            # The database went away, which is nothing about this letter.
            raise
        except HubError as error:
            logs.warning("mail.not_written", id=mail.id, kind=mail.kind, reason=str(error))
            return _Written(mail, None, Outcome("deferred", None, str(error)))
        except Exception as error:  # noqa: BLE001  # one letter must not stop the others
            logs.failure("mail.not_written", id=mail.id, kind=mail.kind)
            return _Written(mail, None, Outcome("deferred", None, type(error).__name__))
        sender = headers.ascii_domain_of(site.from_email)
        if site.bounce_address:
            sender = ReturnPaths(self._desk.signer).maker(site.bounce_address)(0, mail.id)
        recipient = headers.ascii_domain_of(mail.recipient)
        return _Written(mail, Envelope(mail.id, sender, recipient, content), None)

    def _record(
        self,
        worker_id: int,
        written: list[_Written],
        outcomes: Mapping[int, Outcome],
        now: datetime,
    ) -> None:
        with self._db.write() as tx:
            for mail, envelope, _ in written:
                outcome = outcomes.get(mail.id)
                if outcome is None and envelope is None:
                    queue.drop(tx, worker_id, mail.id)
                    continue
                state, reply, due_at = _next_state(mail, outcome, now, self._chance())
                queue.record(
                    tx,
                    worker_id,
                    mail.id,
                    state=state,
                    reply=reply[:500],
                    due_at=due_at,
                    now=now,
                    relay=outcome.relay if outcome else "",
                )
            sent.count(tx, sum(_left(w, outcomes) for w in written), now)


def _left(written: _Written, outcomes: Mapping[int, Outcome]) -> bool:
    """Whether the relay saw this letter: then it counts in the owner's hour and day."""
    outcome = outcomes.get(written.mail.id) if written.envelope else None
    return outcome is not None and (outcome.state != "deferred" or outcome.code is not None)


def _next_state(
    mail: QueuedMail, outcome: Outcome | None, now: datetime, chance: float
) -> tuple[str, str, datetime]:
    if outcome is None:
        return "queued", "", now
    if outcome.state != "deferred":
        return outcome.state, outcome.reply, now
    due_at = retrying.next_attempt(
        mail.attempts, created_at=mail.created_at, now=now, chance=chance
    )
    if due_at is None:
        return "failed", f"{retrying.GIVEN_UP}: {outcome.reply}", now
    return "deferred", outcome.reply, due_at
