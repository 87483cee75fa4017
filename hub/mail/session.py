"""Messages over one SMTP connection that is already open, secured and logged in.

aiosmtplib waits for each reply and cannot pipeline, and does not tell a connection lost
before the final dot from one lost after it; both matter here. So the connection that it
made is handed over to this protocol, which knows at every reply where it stands.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.mail.model import Done, Envelope, Outcome, RelayRefuses, State, Take

_LONGEST_REPLY = 64_000
_NO_SMTPUTF8 = "the relay takes no address with letters beyond ASCII before the @ (SMTPUTF8)"


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    text: str
    command: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    def outcome(self) -> Outcome:
        """4xx is put off, 5xx has failed; any other answer makes no sense here and is put off."""
        state: State = "failed" if 500 <= self.code < 600 else "deferred"
        return Outcome(state, self.code, self.text, self.command)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for a reply (RFC 5321 §4.5.3.2); after the final dot it is 10 minutes."""

    command: float = 300.0
    final_dot: float = 600.0
    goodbye: float = 2.0


class ConnectionLost(Exception):
    """The server went away, or said something that is no reply."""


class Session(asyncio.Protocol):
    """`extensions` is what the server's EHLO offered, names in lower case."""

    def __init__(
        self,
        transport: asyncio.Transport,
        extensions: Mapping[str, str],
        waits: Waits,
        early: str = "",
    ) -> None:
        self._transport = transport
        self._extensions = extensions
        self._waits = waits
        self._buffer = bytearray()
        self._text: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._lost = early
        self._lost_code: int | None = None
        self._lost_command = ""
        self._delivered = 0

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            self._line(bytes(self._buffer[:end]).rstrip(b"\r"))
            del self._buffer[: end + 1]
        if len(self._buffer) > _LONGEST_REPLY:
            self._lose("the server's answer is too long")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(str(exc) if exc else "the server closed the connection")

    def eof_received(self) -> bool:
        return False

    # What the lane calls.

    @property
    def usable(self) -> bool:
        # A reply that nobody asked for is a server that says goodbye (421).
        return not self._lost and not self._transport.is_closing() and not self._replies

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        """Send `first` and what `take` gives. Each is reported to `done` exactly once.

        The commands of the next message travel with the body of the one before where the
        server offers PIPELINING (RFC 2920). Raises RelayRefuses when MAIL FROM is refused
        for good: that is about the sender, not about one reader.
        """
        current = self._sendable(first, take, done)
        announced = False
        while current is not None:
            envelope, following, outcome = current, None, None
            dotted = False
            try:
                if not announced:
                    if not self.usable:
                        raise ConnectionLost(self._lost or "the server closed the connection")
                    self._announce(envelope)
                refusal, open_data = await self._answers(envelope)
                if open_data:
                    dotted = refusal is None
                    self._transport.write(self._body(envelope) if refusal is None else b".\r\n")
                elif refusal is not None:
                    self._transport.write(b"RSET\r\n")
                following = self._sendable(take(), take, done)
                announced = following is not None and self._pipelining
                if announced and following is not None:
                    self._announce(following)
                last = await self._reply(self._waits.final_dot if dotted else self._waits.command)
                outcome = refusal.outcome() if refusal is not None else _final(last)
            except ConnectionLost as lost:
                self._abandon(envelope, following, str(lost), done, dotted=dotted)
                return
            except RelayRefuses:
                done(envelope, None)
                self._transport.abort()
                raise
            except BaseException:
                # Cancelled: the answers still to come would be taken for those of the next.
                self._abandon(envelope, following, "the hub was stopped", done, dotted=dotted)
                raise
            self._delivered += 1
            done(envelope, outcome)
            current = following

    async def close(self) -> None:
        if self.usable:
            try:
                self._transport.write(b"QUIT\r\n")
                await self._reply(self._waits.goodbye)
            except ConnectionLost:
                pass
        self._transport.close()

    # One message.

    def _sendable(self, envelope: Envelope | None, take: Take, done: Done) -> Envelope | None:
        """`envelope`, or the next one whose address this server can take."""
        while envelope is not None and not (
            envelope.recipient.isascii() or "smtputf8" in self._extensions
        ):
            done(envelope, Outcome("failed", None, _NO_SMTPUTF8))
            envelope = take()
        return envelope

    @property
    def _pipelining(self) -> bool:
        return "pipelining" in self._extensions

    def _announce(self, envelope: Envelope) -> None:
        mail, rcpt = self._commands(envelope)
        if self._pipelining:
            self._transport.write(mail + rcpt + b"DATA\r\n")
        else:
            self._transport.write(mail)

    def _commands(self, envelope: Envelope) -> tuple[bytes, bytes]:
        options = ""
        if "size" in self._extensions:
            options += f" SIZE={len(envelope.content)}"
        if not envelope.recipient.isascii():
            options += " BODY=8BITMIME SMTPUTF8"
        return (
            f"MAIL FROM:<{envelope.sender}>{options}\r\n".encode(),
            f"RCPT TO:<{envelope.recipient}>\r\n".encode(),
        )

    async def _answers(self, envelope: Envelope) -> tuple[Reply | None, bool]:
        """The first refusal among the answers to MAIL, RCPT and DATA, and whether 354 came."""
        mail = await self._reply(self._waits.command)
        if not mail.good:
            mail = replace(mail, command="MAIL")
            self._refused_sender(mail)
        if not self._pipelining:
            if not mail.good:
                return mail, False
            self._transport.write(self._commands(envelope)[1])
        rcpt = await self._reply(self._waits.command)
        if not self._pipelining:
            if not rcpt.good:
                return rcpt, False
            self._transport.write(b"DATA\r\n")
        data = await self._reply(self._waits.command)
        refusal = next((reply for reply in (mail, rcpt) if not reply.good), None)
        if refusal is None and data.code != 354:
            refusal = data
        return refusal, data.code == 354

    def _refused_sender(self, mail: Reply) -> None:
        if mail.code == 421:
            self._lost_command = mail.command
            raise ConnectionLost(self._lost)
        # 552 is about this message (its size), every other 5xx about the sender.
        if 500 <= mail.code < 600 and mail.code != 552 and not mail.text.startswith("5.3.4"):
            raise RelayRefuses(f"the relay refuses the sender: {mail.code} {mail.text}")

    def _body(self, envelope: Envelope) -> bytes:
        return envelope.content.replace(b"\r\n.", b"\r\n..") + b".\r\n"

    def _abandon(
        self, current: Envelope, following: Envelope | None, why: str, done: Done, *, dotted: bool
    ) -> None:
        self._lose(why)
        self._transport.abort()
        if following is not None:
            done(following, None)
        if dotted:
            done(current, Outcome("unknown", None, f"no answer to the message: {why}"[:300]))
        elif self._delivered:
            # Servers close a connection that served a while (RFC 5321 §3.8): not this one's fault.
            done(current, None)
        else:
            reply = f"before the message: {why}"[:300]
            done(current, Outcome("deferred", self._lost_code, reply, self._lost_command))

    # Replies.

    async def _reply(self, seconds: float) -> Reply:
        if not self._replies:
            if self._lost:
                raise ConnectionLost(self._lost)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError as error:
                raise ConnectionLost(f"no answer within {seconds:g} seconds") from error
            finally:
                self._waiter = None
            if not self._replies:
                raise ConnectionLost(self._lost)
        reply = self._replies.popleft()
        if reply.code == 421 and not self._lost:
            # The server will close; what this reply refuses is decided by whoever asked.
            self._lost_code = reply.code
            self._lose(f"{reply.code} {reply.text}")
        return reply

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        if len(text) < 3 or not text[:3].isdigit() or text[3:4] not in ("", " ", "-"):
            self._lose("the server's answer is no SMTP reply")
            return
        self._text.append(text[4:].strip())
        if len(self._text) > 200:
            self._lose("the server's answer is too long")
        elif text[3:4] != "-":
            self._replies.append(Reply(int(text[:3]), " ".join(self._text)[:500]))
            self._text = []

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done() and (self._replies or self._lost):
            self._waiter.set_result(None)


def _final(reply: Reply) -> Outcome:
    return Outcome("accepted", reply.code, reply.text) if reply.good else reply.outcome()
