"""Being logged in: a random token in the browser, its hash here."""

from datetime import datetime, timedelta

from hub import journal, tokens
from hub.db import Transaction
from hub.users import store
from hub.users.model import Session, User

LIFETIME = timedelta(days=30)


def begin(tx: Transaction, user: User, now: datetime, *, device: str = "") -> str:
    """A new session of this account; its token (256 random bits). `device` as devices.named."""
    store.delete_expired_sessions(tx, now)
    token = tokens.new_token()
    store.insert_session(
        tx,
        token_hash=tokens.token_hash(token),
        user_id=user.id,
        device=device,
        now=now,
        expires_at=now + LIFETIME,
    )
    return token


def user_of(tx: Transaction, token: str, now: datetime) -> User | None:
    """Who is logged in with this token, or None."""
    return store.session_user(tx, tokens.token_hash(token), now)


def of(tx: Transaction, user: User, now: datetime) -> list[Session]:
    """Where somebody is logged in, the newest first."""
    return store.sessions_of(tx, user.id, now)


def name_of(token: str) -> str:
    """The name of the session of this token, as `of` lists it."""
    return tokens.token_hash(token)[:16]


def end(tx: Transaction, token: str) -> None:
    """Log out."""
    store.delete_session(tx, tokens.token_hash(token))


def end_named(tx: Transaction, user: User, name: str) -> None:
    """Log somebody out in one place; harmless when that is over already."""
    if store.delete_session_named(tx, user.id, name):
        _note(tx, user)


def end_all(tx: Transaction, user: User, *, but: str = "") -> None:
    """Log somebody out everywhere, except where the token is `but`."""
    kept = tokens.token_hash(but) if but else ""
    if store.delete_sessions_of(tx, user.id, but=kept):
        _note(tx, user)


def _note(tx: Transaction, user: User) -> None:
    subject = user.name or user.email
    journal.note(tx, "users", "logged out", subject=subject, number=user.id)
