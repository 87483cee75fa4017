"""An SMTP server that writes down every message before it says 250: `… FILE [SECONDS]`.

Fast enough for thousands of messages a second. The port is its first line on stdout. A line of
FILE is a message (`m`, when, connection, recipient, Message-ID, Date, SHA-256 of the content) or
the end of a connection (`c`, when, connection), tabs between; `when` is the monotonic clock. With
SECONDS each message takes that long, and is taken even if its sender is gone by then.
"""

import asyncio
import hashlib
import signal
import sys
import time
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

from uvloop import new_event_loop

_HELLO = b"250-recorder.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE\r\n"
_ANSWERS = {
    b"EHLO": _HELLO,
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"DATA": b"354 go ahead\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
_END = b"\r\n.\r\n"
_numbers = count(1)


class Conversation(asyncio.Protocol):
    def __init__(self, record: BinaryIO, seconds: float) -> None:
        self._record = record
        self._seconds = seconds
        self._number = next(_numbers)
        self._buffer = bytearray()
        self._looked = 0
        self._recipient = b""
        self._reading = False
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no subclass.
        self._transport = cast(asyncio.Transport, transport)
        self._say(b"220 recorder.test\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self._record.write(b"c\t%.6f\t%d\n" % (time.monotonic(), self._number))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._busy:
            self._go_on()

    def _go_on(self) -> None:
        while not self._busy and (self._content() if self._reading else self._command()):
            pass

    def _command(self) -> bool:
        line, found, _ = self._buffer.partition(b"\r\n")
        if not found:
            return False
        del self._buffer[: len(line) + 2]
        verb = bytes(line[:4]).upper()
        if verb == b"RCPT":
            self._recipient = bytes(line[line.index(b"<") + 1 : line.index(b">")])
        self._reading = verb == b"DATA"
        # So that a message without content, a lone dot, ends like any other.
        self._looked = 0
        self._say(_ANSWERS.get(verb, b"500 5.5.1 what?\r\n"))
        if verb == b"QUIT":
            self._transport.close()
        return True

    def _content(self) -> bool:
        end = self._buffer.find(_END, max(0, self._looked - len(_END)))
        if end < 0:
            self._looked = len(self._buffer)
            return False
        content = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(_END)]
        self._reading = False
        if self._seconds:
            self._busy = True
            asyncio.get_running_loop().call_later(self._seconds, self._later, content)
        else:
            self._take(content)
        return True

    def _later(self, content: bytes) -> None:
        self._take(content)
        self._busy = False
        self._go_on()

    def _take(self, content: bytes) -> None:
        content = content.replace(b"\r\n..", b"\r\n.")
        head, _, _ = content.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n") if b": " in line)
        self._record.write(
            b"m\t%.6f\t%d\t%s\t%s\t%s\t%s\n"
            % (
                time.monotonic(),
                self._number,
                self._recipient,
                fields.get(b"Message-ID", b""),
                fields.get(b"Date", b""),
                hashlib.sha256(content).hexdigest().encode(),
            )
        )
        self._say(b"250 2.0.0 taken\r\n")

    def _say(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(path: Path, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    with path.open("ab", buffering=0) as record:
        server = await loop.create_server(lambda: Conversation(record, seconds), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await stopping.wait()
        server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
