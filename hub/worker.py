"""The worker: plans what is due, sends, writes down what became of it. Never sleeps in a tick."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from hub import journal, logs
from hub.admin import rounds
from hub.admin.backup_lane import BackupLane
from hub.audience import growth, import_lane, retention
from hub.audience.import_lane import ImportLane
from hub.content import publishing, shelf
from hub.content.link_fetching import Get, LinkReader
from hub.db import Transaction
from hub.errors import HubError, Unavailable
from hub.feeds.websub import Post, Teller
from hub.mail import in_force, mailers, outbox, queue, relays, workers
from hub.mail.following import FollowingMailer, Known
from hub.mail.in_force import Way
from hub.mail.lifeline import Lifeline
from hub.mail.model import Composer, Mailer, Render, Standing
from hub.mail.posting import Desk, LetterLane
from hub.mail.signing import SigningMailer
from hub.net import Fetcher
from hub.newsletter import (
    claiming,
    due,
    editions,
    planning,
    samples,
    steering,
    troubles,
    undoing,
)
from hub.newsletter.books import Books
from hub.newsletter.gate import Gate
from hub.newsletter.planning import Press
from hub.newsletter.returns.mailbox import MailboxReader
from hub.newsletter.sending import Clock, EditionLane
from hub.notices.stumbles import Stumbles
from hub.site import store as sites
from hub.site.model import Site
from hub.web.mailing import renderer
from hub.web.state import Hub

HOUSEKEEPING_SECONDS = 3600.0
TEMPLATE_SECONDS = 60.0
ROUND_SECONDS = 60.0
MAILS_LIVE = timedelta(days=30)

# Called once an hour with an open write transaction.
Housekeeper = Callable[[Transaction, datetime], object]


class Worker:
    """One worker of a hub. `chance` gives 0 to 1, `steady` is a monotonic clock in seconds."""

    def __init__(
        self,
        hub: Hub,
        composers: Mapping[str, Composer],
        *,
        mailer: Mailer | None = None,
        housekeepers: Sequence[Housekeeper] = (),
        chance: Callable[[], float] = random.random,
        steady: Callable[[], float] = time.monotonic,
        connections: int | None = None,
        post: Post | None = None,
        get: Get | None = None,
    ) -> None:
        self._hub = hub
        self._housekeepers = (_purge_mails, self._forget_lists, self._retain, *housekeepers)
        self.lists = ImportLane(hub.db, hub.settings.imports, shelf.topic_slugs)
        self._steady = steady
        self._watch = workers.SilenceWatch()
        self._lifeline = Lifeline(hub.settings.workers)
        self._mark = ""
        self._worker_id: int | None = None
        self._next_housekeeping = steady()
        self._plan_from = steady()
        self._planning_trouble = ""
        self._next_round = steady()
        self.stumbles = Stumbles()
        # How often mail came to go another way, and which one others can read of.
        self.ways = 0
        self._told_way = in_force.as_text(self._way_in_force().names)
        self.stopping = asyncio.Event()
        self.backups = BackupLane(hub.db, hub.settings, self.stopping.is_set)
        way = mailer or FollowingMailer(self._mailer_for, self._way_in_force())
        self._mailer = way
        self._standings: tuple[Standing, ...] = ()
        books = Books(hub.db, hub.signer, self._site)
        self.letters = LetterLane(
            hub.db,
            Desk(hub.signer, composers, self._site_and_render),
            SigningMailer(mailers.for_letters(way), hub.db, self._site),
            chance=chance,
        )
        self.mailbox = MailboxReader(
            hub.db, hub.settings.imap, hub.signer, self._site, steady=steady
        )
        self._websub = Teller(
            hub.db,
            self._site,
            post or Fetcher(hub.settings.private_networks).post,
            self.stopping.is_set,
        )
        self._links = LinkReader(
            hub.db,
            self._site,
            get or Fetcher(hub.settings.private_networks).beginning,
            self.stopping.is_set,
        )
        gate = Gate(hub.db, self._site, steady=steady, connections=connections)
        self.editions = EditionLane(
            books,
            SigningMailer(way, hub.db, self._site),
            chance=chance,
            steady=steady,
            gate=gate,
        )

    @property
    def trouble(self) -> str:
        """Why something did not go out at the last try; empty when all is well."""
        return self.editions.trouble or self.letters.trouble or self._planning_trouble

    async def tick(self, now: datetime) -> bool:
        """Everything that is due at `now`, once; whether there was anything to do."""
        await self.beat(now)
        planned = await self.plan(now)
        posted = await self.post(now)
        listed = await self.take_lists(now)
        sent = await self.send(lambda: now, patient=False)
        told = await self.tell(now)
        read = await self.read_links(now)
        backed_up = await self.back_up(now)
        return planned or posted or listed or sent or told or read or backed_up

    async def beat(self, now: datetime) -> None:
        """Renew the heartbeat; queue again what dead workers held."""
        await asyncio.to_thread(self._beat, now)

    async def plan(self, now: datetime) -> bool:
        """Make the editions that are due and queue their deliveries; housekeeping by the hour."""
        return await asyncio.to_thread(self._plan, now)

    async def post(self, now: datetime) -> bool:
        """Send mails to one person, and to the owner what they are to be told."""
        await asyncio.to_thread(self._before_letters, now)
        return await self.letters.work(await self._id(now), now)

    async def take_lists(self, now: datetime) -> bool:
        """One step of a list that an owner gave to the desk."""
        return await asyncio.to_thread(self.lists.work, now)

    async def send(self, now: Clock, *, patient: bool = True) -> bool:
        """Send deliveries until none is due or the worker is stopped.

        Who is not `patient` sends what the limits let through at `now`, and waits for nothing.
        """
        return await self.editions.work(await self._id(now()), now, self.stopping, patient=patient)

    async def read_mailbox(self, now: datetime, *, at_once: bool = False) -> bool:
        """Take what came back to the mailbox, once a minute or `at_once`."""
        return await self.mailbox.work(now, self.stopping, at_once=at_once)

    async def look_at_relays(self) -> bool:
        """Try the relays of which it is not known that they work: the desk says how they are."""
        if isinstance(self._mailer, FollowingMailer):
            await self._mailer.look()
        return False

    async def tell(self, now: datetime) -> bool:
        """Tell the WebSub hub which feeds changed."""
        return await asyncio.to_thread(self._tell, now)

    async def read_links(self, now: datetime) -> bool:
        """Ask the pages that articles link to what they say of themselves."""
        return await asyncio.to_thread(self._links.work, now)

    async def back_up(self, now: datetime) -> bool:
        """Make the backup that was asked for, or that of the day."""
        return await asyncio.to_thread(self.backups.work, now)

    async def close(self, now: datetime) -> None:
        """Give back every claim and sign off."""
        await asyncio.to_thread(self._close, now)

    def others_hold_work(self) -> bool:
        """Whether another worker, alive or dead, holds mail that is not finished."""
        with self._hub.db.read() as tx:
            worker_id = self._worker_id or 0
            return claiming.held_by_others(tx, worker_id) or queue.held_by_others(tx, worker_id)

    async def _id(self, now: datetime) -> int:
        if self._worker_id is None:
            await self.beat(now)
        assert self._worker_id is not None
        return self._worker_id

    def _beat(self, now: datetime) -> None:
        db = self._hub.db
        way = self._follow(now)
        with db.write() as tx:
            if self._worker_id is None:
                # Held before others can read of it.
                self._mark = self._lifeline.hold()
                self._worker_id = workers.start(tx, now, lifeline=self._mark, way=way)
            else:
                workers.beat(tx, self._worker_id, now, lifeline=self._mark, way=way)
            if way != self._told_way:
                # The privacy page names whoever mail is handed to.
                tx.site_changed()
        self._told_way = way
        with db.read() as tx:
            others = workers.others(tx, self._worker_id)
        silent = set(self._watch.dead(others, now=now, steady=self._steady()))
        ended = {other.id for other in others if self._lifeline.is_cut(other.lifeline)}
        for dead in sorted(silent | ended):
            with db.write() as tx:
                returned = _give_back(tx, dead, now)
                first = workers.sign_off(tx, dead)
                if first:
                    rounds.worker_died(tx, self._site(tx), returned, now)
            if first:
                event = "worker.died" if dead in ended else "worker.silent"
                logs.warning(event, worker=dead, returned=returned)
        if ended:
            self._lifeline.sweep(other.lifeline for other in others if other.id not in ended)
        self._note_relays(now)
        samples.take(db, now)

    def _before_letters(self, now: datetime) -> None:
        rounds.post(self._hub, now)
        # Nobody is asked to confirm by a way that was left a second ago.
        self._follow(now)

    def _follow(self, now: datetime) -> str:
        """Send by the relay that is in force now; its name for the ledger."""
        way = self._way_in_force()
        if isinstance(self._mailer, FollowingMailer) and self._mailer.follow(way):
            self.ways += 1
            with self._hub.db.write() as tx:
                # Here and not where it was chosen: a moment ago they would have gone the old way.
                queue.hurry(tx, now)
            logs.event("relay.changed", relay=in_force.as_text(way.names) or "outbox")
        return in_force.as_text(way.names)

    def _way_in_force(self) -> Way:
        with self._hub.db.read() as tx:
            return in_force.way(tx, self._hub.settings)

    def _mailer_for(self, way: Way) -> Known:
        return mailers.mailer(
            way, self._hub.settings.outbox, self._hub.site().base_url, steady=self._steady
        )

    def _note_relays(self, now: datetime) -> None:
        """Write down how the relays are, when it has changed: the desk is another process."""
        standings = mailers.standings(self._mailer)
        if standings != self._standings:
            with self._hub.db.write() as tx:
                relays.note(tx, standings, now)
            self._standings = standings

    def _plan(self, now: datetime) -> bool:
        db = self._hub.db
        if self._steady() >= self._next_housekeeping:
            self._next_housekeeping = self._steady() + HOUSEKEEPING_SECONDS
            for keep in self._housekeepers:
                with db.write() as tx:
                    keep(tx, now)
        # First, so that an edition of the same minute holds what appears in it.
        did = self._publish(now)
        did = self._make_editions(now) or did
        if self._steady() >= self._next_round:
            self._next_round = self._steady() + ROUND_SECONDS
            rounds.look(self._hub, self.stumbles, now)
            growth.keep(db, now)
        with db.read() as tx:
            planned = [
                edition
                for edition in editions.with_status(tx, "planned")
                if not undoing.is_held(edition, now)
            ]
            cancelled = steering.unswept(tx)
            changed = troubles.differs(tx, troubles.PLANNING, self._planning_trouble)
        if changed:
            with db.write() as tx:
                troubles.note(tx, troubles.PLANNING, self._planning_trouble, now)
        for edition in planned:
            while not self.stopping.is_set():
                with db.write() as tx:
                    planning.queue(tx, edition.id, now)
                    current = editions.get(tx, edition.id)
                if current is None or current.status != "planned":
                    break
            did = True
        for edition_id in cancelled:
            with db.write() as tx:
                did = bool(steering.sweep(tx, edition_id, now=now)) or did
        return did

    def _publish(self, now: datetime) -> bool:
        """The articles whose time has come."""
        with self._hub.db.read() as tx:
            if not publishing.is_due(tx, now):
                return False
        with _by_itself(now), self._hub.db.write() as tx:
            published = publishing.publish_due(tx, now)
        for post in published:
            logs.event("post.published", id=post.id)
        return True

    def _make_editions(self, now: datetime) -> bool:
        did = False
        if self._steady() < self._plan_from:
            return did
        self._planning_trouble = ""
        while not self.stopping.is_set():
            try:
                with self._hub.db.read() as tx:
                    site, render = self._site_and_render(tx)
                    if not due.is_due(tx, site, now):
                        return did
                with _by_itself(now), self._hub.db.write() as tx:
                    press = Press(site, self._hub.signer, render, self._hub.settings.media)
                    edition = due.plan_due(tx, press, now)
                    tx.site_changed()
            except Unavailable:
                raise
            except HubError as error:
                # The mail cannot be made: nothing was taken, and it is tried again.
                self._planning_trouble = str(error)
                self._plan_from = self._steady() + TEMPLATE_SECONDS
                logs.warning("edition.not_made", reason=str(error))
                return did
            if edition is None:
                return did
            did = True
            logs.event("edition.made", id=edition.id, period=edition.period, status=edition.status)
        return did

    def _tell(self, now: datetime) -> bool:
        if not self._websub.work(now):
            return False
        reason = self._websub.trouble
        with self._hub.db.read() as tx:
            changed = troubles.differs(tx, troubles.WEBSUB, reason)
        if changed:
            with self._hub.db.write() as tx:
                troubles.note(tx, troubles.WEBSUB, reason, now)
        return True

    def _close(self, now: datetime) -> None:
        self.lists.close()
        if self._worker_id is not None:
            self._note_relays(now)
            with self._hub.db.write() as tx:
                _give_back(tx, self._worker_id, now)
                workers.sign_off(tx, self._worker_id)
            self._worker_id = None
            self._lifeline.release()

    def _forget_lists(self, tx: Transaction, now: datetime) -> None:
        import_lane.forget_old(tx, self._hub.settings.imports, now)

    def _retain(self, tx: Transaction, now: datetime) -> None:
        done = retention.work(tx, self._site(tx), now)
        outbox.forget(self._hub.settings.outbox, done.erased)

    def _site(self, tx: Transaction) -> Site:
        return sites.load(tx, base_url=self._hub.settings.base_url)

    def _site_and_render(self, tx: Transaction) -> tuple[Site, Render]:
        site = self._site(tx)
        return site, renderer(site, self._hub.settings)


def _by_itself(now: datetime) -> AbstractContextManager[None]:
    """What the worker does as planned stands in the log of changes as the hub's own."""
    return journal.acting(journal.Actor(journal.ITSELF, "", now))


def _give_back(tx: Transaction, worker_id: int, now: datetime) -> int:
    return claiming.give_back_all(tx, worker_id, now=now) + queue.give_back_all(
        tx, worker_id, now=now
    )


def _purge_mails(tx: Transaction, now: datetime) -> None:
    queue.purge(tx, finished_before=now - MAILS_LIVE)
