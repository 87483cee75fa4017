"""A relay tried with exactly the settings that were typed, step by step, and what went right and
wrong in words: the name, the connection, encryption, certificate, log-in, a message."""

import asyncio
import contextlib
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from hub.i18n import N_
from hub.mail import trial
from hub.mail.model import (
    Connection,
    Envelope,
    Mailer,
    Outcome,
    RelayAway,
    RelayRefuses,
    Standing,
)
from hub.mail.relay import Dialogue, without_password
from hub.mail.session import Waits
from hub.mail.trial import State, Step, Trial
from hub.settings import SmtpRelay

SECONDS = 15.0
_PATIENCE = Waits(command=SECONDS, final_dot=SECONDS, goodbye=0.5)
_LONGEST_ANSWER = 300

# Puts the signature of the hub's mail onto what a mailer hands on.
Signing = Callable[[Mailer], Mailer]


async def attempt(
    relay: SmtpRelay,
    envelope: Envelope,
    *,
    local_name: str,
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
    signing: Signing | None = None,
) -> Trial:
    """Try everything; what a server does raises nothing. At most `seconds` in all.

    `context` overrides the trusted roots; `signing` signs the message as other mail is.
    """
    trying = _Trying(relay, Dialogue(relay, local_name=local_name, context=context))
    try:
        async with asyncio.timeout(seconds):
            await trying.go(envelope, signing)
        return Trial(tuple(trying.steps), Standing(relay.name, "working"))
    except TimeoutError:
        trying.bad(N_("No answer within %(seconds)s seconds."), seconds=round(seconds))
        reason = f"the relay cannot be reached: no answer within {seconds:.0f} seconds"
        return Trial(tuple(trying.steps), Standing(relay.name, "away", reason))
    except _Failed as failed:
        return Trial(tuple(trying.steps), _standing(relay, failed.trouble))
    finally:
        trying.dialogue.close()


class _Failed(Exception):
    """A step went wrong, and is in the list. `trouble` is what all other mail would meet."""

    def __init__(self, trouble: RelayAway | RelayRefuses | None) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class _Trying:
    """One go. `title` is the step that is being tried."""

    def __init__(self, relay: SmtpRelay, dialogue: Dialogue) -> None:
        self.relay = relay
        self.dialogue = dialogue
        self.steps: list[Step] = []
        self.title = trial.NAME

    async def go(self, envelope: Envelope, signing: Signing | None) -> None:
        found = await self._look_up()
        reached = await self._reach(found)
        await self._greet(reached)
        await self._secure()
        await self._log_in()
        await self._send(envelope, signing)

    # What is said.

    def add(self, state: State, text: str, *, answer: str = "", **values: object) -> None:
        shown = without_password(_one_line(answer), self.relay)
        self.steps.append(Step(self.title, state, text, values, shown))

    def bad(self, text: str, *, answer: str = "", **values: object) -> None:
        self.add("bad", text, answer=answer, **values)

    # The steps.

    async def _look_up(self) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
        host = self.relay.host
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, self.relay.port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.bad(
                N_("No server called %(host)s is found. Look for a typing mistake."),
                answer=reason,
                host=host,
            )
            raise _Failed(RelayAway(f"the relay cannot be reached: {reason}")) from error
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if addresses == [host]:
            self.add("left", N_("%(host)s is an address: no name to look up."), host=host)
        else:
            self.add("good", N_("%(host)s is known."), host=host, answer=", ".join(addresses[:4]))
        return [(family, address) for family, _, _, _, address in found]

    async def _reach(
        self, found: list[tuple[socket.AddressFamily, tuple[object, ...]]]
    ) -> socket.socket:
        self.title = trial.CONNECTION
        error: OSError | None = None
        for family, address in found:
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            try:
                # The next address gets its turn when this one says nothing.
                async with asyncio.timeout(SECONDS / 3 if len(found) > 1 else None):
                    await asyncio.get_running_loop().sock_connect(made, address)
            except OSError as one:
                made.close()
                error = one
            except BaseException:
                made.close()
                raise
            else:
                return made
        assert error is not None
        self._not_reached(error)
        raise _Failed(RelayAway(f"the relay cannot be reached: {_why(error)}")) from error

    def _not_reached(self, error: OSError) -> None:
        values: dict[str, object] = {"host": self.relay.host, "port": self.relay.port}
        answer = _why(error)
        if isinstance(error, ConnectionRefusedError):
            answer = ""
            text = N_("Nothing listens on port %(port)s of %(host)s. Is the port right?")
        elif isinstance(error, TimeoutError):
            text = N_(
                "%(host)s does not answer on port %(port)s. The port may be wrong, or whoever hosts"
                " this hub may let no mail out."
            )
        else:
            text = N_("No connection to %(host)s, port %(port)s.")
        self.bad(text, answer=answer, **values)

    async def _greet(self, reached: socket.socket) -> None:
        """The greeting; where TLS comes first, it is part of it."""
        try:
            await self.dialogue.greet(reached)
        except (RelayAway, RelayRefuses) as trouble:
            reached.close()
            if isinstance(trouble.__cause__, ssl.SSLError):
                self._connected("")
                self._not_secured(trouble, trouble.__cause__)
            elif self.dialogue.answered:
                text = N_("The server answers, and wants nothing to do with the hub.")
                self.bad(text, answer=self.dialogue.answered)
            else:
                self._ended(trouble)
            raise _Failed(trouble) from trouble
        except asyncio.CancelledError:
            if self.relay.tls != "implicit":
                text = N_(
                    "The server takes the connection and says nothing. It may want encryption from"
                    " the first byte: choose “TLS” (usual on port 465)."
                )
                self.add("warning", text)
            raise
        self._connected(self.dialogue.answered)
        if self.relay.tls == "implicit":
            self._secured()

    def _connected(self, greeting: str) -> None:
        text = N_("Connected to %(host)s, port %(port)s.")
        self.add("good", text, answer=greeting, host=self.relay.host, port=self.relay.port)

    def _ended(self, trouble: RelayAway | RelayRefuses) -> None:
        text = N_("The server ended the connection. Are port and encryption right?")
        self.bad(text, answer=str(trouble.__cause__ or trouble))

    async def _secure(self) -> None:
        self.title = trial.ENCRYPTION
        if self.relay.tls == "no":
            here = _is_loopback(self.relay.host)
            text = N_("Not encrypted, as you chose: who listens on the way reads the mail.")
            self.add("left" if here else "warning", text)
        elif self.relay.tls != "implicit":
            try:
                await self.dialogue.secure()
            except (RelayAway, RelayRefuses) as trouble:
                self._not_secured(trouble, trouble.__cause__)
                raise _Failed(trouble) from trouble
            self._secured()

    def _secured(self) -> None:
        version, until = self.dialogue.secured()
        self.title = trial.ENCRYPTION
        self.add("good", N_("Encrypted with %(version)s."), version=version)
        self.title = trial.CERTIFICATE
        day = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)
        text = N_("Valid for %(host)s until %(day)s.")
        self.add("good", text, host=self.relay.host, day=day)

    def _not_secured(self, trouble: Exception, error: BaseException | None) -> None:
        self.title = trial.ENCRYPTION
        if isinstance(error, ssl.SSLCertVerificationError):
            self.add("good", N_("The server speaks TLS."))
            self.title = trial.CERTIFICATE
            self.bad(trial.of_certificate(error.verify_code), answer=error.verify_message)
        elif isinstance(error, ssl.SSLError):
            text = N_("The server does not speak TLS there. Try “STARTTLS” (usual on port 587).")
            self.bad(text, answer=error.reason or str(error))
        elif self.dialogue.answered:
            self.bad(N_("The server refuses encryption."), answer=self.dialogue.answered)
        else:
            text = N_(
                "The server offers no STARTTLS on this port. Try “TLS” on port 465, or ask whoever"
                " runs it."
            )
            self.bad(text, answer=str(trouble.__cause__ or trouble))

    async def _log_in(self) -> None:
        self.title = trial.LOG_IN
        if not self.relay.username:
            self.add("left", N_("No user name was given, so nobody logs in."))
            return
        try:
            await self.dialogue.log_in()
        except (RelayAway, RelayRefuses) as trouble:
            if self.dialogue.answered:
                text = N_(
                    "The server refuses this user name and password. Some want a password of its"
                    " own for programs."
                )
                self.bad(text, answer=self.dialogue.answered)
            elif isinstance(trouble, RelayRefuses):
                text = N_(
                    "The server offers no log-in here. Encrypt, or leave the user name empty."
                )
                self.bad(text, answer=str(trouble.__cause__ or trouble))
            else:
                self._ended(trouble)
            raise _Failed(trouble) from trouble
        text = N_("Logged in as %(user)s.")
        self.add("good", text, answer=self.dialogue.answered, user=self.relay.username)

    async def _send(self, envelope: Envelope, signing: Signing | None) -> None:
        self.title = trial.MESSAGE
        outcomes: list[Outcome] = []

        def done(_envelope: Envelope, outcome: Outcome | None) -> None:
            if outcome is not None:
                outcomes.append(outcome)

        try:
            opened: Mailer = _Opened(await self.dialogue.connection(_PATIENCE))
            connection = await (signing(opened) if signing else opened).connect()
            try:
                await connection.deliver(envelope, lambda: None, done)
            finally:
                await connection.close()
        except RelayRefuses as trouble:
            text = N_("The server does not let this hub send as %(sender)s.")
            self.bad(text, answer=_after_colon(str(trouble)), sender=envelope.sender)
            raise _Failed(trouble) from trouble
        except RelayAway as trouble:
            self._ended(trouble)
            raise _Failed(trouble) from trouble
        self._judge(outcomes[0], envelope)

    def _judge(self, outcome: Outcome, envelope: Envelope) -> None:
        answer = f"{outcome.code or ''} {outcome.reply}".strip()
        if outcome.state == "accepted":
            text = N_("The server took a message to %(address)s. Look whether it arrives.")
            self.add("good", text, answer=answer, address=envelope.recipient)
            return
        if outcome.state == "deferred":
            text = N_("The server wants the message to %(address)s later, not now.")
        else:
            text = N_("The server does not take the message to %(address)s.")
        self.bad(text, answer=answer, address=envelope.recipient)
        raise _Failed(None)


class _Opened:
    """A mailer that has one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def connect(self) -> Connection:
        return self._connection


def _standing(relay: SmtpRelay, trouble: RelayAway | RelayRefuses | None) -> Standing:
    if trouble is None:
        return Standing(relay.name, "working")
    reason = without_password(str(trouble), relay)
    refuses = isinstance(trouble, RelayRefuses)
    return Standing(relay.name, "refusing" if refuses else "away", reason)


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _why(error: OSError) -> str:
    # asyncio writes addresses into its own words.
    return os.strerror(error.errno) if error.errno else str(error) or type(error).__name__


def _after_colon(text: str) -> str:
    """The server's answer in `the relay refuses the sender: 553 …`."""
    return text.partition(": ")[2] or text


def _one_line(answer: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in answer)
    return " ".join(shown.split())[:_LONGEST_ANSWER]
