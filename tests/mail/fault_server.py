"""A small SMTP server that answers as the recipient's local part tells it to.

451-rcpt, 550-rcpt, 421-rcpt   that code at RCPT (421 closes), with the text in TEXTS
451-data, 550-data, 421-data   that code after the final dot (421 closes)
550+5.2.1-rcpt, 550+no-data    that code with this enhanced status code, or with none
greylist                       451 at RCPT the first time, accepted from then on
drop-rcpt                      closes at RCPT
drop-data                      takes the message and closes without an answer
hang-data                      takes the message and says nothing more
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TEXTS = {
    451: "4.3.0 try again",
    550: "5.1.1 no such user",
    552: "5.2.2 mailbox full",
    554: "5.7.1 rejected as spam",
    421: "4.7.0 closing",
}


@dataclass
class FaultServer:
    """`accepted` holds (recipient, bytes) of each message that got its 250.

    `most` is how many connections it takes at a time; the others are told 421. `busiest` is how
    many it had at once.
    """

    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 1000000", "SMTPUTF8", "8BITMIME")
    close_after: int = 0
    most: int = 0
    greeting: bytes = b"220 fault.test\r\n"
    refuse_mail: bytes = b""
    go_ahead_always: bool = False
    delay: float = 0.0
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    password: str = ""
    port: int = 0
    connections: int = 0
    busiest: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    unanswered: list[tuple[str, bytes]] = field(default_factory=list)
    greylisted: set[str] = field(default_factory=set)
    commands: list[bytes] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FaultServer"]:
        writers: set[asyncio.StreamWriter] = set()
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.add(writer)
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            self.connections += 1
            if self.most and len(writers) > self.most:
                writers.discard(writer)
                writer.write(b"421 4.7.0 too many connections\r\n")
                writer.close()
                return
            self.busiest = max(self.busiest, len(writers))
            try:
                await self._converse(reader, writer)
            except (ConnectionError, ssl.SSLError):
                pass
            finally:
                writer.close()
                writers.discard(writer)

        server = await asyncio.start_server(
            serve, "127.0.0.1", 0, ssl=self.tls if self.implicit_tls else None
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.release.set()
            server.close()
            for writer in list(writers):
                writer.close()
            if tasks:
                await asyncio.wait(tasks, timeout=5)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        recipient = ""
        taken = 0
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb != b"EHLO":
                self.commands.append(line.rstrip())
            if verb == b"EHLO":
                lines = ["fault.test", *self.extensions]
                if self.tls and not writer.get_extra_info("sslcontext"):
                    lines.append("STARTTLS")
                elif self.password:
                    lines.append("AUTH PLAIN")
                writer.writelines(
                    f"250{'-' if n < len(lines) - 1 else ' '}{text}\r\n".encode()
                    for n, text in enumerate(lines)
                )
            elif verb == b"STAR" and self.tls:
                writer.write(b"220 2.0.0 ready\r\n")
                plain = writer.transport
                try:
                    await writer.start_tls(self.tls)
                finally:
                    # Python 3.11 leaves None after a handshake that failed, and stumbles over it.
                    vars(writer)["_transport"] = writer.transport or plain
            elif verb == b"AUTH":
                given = base64.b64decode(line.split()[2]).split(b"\0")[-1].decode()
                good = given == self.password
                writer.write(b"235 2.7.0 in\r\n" if good else b"535 5.7.8 wrong\r\n")
            elif verb == b"MAIL":
                recipient = ""
                writer.write(self.refuse_mail or b"250 2.1.0 ok\r\n")
            elif verb == b"RCPT":
                name = line.split(b"<")[1].split(b">")[0].decode()
                if name.startswith("drop-rcpt"):
                    return
                if refusal := self._at_rcpt(name):
                    writer.write(refusal)
                    if refusal.startswith(b"421"):
                        return
                else:
                    recipient = name
                    writer.write(b"250 2.1.5 ok\r\n")
            elif verb == b"DATA":
                if not recipient and not self.go_ahead_always:
                    writer.write(b"503 5.5.1 no recipient\r\n")
                    continue
                writer.write(b"354 go ahead\r\n")
                content = await self._content(reader)
                if not recipient:
                    writer.write(b"554 5.5.1 no valid recipients\r\n")
                elif not await self._judge(recipient, content, writer):
                    return
                else:
                    taken += 1
                    if taken == self.close_after:
                        await writer.drain()
                        return
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")

    def _at_rcpt(self, recipient: str) -> bytes:
        """The refusal of this recipient; empty when it is welcome."""
        if recipient.startswith("greylist") and recipient not in self.greylisted:
            self.greylisted.add(recipient)
            return b"451 4.7.1 greylisted\r\n"
        return _refusal(recipient, "-rcpt")

    async def _content(self, reader: asyncio.StreamReader) -> bytes:
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _judge(self, recipient: str, content: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer the final dot; whether the conversation goes on."""
        local = recipient.partition("@")[0]
        if self.delay:
            await asyncio.sleep(self.delay)
        if local.startswith(("drop-data", "hang-data")):
            self.unanswered.append((recipient, content))
            if local.startswith("hang-data"):
                await self.release.wait()
            return False
        if refusal := _refusal(recipient, "-data"):
            writer.write(refusal)
            return not refusal.startswith(b"421")
        self.accepted.append((recipient, content))
        writer.write(b"250 2.0.0 queued\r\n")
        return True


def _refusal(recipient: str, stage: str) -> bytes:
    fault, at_this_stage, _ = recipient.partition("@")[0].partition(stage)
    code, _, status = fault.partition("+")
    if not at_this_stage or not code.isdigit():
        return b""
    text = f"{status} told so".removeprefix("no ") if status else TEXTS[int(code)]
    return f"{code} {text}\r\n".encode()
