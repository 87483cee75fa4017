"""Letting somebody in: an account, and a link with which they choose their password."""

from datetime import datetime

from hub import journal
from hub.db import Transaction
from hub.tokens import Signer
from hub.users import accounts, letters, one_time_links
from hub.users.model import Role, User


def invite(
    tx: Transaction,
    *,
    email: str,
    name: str,
    role: Role,
    mailed: bool,
    language: str,
    signer: Signer,
    now: datetime,
) -> tuple[User, str]:
    """A new account, and the token of its link. Raises as `accounts.create`."""
    user = accounts.create(tx, email=email, name=name, role=role, password_hash=None, now=now)
    return user, _link(tx, user, mailed=mailed, language=language, signer=signer, now=now)


def link(
    tx: Transaction, user: User, *, mailed: bool, language: str, signer: Signer, now: datetime
) -> str:
    """The token of a new link to choose a password; earlier ones end. `mailed`: it goes to their
    address as well."""
    token = _link(tx, user, mailed=mailed, language=language, signer=signer, now=now)
    journal.note(tx, "users", "link", subject=user.name or user.email, number=user.id)
    return token


def _link(
    tx: Transaction, user: User, *, mailed: bool, language: str, signer: Signer, now: datetime
) -> str:
    if mailed:
        return letters.ask(tx, user, language=language, signer=signer, now=now)
    return one_time_links.make(tx, "password", user.id, now)
