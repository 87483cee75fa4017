"""Links that work once: set-up, a new password. The token is 256 random bits; only its hash
is stored, so that nobody who reads the database can use an open link."""

from datetime import datetime, timedelta
from typing import Literal

from hub import tokens
from hub.db import Transaction
from hub.errors import NotAllowed
from hub.i18n import N_
from hub.users import store
from hub.users.model import Link

Purpose = Literal["setup", "password"]
LIFETIMES: dict[Purpose, timedelta] = {
    # A set-up link ends when the hub is set up or starts again.
    "setup": timedelta(days=7),
    "password": timedelta(hours=24),
}


def make(tx: Transaction, purpose: Purpose, subject_id: int | None, now: datetime) -> str:
    """A fresh token for `purpose`; earlier ones of the same subject end."""
    token = tokens.new_token()
    open_with(tx, purpose, token, subject_id, now)
    return token


def open_with(
    tx: Transaction, purpose: Purpose, token: str, subject_id: int | None, now: datetime
) -> None:
    """As `make`, with a token of 256 bits that is known to nobody else."""
    store.delete_old_links(tx, now)
    end(tx, purpose, subject_id)
    store.insert_link(
        tx,
        token_hash=tokens.token_hash(token),
        purpose=purpose,
        subject_id=subject_id,
        now=now,
        expires_at=now + LIFETIMES[purpose],
    )


def is_open(tx: Transaction, purpose: Purpose, token: str, now: datetime) -> bool:
    """Whether the link of this token works."""
    token_hash = tokens.token_hash(token)
    return store.open_link(tx, purpose=purpose, token_hash=token_hash, now=now) is not None


def look(tx: Transaction, purpose: Purpose, token: str, now: datetime) -> Link:
    """The open link of this token. Raises NotAllowed when there is none."""
    link = store.open_link(tx, purpose=purpose, token_hash=tokens.token_hash(token), now=now)
    if link is None:
        raise NotAllowed(N_("This link has been used already, or its time is over."))
    return link


def use(tx: Transaction, purpose: Purpose, token: str, now: datetime) -> Link:
    """As `look`, and the link works no more."""
    link = look(tx, purpose, token, now)
    if not store.mark_link_used(tx, link.token_hash, now):
        raise NotAllowed(N_("This link has been used already, or its time is over."))
    return link


def end(tx: Transaction, purpose: Purpose, subject_id: int | None) -> None:
    """Every open link of this purpose and subject works no more."""
    store.end_links(tx, purpose=purpose, subject_id=subject_id)
