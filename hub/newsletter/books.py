"""What the sending lane knows and writes: claims, readers, results. Blocking; run in threads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub import logs
from hub.audience import suppression
from hub.db import Database, Transaction
from hub.mail import headers
from hub.mail.verp import ReturnPaths
from hub.newsletter import bouncing, claiming, deliveries, editions, steering, telling
from hub.newsletter.deliveries import Result
from hub.newsletter.model import ClaimedDelivery
from hub.newsletter.slots import Personaliser
from hub.site.model import Site
from hub.tokens import Signer

Key = tuple[int, int]
SUPPRESSED = "suppressed"
_OPEN_EDITIONS = 16


@dataclass(frozen=True, slots=True)
class _OpenEdition:
    made_at: datetime
    personaliser: Personaliser


class Books:
    """The database as the lane sees it; keeps the mails of the editions that are being sent."""

    def __init__(
        self, db: Database, signer: Signer, load_site: Callable[[Transaction], Site]
    ) -> None:
        self._db = db
        self._signer = signer
        self._load_site = load_site
        self._open: dict[int, _OpenEdition] = {}
        # Whether the last claim found something, so that the next is made without a look.
        self._flowing = False
        self._bookmark = claiming.Bookmark()
        self._paths = ReturnPaths(signer)
        self.sender: Callable[[int, int], str] = lambda _edition, _reader: ""

    def claim(
        self, worker_id: int, *, now: datetime, limit: int, turns: bool = False
    ) -> list[ClaimedDelivery]:
        """Deliveries that are due, claimed for this worker, with their readers as they are.

        With `turns`, only those that were put off until the turn of their domain.
        """
        if turns or not self._flowing:
            # A look that takes no lock, and what need not be new for every claim.
            with self._db.read() as tx:
                if not (claiming.has_turn(tx, now) if turns else claiming.is_due(tx, now)):
                    return []
                self._read_sender(tx)
        # What is recorded of a claim is durable and takes it along. A claim that was forgotten
        # with this process is as good as one that was given back.
        with self._db.write(concurrent=True, durable=False) as tx:
            found = claiming.claim(
                tx, worker_id, now=now, limit=limit, turns=turns, bookmark=self._bookmark
            )
            claimed = _marked(tx, found)
            if claimed:
                self._open_edition(tx, claimed[0].edition_id)
        if not turns:
            self._flowing = bool(claimed)
        return claimed

    def personaliser(self, edition_id: int) -> Personaliser:
        return self._open[edition_id].personaliser

    def made_at(self, edition_id: int) -> datetime:
        return self._open[edition_id].made_at

    def unwelcome(self, delivery: ClaimedDelivery) -> str:
        """Why this reader gets no mail after all; empty when they do."""
        if delivery.email is None:
            return "the reader was erased before it was sent"
        if delivery.status != "active":
            return f"the reader was {delivery.status} before it was sent"
        return ""

    def renewed(
        self, worker_id: int, waiting: Sequence[ClaimedDelivery]
    ) -> dict[Key, ClaimedDelivery]:
        """Those that this worker still holds, with their readers as they are now."""
        with self._db.read() as tx:
            self._read_sender(tx)
            fresh: list[ClaimedDelivery] = []
            for edition_id in {delivery.edition_id for delivery in waiting}:
                some = [delivery for delivery in waiting if delivery.edition_id == edition_id]
                fresh += claiming.renewed(tx, worker_id, some)
            return {(d.edition_id, d.subscriber_id): d for d in _marked(tx, fresh)}

    def stopped(self) -> set[int]:
        """Editions that were being sent and are not any more: paused or cancelled."""
        with self._db.read() as tx:
            sending = {edition.id for edition in editions.with_status(tx, "sending")}
        return set(self._open) - sending

    def record(self, worker_id: int, results: Sequence[Result], *, now: datetime) -> None:
        """Write results down with what follows from them, and close editions that are complete."""
        with self._db.write(concurrent=True) as tx:
            bounced = bouncing.follow(tx, results, now=now)
            deliveries.record(tx, worker_id, results)
            for edition_id in {result.edition_id for result in results}:
                if editions.finish(tx, edition_id, now):
                    telling.sent(tx, edition_id, site=self._load_site(tx), now=now)
                    counts = editions.counts(tx, edition_id)
                    logs.event(
                        "edition.sent",
                        id=edition_id,
                        accepted=counts.accepted,
                        failed=counts.failed,
                        unknown=counts.unknown,
                    )
        if bounced:
            logs.event("readers.bounced", number=bounced)

    def give_back(self, worker_id: int, *, now: datetime) -> None:
        """Queue again whatever this worker holds."""
        with self._db.write() as tx:
            claiming.give_back_all(tx, worker_id, now=now)

    def pause(self, reasons: Mapping[int, str], *, now: datetime) -> None:
        """Pause editions, each for a reason that only the owner can mend, and tell the owner."""
        with self._db.write() as tx:
            paused = [
                edition_id
                for edition_id, reason in reasons.items()
                if steering.stop(tx, edition_id, reason=reason, site=self._load_site(tx), now=now)
            ]
        for edition_id in paused:
            logs.warning("edition.paused", id=edition_id)

    def _read_sender(self, tx: Transaction) -> None:
        site = self._load_site(tx)
        plain = headers.ascii_domain_of(site.from_email)
        self.sender = (
            self._paths.maker(site.bounce_address)
            if site.bounce_address
            else lambda _edition, _reader: plain
        )

    def _open_edition(self, tx: Transaction, edition_id: int) -> None:
        if edition_id in self._open:
            return
        while len(self._open) >= _OPEN_EDITIONS:
            self._open.pop(min(self._open))
        edition = editions.get(tx, edition_id)
        assert edition is not None
        self._open[edition_id] = _OpenEdition(
            edition.created_at,
            Personaliser(edition, editions.mails(tx, edition_id), self._signer),
        )


def _marked(tx: Transaction, some: Sequence[ClaimedDelivery]) -> list[ClaimedDelivery]:
    """The deliveries, those to suppressed addresses with that as their reader's status."""
    barred = suppression.among(
        tx, [d.email_key for d in some if d.email_key is not None and d.status == "active"]
    )
    if not barred:
        return list(some)
    return [replace(d, status=SUPPRESSED) if d.email_key in barred else d for d in some]
