"""A mailer that goes the way in force: it changes while the hub runs."""

from collections.abc import Callable

from hub.mail.failover import FailoverMailer
from hub.mail.in_force import Way
from hub.mail.model import Connection, Done, Envelope, Mailer, Standing, Take
from hub.mail.outbox import OutboxMailer

Known = FailoverMailer | OutboxMailer
Make = Callable[[Way], Known]


class FollowingMailer:
    """A mailer over what `make` gives for the way in force."""

    def __init__(self, make: Make, way: Way) -> None:
        self._make = make
        self.way = way
        self.now = make(way)

    def follow(self, way: Way) -> bool:
        """Go this way from now on; whether it is another. Callable from any thread.

        Connections of the way before end with the message they send.
        """
        if way == self.way:
            return False
        self.now, self.way = self._make(way), way
        return True

    async def connect(self) -> Connection:
        current = self.now
        return _Followed(self, current, await current.connect())

    def for_letters(self) -> Mailer:
        """The same way, for mail that must not wait for a connection."""
        return _Urgent(self)

    def standings(self) -> tuple[Standing, ...]:
        return self.now.standings()

    async def look(self) -> None:
        """Try relays of which it is not known that they work."""
        if isinstance(self.now, FailoverMailer):
            await self.now.look()


class _Urgent:
    def __init__(self, mailer: FollowingMailer) -> None:
        self._mailer = mailer

    async def connect(self) -> Connection:
        current = self._mailer.now
        if isinstance(current, FailoverMailer):
            return _Followed(self._mailer, current, await current.connect(urgent=True))
        return _Followed(self._mailer, current, await current.connect())


class _Followed:
    """A connection that is of no more use when mail goes another way."""

    def __init__(self, mailer: FollowingMailer, of: Known, inner: Connection) -> None:
        self._mailer = mailer
        self._of = of
        self._inner = inner

    @property
    def usable(self) -> bool:
        return self._of is self._mailer.now and self._inner.usable

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        """As every connection, and ends early when the way has changed."""

        def more() -> Envelope | None:
            return take() if self._of is self._mailer.now else None

        await self._inner.deliver(first, more, done)

    async def close(self) -> None:
        await self._inner.close()
