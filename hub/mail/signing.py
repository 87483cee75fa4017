"""Mail signed with the owner's DKIM key on its way out, whichever lane it comes from.

A signature takes 0.3 to 0.5 ms of a processor, more than all the rest of sending. It is made in
threads, where nothing of Python stands in the way of the others, while the relay is told who the
message is from and for; only the body waits for it.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hub.db import Database, Transaction
from hub.errors import Unavailable
from hub.mail import dkim_store, headers
from hub.mail.dkim import DkimSigner, Identity
from hub.mail.model import (
    Connection,
    Done,
    Envelope,
    Mailer,
    Outcome,
    RelayFull,
    Signature,
    Take,
)
from hub.site.model import Site

_AT_ONCE = os.cpu_count() or 1
_THREADS = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="dkim")

LoadSite = Callable[[Transaction], Site]


def identity(site: Site) -> Identity:
    """Who signs: the domain of From, so that DMARC finds the two aligned (RFC 7489 §3.1.1)."""
    return Identity(headers.domain_of(site.from_email), site.dkim_selector)


class SigningMailer:
    """A mailer that signs what it hands on, while the owner has that switched on."""

    def __init__(self, mailer: Mailer, db: Database, load_site: LoadSite) -> None:
        self._mailer = mailer
        self._db = db
        self._load_site = load_site
        self._known: list[DkimSigner | None] = []
        self._bench: _Bench | None = None

    async def connect(self) -> Connection:
        connection = await self._mailer.connect()
        try:
            signer = await self._as_known()
        except BaseException:
            await connection.close()
            raise
        return connection if signer is None else _SigningConnection(connection, self._of(signer))

    def _of(self, signer: DkimSigner) -> "_Bench":
        """One for all connections of a loop."""
        bench = self._bench
        if bench is None or not bench.is_for(signer, asyncio.get_running_loop()):
            bench = self._bench = _Bench(signer, asyncio.get_running_loop())
        return bench

    async def _as_known(self) -> DkimSigner | None:
        try:
            self._known = [await asyncio.to_thread(self._signer)]
        except Unavailable as error:
            # The database is away: as it was when it was last seen, if it was.
            if not self._known:
                raise RelayFull(str(error)) from error
        return self._known[0]

    def _signer(self) -> DkimSigner | None:
        with self._db.read() as tx:
            site = self._load_site(tx)
            pem = dkim_store.key(tx) if site.dkim == "on" else None
        if pem is None:
            return None
        known = self._known[0] if self._known else None
        if known is not None and known.is_of(identity(site), pem):
            return known
        return DkimSigner(identity(site), pem)


class _SigningConnection:
    def __init__(self, connection: Connection, bench: "_Bench") -> None:
        self._connection = connection
        self._bench = bench

    @property
    def usable(self) -> bool:
        return self._connection.usable

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        # What comes back untouched goes back as it was given.
        given: dict[object, Envelope] = {}

        def signed(envelope: Envelope) -> Envelope:
            given[envelope.key] = envelope
            return replace(envelope, signature=self._bench.signature(envelope))

        def taken() -> Envelope | None:
            envelope = take()
            return None if envelope is None else signed(envelope)

        def finished(envelope: Envelope, outcome: Outcome | None) -> None:
            done(given.pop(envelope.key), outcome)

        await self._connection.deliver(signed(first), taken, finished)

    async def close(self) -> None:
        await self._connection.close()


class _Bench:
    """Where threads sign what one event loop lays down.

    A thread that has begun takes what lies there until nothing does, and the loop is told of
    several signatures at once: a job and a call for each would cost a third as much again.
    """

    def __init__(self, signer: DkimSigner, loop: asyncio.AbstractEventLoop) -> None:
        self._signer = signer
        self._loop = loop
        self._unsigned: deque[tuple[Envelope, asyncio.Future[bytes]]] = deque()
        self._signed: deque[tuple[bytes, asyncio.Future[bytes]]] = deque()
        self._at_work = 0
        self._told = False

    def is_for(self, signer: DkimSigner, loop: asyncio.AbstractEventLoop) -> bool:
        return self._signer is signer and self._loop is loop

    def signature(self, envelope: Envelope) -> Signature:
        """What will stand above the message."""
        future = self._loop.create_future()
        self._unsigned.append((envelope, future))
        if self._at_work < _AT_ONCE:
            self._begin()
        return Signature(self._signer.most, future)

    def _begin(self) -> None:
        self._at_work += 1
        _THREADS.submit(self._work)

    def _work(self) -> None:
        """In a thread."""
        try:
            while self._unsigned:
                try:
                    envelope, future = self._unsigned.popleft()
                except IndexError:
                    break  # another thread was faster
                self._sign(envelope, future)
        finally:
            self._loop.call_soon_threadsafe(self._rest)

    def _sign(self, envelope: Envelope, future: "asyncio.Future[bytes]") -> None:
        signature = b""
        try:
            signature = self._signer.signature(envelope.content, canonical=envelope.canonical)
        finally:
            self._signed.append((signature, future))
            if not self._told:
                self._told = True
                self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        self._told = False
        while self._signed:
            signature, future = self._signed.popleft()
            if future.done():
                continue  # nobody waits for it any more
            if signature:
                future.set_result(signature)
            else:
                future.set_exception(RuntimeError("a message could not be signed"))

    def _rest(self) -> None:
        self._at_work -= 1
        if self._unsigned:
            self._begin()
