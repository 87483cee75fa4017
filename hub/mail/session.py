"""Messages over one SMTP connection that is already open, secured and logged in.

aiosmtplib waits for each reply and cannot pipeline, and does not tell a connection lost
before the final dot from one lost after it; both matter here. So the connection that it
made is handed over to this protocol, which knows at every reply where it stands.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from hub.mail import verdicts
from hub.mail.model import About, Done, Envelope, Outcome, RelayRefuses, Secured, Take
from hub.mail.patience import Patience

_LONGEST_REPLY = 64_000
_MOST_LINES = 200
_DOT = b".\r\n"
_NO_SMTPUTF8 = "the relay takes no address with letters beyond ASCII before the @ (SMTPUTF8)"


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    def outcome(self, about: About = "reader") -> Outcome:
        """4xx is put off, 5xx has failed; any other answer makes no sense here and is put off."""
        final = verdicts.is_final(self.code, self.text)
        return Outcome("failed" if final else "deferred", self.code, self.text, about)


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
        self._pipelining = "pipelining" in extensions
        self._waits = waits
        self._loop = asyncio.get_running_loop()
        self._unfinished = b""
        self._text: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._patience = Patience(self._loop, self._lose)
        self._lost = early
        self._lost_code: int | None = None
        self._lost_about: About = "reader"
        self._delivered = 0

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        lines = (self._unfinished + data).split(b"\n")
        self._unfinished = lines.pop()
        for line in lines:
            self._line(line)
        if len(self._unfinished) > _LONGEST_REPLY:
            self._lose("the server's answer is too long")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.end()
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
                    self._transport.write(self._opening(envelope))
                refusal, open_data = await self._answers(envelope)
                content = await self._content(envelope) if refusal is None else b""
                following = self._sendable(take(), take, done)
                announced = following is not None and self._pipelining
                dotted = refusal is None
                # All in one call, which is one journey to the system.
                self._transport.writelines(
                    (
                        *_ending(envelope, content, send=dotted, open_data=open_data),
                        self._opening(following) if announced and following is not None else b"",
                    )
                )
                last = await self._reply(self._waits.final_dot if dotted else self._waits.command)
                outcome = refusal or _final(last)
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

    @property
    def secured(self) -> Secured | None:
        """How TLS secures this connection; None in the clear."""
        found: ssl.SSLObject | None = self._transport.get_extra_info("ssl_object")
        if found is None:
            return None
        # Empty when the certificate was not checked.
        certificate = found.getpeercert() or {}
        ends = certificate.get("notAfter")
        until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None
        cipher = found.cipher()
        return Secured(found.version() or "", cipher[0] if cipher else "", until)

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
        """`envelope`, or the next one that this server can take."""
        while envelope is not None and (refusal := self._beyond(envelope)) is not None:
            done(envelope, refusal)
            envelope = take()
        return envelope

    def _beyond(self, envelope: Envelope) -> Outcome | None:
        """Why this server cannot take a message, by what it offers; None when it can."""
        limit, size = self._extensions.get("size", ""), envelope.size
        # "SIZE" alone and "SIZE 0" name no limit (RFC 1870 §4).
        if limit.isdecimal() and 0 < int(limit) < size:
            return Outcome("failed", None, _too_big(size, int(limit)), "message")
        if not envelope.recipient.isascii() and "smtputf8" not in self._extensions:
            return Outcome("failed", None, _NO_SMTPUTF8)
        return None

    def _opening(self, envelope: Envelope) -> bytes:
        """What is said before the first answer is waited for."""
        mail, rcpt = self._commands(envelope)
        return mail + rcpt + b"DATA\r\n" if self._pipelining else mail

    def _commands(self, envelope: Envelope) -> tuple[bytes, bytes]:
        options = ""
        if "size" in self._extensions:
            options += f" SIZE={envelope.size}"
        if not envelope.recipient.isascii():
            options += " BODY=8BITMIME SMTPUTF8"
        return (
            f"MAIL FROM:<{envelope.sender}>{options}\r\n".encode(),
            f"RCPT TO:<{envelope.recipient}>\r\n".encode(),
        )

    async def _answers(self, envelope: Envelope) -> tuple[Outcome | None, bool]:
        """The first refusal among the answers to MAIL, RCPT and DATA, and whether 354 came."""
        mail = await self._reply(self._waits.command)
        if not mail.good:
            self._refused_sender(mail)
        if not self._pipelining:
            if not mail.good:
                return mail.outcome("message"), False
            self._transport.write(self._commands(envelope)[1])
        rcpt = await self._reply(self._waits.command)
        if not self._pipelining:
            if not rcpt.good:
                return rcpt.outcome(), False
            self._transport.write(b"DATA\r\n")
        data = await self._reply(self._waits.command)
        if not mail.good:
            return mail.outcome("message"), data.code == 354
        if not rcpt.good:
            return rcpt.outcome(), data.code == 354
        return (None, True) if data.code == 354 else (data.outcome(), False)

    async def _content(self, envelope: Envelope) -> bytes:
        """The message, as soon as it is signed; nothing of it has left yet."""
        content = await envelope.whole()
        if self._lost:
            raise ConnectionLost(self._lost)
        return content

    def _refused_sender(self, mail: Reply) -> None:
        if mail.code == 421:
            self._lost_about = "message"
            raise ConnectionLost(self._lost)
        # Too big is about this message, whatever else is refused for good about the sender.
        final = verdicts.is_final(mail.code, mail.text)
        if final and verdicts.verdict(mail.code, mail.text) != "message":
            raise RelayRefuses(f"the relay refuses the sender: {mail.code} {mail.text}")

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
            done(current, Outcome("deferred", self._lost_code, reply, self._lost_about))

    # Replies.

    async def _reply(self, seconds: float) -> Reply:
        if not self._replies:
            await self._hear(seconds)
        reply = self._replies.popleft()
        if reply.code == 421 and not self._lost:
            # The server will close; what this reply refuses is decided by whoever asked.
            self._lost_code = reply.code
            self._lose(f"{reply.code} {reply.text}")
        return reply

    async def _hear(self, seconds: float) -> None:
        """Return when there is a reply; in a pipeline several come together."""
        if not self._lost:
            self._waiter = self._loop.create_future()
            self._patience.start(seconds)
            try:
                await self._waiter
            finally:
                self._waiter = None
                self._patience.stop()
        if not self._replies:
            raise ConnectionLost(self._lost)

    def _line(self, line: bytes) -> None:
        try:
            reply, more = _read_line(line)
        except ValueError:
            self._lose("the server's answer is no SMTP reply")
            return
        if not more and not self._text:
            self._replies.append(reply)
            return
        self._text.append(reply.text)
        if len(self._text) > _MOST_LINES:
            self._lose("the server's answer is too long")
        elif not more:
            self._replies.append(Reply(reply.code, " ".join(self._text)[:500]))
            self._text = []

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done() and (self._replies or self._lost):
            self._waiter.set_result(None)


@lru_cache(maxsize=64)  # a relay says the same few things to every message
def _read_line(line: bytes) -> tuple[Reply, bool]:
    """One line of a reply, and whether more lines of it follow. ValueError for any other."""
    text = line.rstrip(b"\r").decode("utf-8", "replace")
    if not text.isprintable():
        # No control character goes on into the ledger: no database keeps a NUL.
        text = "".join(c if c.isprintable() else " " for c in text)
    code, mark = text[:3], text[3:4]
    if len(code) < 3 or not (code.isascii() and code.isdigit()) or mark not in ("", " ", "-"):
        raise ValueError
    return Reply(int(code), text[4:].strip()[:500]), mark == "-"


def _ending(
    envelope: Envelope, content: bytes, *, send: bool, open_data: bool
) -> tuple[bytes, ...]:
    """What ends a message: its content and the final dot, or what takes it back."""
    if not send:
        # After 354 there is no way back but an empty message (RFC 2920 §3.1).
        return (_DOT,) if open_data else (b"RSET\r\n",)
    if envelope.dotless:
        return content, _DOT
    # A dot that begins a line is doubled (RFC 5321 §4.5.2).
    return content.replace(b"\r\n.", b"\r\n.."), _DOT


def _final(reply: Reply) -> Outcome:
    return Outcome("accepted", reply.code, reply.text) if reply.good else reply.outcome()


def _too_big(size: int, limit: int) -> str:
    """In kB, the size rounded up and the limit down, so that they are never the same."""
    return f"the message has {-(-size // 1000)} kB, the relay takes {limit // 1000} kB"
