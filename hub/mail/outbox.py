"""The outbox: each message a file, so that everything can be tried without a mail server."""

import asyncio
import os
import secrets
from collections.abc import Collection
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses
from itertools import count
from pathlib import Path

from hub import addresses
from hub.mail.model import Connection, Done, Envelope, Outcome, RelayAway, Standing, Take
from hub.times import utcnow

NAME = "outbox"


class OutboxMailer:
    """A mailer that writes `<folder>/<time>-<number>.eml`, names in the order of writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._own = secrets.token_hex(3)

    def standings(self) -> tuple[Standing, ...]:
        return (Standing(NAME),)

    async def connect(self) -> Connection:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RelayAway(f"the outbox cannot be written: {error.strerror}") from error
        return _OutboxConnection(self)

    def write(self, content: bytes) -> None:
        """Write one message; it appears whole, by rename, readable by the owner alone."""
        stamp = utcnow().strftime("%Y%m%dT%H%M%S.%f")[:-3]
        name = f"{stamp}Z-{next(self._numbers):07}-{self._own}.eml"
        unfinished = self._folder / f".{name}.part"
        try:
            descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            unfinished.rename(self._folder / name)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


def forget(folder: Path, recipients: Collection[str]) -> int:
    """Delete the messages to these addresses, in any spelling; how many."""
    if not recipients or not folder.is_dir():
        return 0
    keys = {addresses.key(recipient) for recipient in recipients}
    deleted = 0
    for path in folder.glob("*.eml"):
        try:
            with path.open("rb") as file:
                head = BytesHeaderParser(policy=default).parse(file)
            to = [address for _, address in getaddresses(head.get_all("To", []))]
            if any(addresses.key(address) in keys for address in to if "@" in address):
                path.unlink()
                deleted += 1
        except FileNotFoundError:
            continue
    return deleted


class _OutboxConnection:
    usable = True

    def __init__(self, outbox: OutboxMailer) -> None:
        self._outbox = outbox

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        current: Envelope | None = first
        while current is not None:
            try:
                content = await current.whole()
            except BaseException:
                done(current, None)
                raise
            # A shield: a file that is being written appears, so its outcome must be known.
            writing = asyncio.ensure_future(asyncio.to_thread(self._outbox.write, content))
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                await asyncio.wait([writing])
                done(current, _outcome(writing))
                raise
            except OSError:
                pass
            done(current, _outcome(writing))
            current = take()

    async def close(self) -> None:
        return


def _outcome(writing: "asyncio.Future[None]") -> Outcome:
    error = writing.exception()
    if error is None:
        return Outcome("accepted", None, "written to the outbox", relay=NAME)
    return Outcome("deferred", None, f"the outbox cannot be written: {error}"[:300])
