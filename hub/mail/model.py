"""A mail before it is bytes, what the queue knows of it, and how it fared."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from hub.db import Transaction
from hub.site.model import Site
from hub.tokens import Signer

# Renders a template of the theme's mail/ folder: (template, language, context) → text.
Render = Callable[[str, str, Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in text and in HTML.

    `unsubscribe_url` (https, ASCII) is where its reader leaves with one press; empty for mail
    that nobody can leave, such as a new password.
    """

    subject: str
    text: str
    html: str
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail that waits for the worker; `kind` says what `subject_id` is the id of."""

    id: int
    kind: str
    subject_id: int
    recipient: str
    language: str
    attempts: int
    created_at: datetime


class Composer(Protocol):
    """Writes the letter of one kind of mail, when it is sent: no token waits in the database."""

    def __call__(
        self, tx: Transaction, mail: QueuedMail, *, site: Site, signer: Signer, render: Render
    ) -> Letter | None:
        """The letter, or None when nobody wants it any more (the mail is then dropped)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Header lines that will stand above a message: `size` bytes, there when `made` is done."""

    size: int
    made: Awaitable[bytes]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way. Addresses have their domain in A-label form (hub/mail/headers.py).

    `content` is the message as bytes, lines end with CRLF; `key` is the sender's own name
    for it and comes back with its outcome. `dotless`: it is known that no line begins with a dot;
    `canonical`: that its body is in DKIM's relaxed form (RFC 6376 §3.4.4).
    `signature` is still being made, while the relay is told of the message already.
    """

    key: object
    sender: str
    recipient: str
    content: bytes
    dotless: bool = False
    canonical: bool = False
    signature: Signature | None = None

    @property
    def size(self) -> int:
        """Bytes of the whole message."""
        return len(self.content) + (self.signature.size if self.signature else 0)

    async def whole(self) -> bytes:
        """The message as it leaves."""
        return await self.signature.made + self.content if self.signature else self.content


State = Literal["accepted", "deferred", "failed", "unknown"]
About = Literal["reader", "message"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one message fared; `code` is the SMTP reply's, None when there was no reply.

    `about` is `message` when it was refused before its reader was named: it is too big. `relay`
    is the name of the relay that it was handed to, empty when there was none.
    """

    state: State
    code: int | None
    reply: str
    about: About = "reader"
    relay: str = ""


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail that we sent: `number` is the reader's id, or a letter's when `edition` is 0."""

    edition: int
    number: int


class RelayAway(Exception):
    """The relay cannot be reached now. Later it may; nothing was sent."""


class RelayFull(RelayAway):
    """The relay works, and takes no more connections than it has."""


class RelayRefuses(Exception):
    """The relay refuses this sender: log-in, TLS or the From address. Only the owner can mend it.

    `state` of the message in hand stays what it was: nothing was sent.
    """


# Gives the next message, or None when there is none now.
Take = Callable[[], Envelope | None]
# Told once about every message that was taken; None gives it back untouched.
Done = Callable[[Envelope, Outcome | None], None]


class Connection(Protocol):
    """One way out, used by one task at a time."""

    @property
    def usable(self) -> bool:
        """Whether another message can go over it."""

    async def deliver(self, first: Envelope, take: Take, done: Done) -> None:
        """Send `first` and whatever `take` gives, until it gives None.

        Raises RelayRefuses; never leaves a message without its outcome, even cancelled.
        """

    async def close(self) -> None:
        """Say goodbye."""


@dataclass(frozen=True, slots=True)
class Secured:
    """How a connection is secured: `TLSv1.3`, its cipher, and until when the server's certificate
    is valid; None where nobody vouches for it."""

    version: str
    cipher: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a relay is, as far as this process knows; `reason` is why it is not `working`."""

    relay: str
    state: Literal["untried", "working", "away", "refusing"] = "untried"
    reason: str = ""


class Mailer(Protocol):
    """Where mail goes: the relays or the outbox."""

    async def connect(self) -> Connection:
        """A fresh connection. Raises RelayAway or RelayRefuses, with the reason in words."""
