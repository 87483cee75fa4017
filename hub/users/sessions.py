"""Being logged in: a random token in the browser, its hash here."""

from datetime import datetime, timedelta

from hub import tokens
from hub.db import Transaction
from hub.users import store
from hub.users.model import User

LIFETIME = timedelta(days=30)


def begin(tx: Transaction, user: User, now: datetime) -> str:
    """A new session of this account; its token (256 random bits)."""
    store.delete_expired_sessions(tx, now)
    token = tokens.new_token()
    store.insert_session(
        tx,
        token_hash=tokens.token_hash(token),
        user_id=user.id,
        now=now,
        expires_at=now + LIFETIME,
    )
    return token


def user_of(tx: Transaction, token: str, now: datetime) -> User | None:
    """Who is logged in with this token, or None."""
    return store.session_user(tx, tokens.token_hash(token), now)


def end(tx: Transaction, token: str) -> None:
    """Log out."""
    store.delete_session(tx, tokens.token_hash(token))
