"""An SMTP server that is far away: `python -m bench.far_server PORT SECONDS LOG`.

Each answer comes SECONDS after what it answers, the greeting and the one to the final dot too;
commands that travel together are answered together. Of each message that is accepted, LOG gets
a line with the monotonic time at which its 250 left the server, and the recipient.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO

_HELLO = b"250-far.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
_ANSWERS = {b"EHLO": _HELLO, b"DATA": b"354 go ahead\r\n", b"QUIT": b"221 bye\r\n"}


class _Conversation(asyncio.Protocol):
    def __init__(self, seconds: float, log: TextIO) -> None:
        self._seconds = seconds
        self._log = log
        self._buffer = b""
        self._in_data = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._later(b"220 far.test\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._in_data:
                _, dot, rest = self._buffer.partition(b"\r\n.\r\n")
                if not dot:
                    return
                self._buffer, self._in_data = rest, False
                self._later(b"250 2.0.0 queued\r\n", self._recipient)
                continue
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                return
            self._buffer = rest
            verb = line[:4].upper()
            if verb == b"RCPT":
                self._recipient = line.split(b"<")[1].split(b">")[0].decode()
            self._in_data = verb == b"DATA"
            self._later(_ANSWERS.get(verb, b"250 2.0.0 ok\r\n"))

    def _later(self, answer: bytes, accepted: str = "") -> None:
        asyncio.get_running_loop().call_later(self._seconds, self._say, answer, accepted)

    def _say(self, answer: bytes, accepted: str) -> None:
        if self._transport.is_closing():
            return
        if accepted:
            self._log.write(f"{time.monotonic():.4f} {accepted}\n")
            self._log.flush()
        self._transport.write(answer)
        if answer.startswith(b"221"):
            self._transport.close()


async def _serve(port: int, seconds: float, log: TextIO) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: _Conversation(seconds, log), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[3]).open("a", encoding="ascii") as log:
        asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), log))
