"""A mail before it is bytes, and what the queue of mails knows of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.db import Transaction
from hub.site.model import Site
from hub.tokens import Signer

# Renders a template of the theme's mail/ folder: (template, language, context) → text.
Render = Callable[[str, str, Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in text and in HTML."""

    subject: str
    text: str
    html: str


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
