"""Several relays: mail goes to the first that can be used, and back to it when it can again.

A relay that cannot be reached, or that refuses the log-in, rests for a while; meanwhile mail
goes to the next, and nobody waits for the one that rests: it is tried again in the background.
When none is known to work, each is asked again before mail is given up for now.

A connection that is refused while others to the same relay work is no sign that it is away:
most relays allow so many at once. Then whoever asked does without; only a letter, which is
urgent, gets the place of another connection.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from hub import logs
from hub.mail.model import (
    Connection,
    Done,
    Envelope,
    Mailer,
    Outcome,
    RelayAway,
    RelayFull,
    RelayRefuses,
    Standing,
    Take,
)

AWAY_SECONDS = 60.0
# Longer: who asks too often with a wrong password is locked out.
REFUSING_SECONDS = 300.0
# How long a connection that was refused waits for a sign of life of the others.
DOUBT_SECONDS = 2.0
_LOOK_SECONDS = 0.05
_GOODBYE_SECONDS = 0.25
_LOOKS = round(DOUBT_SECONDS / _LOOK_SECONDS)


class FailoverMailer:
    """A mailer over the relays `(name, mailer)`, in this order. `steady`: a monotonic clock."""

    def __init__(
        self, relays: Sequence[tuple[str, Mailer]], *, steady: Callable[[], float]
    ) -> None:
        self._relays = [_Relay(name, mailer) for name, mailer in relays]
        self._steady = steady

    def standings(self) -> tuple[Standing, ...]:
        """Every relay that an Outcome may name, and how it is. Callable from any thread."""
        return tuple(relay.standing for relay in self._relays)

    def for_letters(self) -> Mailer:
        """The same relays, for mail that must not wait for a connection."""
        return _Urgent(self)

    async def look(self) -> None:
        """Try each relay that is not known to work, once it has rested: whoever asks how it is
        should not have to send a mail first."""
        for relay in self._relays:
            rested = self._steady() >= relay.rests_until
            if relay.standing.state != "working" and relay.probe is None and rested:
                await self._probe(relay)

    async def connect(self, *, urgent: bool = False) -> Connection:
        """A connection to the first relay that gives one.

        Raises RelayFull when a relay works and allows no more of them, RelayRefuses when every
        relay refuses, RelayAway when none can be used; the latter two with each one's reason.
        """
        tried: set[_Relay] = set()
        while (relay := self._next(tried)) is not None:
            tried.add(relay)
            try:
                return await self._open(relay, urgent)
            except RelayFull:
                raise
            except (RelayAway, RelayRefuses):
                continue
        raise self._trouble()

    def _next(self, tried: set["_Relay"]) -> "_Relay | None":
        """Those that work (or were never tried) first; then those that were away, if only they
        are left; those that refuse when there are no others."""
        self._look_again(self._relays)
        left = [relay for relay in self._relays if relay not in tried]
        for relay in left:
            if relay.usable:
                return relay
        all_refuse = all(relay.refuses for relay in self._relays)
        return next((relay for relay in left if all_refuse or not relay.refuses), None)

    async def _open(self, relay: "_Relay", urgent: bool) -> Connection:
        if relay.promised and not urgent:
            raise RelayFull(f"{relay.name} takes no more connections")
        try:
            connection = await self._connected(relay, urgent)
        except RelayFull:
            raise
        except (RelayAway, RelayRefuses) as error:
            self._rest(relay, error)
            raise
        relay.works()
        through = _Through(self, relay, connection, urgent)
        relay.connections.add(through)
        return through

    async def _connected(self, relay: "_Relay", urgent: bool) -> Connection:
        answers = relay.answers
        try:
            return await relay.mailer.connect()
        except (RelayAway, RelayRefuses) as error:
            if await relay.proves_alive(answers):
                place = await relay.vacated() if urgent else None
                if place is None:
                    raise RelayFull(f"{relay.name} takes no more connections: {error}") from error
                return place
            if not relay.just_left:
                raise
        # The place of one that was closed a moment ago may not be free yet.
        relay.just_left = False
        await asyncio.sleep(_GOODBYE_SECONDS)
        return await relay.mailer.connect()

    def has_better(self, relay: "_Relay") -> bool:
        """Whether mail should go to a relay before this one again."""
        # Asked before each message.
        if relay is self._relays[0]:
            return False
        before = self._relays[: self._relays.index(relay)]
        self._look_again(before)
        return any(other.usable for other in before)

    def refused_sender(self, relay: "_Relay", error: RelayRefuses) -> None:
        """A relay took the log-in and refused the sender. Raises RelayRefuses when all refuse."""
        self._rest(relay, error)
        if all(other.refuses for other in self._relays):
            raise self._trouble() from error

    def _rest(self, relay: "_Relay", error: RelayAway | RelayRefuses) -> None:
        refuses = isinstance(error, RelayRefuses)
        relay.rests_until = self._steady() + (REFUSING_SECONDS if refuses else AWAY_SECONDS)
        state = "refusing" if refuses else "away"
        if relay.standing.state != state:
            logs.warning("relay.stopped", relay=relay.name, state=state, reason=str(error))
        relay.standing = Standing(relay.name, "refusing" if refuses else "away", str(error))

    def _look_again(self, relays: Sequence["_Relay"]) -> None:
        """Try relays that have rested, in the background, while another one serves."""
        if not any(relay.usable for relay in self._relays):
            return
        for relay in relays:
            if not relay.usable and relay.probe is None and self._steady() >= relay.rests_until:
                relay.probe = asyncio.create_task(self._probe(relay))

    async def _probe(self, relay: "_Relay") -> None:
        try:
            connection = await relay.mailer.connect()
        except (RelayAway, RelayRefuses) as error:
            self._rest(relay, error)
        else:
            relay.works()
            await connection.close()
        finally:
            relay.probe = None

    def _trouble(self) -> RelayAway | RelayRefuses:
        standings = self.standings()
        reasons = "; ".join(f"{one.relay}: {one.reason}" for one in standings)
        if len(standings) == 1:
            reasons = standings[0].reason
        if all(one.state == "refusing" for one in standings):
            return RelayRefuses(reasons)
        return RelayAway(reasons)


class _Relay:
    """What this process knows of one relay."""

    def __init__(self, name: str, mailer: Mailer) -> None:
        self.name = name
        self.mailer = mailer
        self.standing = Standing(name)
        self.rests_until = 0.0
        self.probe: asyncio.Task[None] | None = None
        self.connections: set[_Through] = set()
        # Whether a connection was closed in order since the last one was made.
        self.just_left = False
        # Whether a place that becomes free is kept for a letter, and whether one did.
        self.promised = False
        self.vacant = False
        # How many answers to messages it gave: a sign of life.
        self.answers = 0

    @property
    def usable(self) -> bool:
        return self.standing.state in ("untried", "working")

    @property
    def refuses(self) -> bool:
        return self.standing.state == "refusing"

    def works(self) -> None:
        self.just_left = False
        if self.standing.state != "working":
            logs.event("relay.works", relay=self.name)
            self.standing = Standing(self.name, "working")

    async def proves_alive(self, answers: int) -> bool:
        """Whether its connections still work, though it did not give another one.

        When a relay goes away they all break at about the same time; so one that stands proves
        something when it was answered since, or when it still stands a while later.
        """
        for _ in range(_LOOKS):
            if not any(connection.alive for connection in self.connections):
                return False
            if self.answers > answers:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return any(connection.alive for connection in self.connections)

    async def vacated(self) -> Connection | None:
        """A connection in the place of another, which ends with the message it sends."""
        self.promised, self.vacant = True, False
        try:
            for look in range(_LOOKS):
                # One that waits for work notices late: after a while the next is asked too.
                if look % 10 == 0:
                    self._ask_one_to_leave()
                await asyncio.sleep(_LOOK_SECONDS)
                if self.vacant:
                    try:
                        return await self.mailer.connect()
                    except (RelayAway, RelayRefuses):
                        continue  # the server has not noticed yet
            return None
        finally:
            self.promised = False

    def _ask_one_to_leave(self) -> None:
        for connection in self.connections:
            if connection.alive and not connection.urgent and not connection.leaving:
                connection.leaving = True
                return


class _Urgent:
    """The mailer of letters."""

    def __init__(self, mailer: FailoverMailer) -> None:
        self._mailer = mailer

    async def connect(self) -> Connection:
        return await self._mailer.connect(urgent=True)


class _Through:
    """A connection to one of the relays. One that is `leaving` sends nothing more."""

    def __init__(
        self, mailer: FailoverMailer, relay: _Relay, inner: Connection, urgent: bool
    ) -> None:
        self._mailer = mailer
        self._relay = relay
        self._inner = inner
        self.urgent = urgent
        self.leaving = False

    @property
    def alive(self) -> bool:
        return self._inner.usable

    @property
    def usable(self) -> bool:
        return self._inner.usable and not self._should_end()

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        """As every connection, and ends early when mail should go to a better relay again.

        A relay that refuses the sender gets nothing more, and the message is given back for
        the next one. Raises RelayRefuses when all refuse.
        """

        def more() -> Envelope | None:
            return None if self._should_end() else take()

        def told(envelope: Envelope, outcome: Outcome | None) -> None:
            if outcome is not None:
                self._relay.answers += outcome.code is not None and outcome.code != 421
                outcome = replace(outcome, relay=self._relay.name)
            done(envelope, outcome)

        try:
            await self._inner.deliver(first, more, told)
        except RelayRefuses as error:
            self._mailer.refused_sender(self._relay, error)
        finally:
            if not self._inner.usable:
                self._relay.connections.discard(self)

    async def close(self) -> None:
        in_order = self._inner.usable
        await self._inner.close()
        self._relay.connections.discard(self)
        self._relay.just_left = in_order
        self._relay.vacant = True

    def _should_end(self) -> bool:
        return self.leaving or self._mailer.has_better(self._relay)
