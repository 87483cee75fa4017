"""The SQL of accounts, sessions and one-time links."""

from datetime import datetime

from hub.db import Transaction
from hub.users.model import Link, Session, User


def by_id(tx: Transaction, user_id: int) -> User | None:
    return tx.one(User, "SELECT * FROM users WHERE id = :id", id=user_id)


def by_email_key(tx: Transaction, email_key: str) -> User | None:
    """The account of an address; `email_key` is `hub.addresses.key` of it."""
    return tx.one(User, "SELECT * FROM users WHERE email_key = :key", key=email_key)


def everybody(tx: Transaction) -> list[User]:
    """Every account, oldest first."""
    return tx.all(User, "SELECT * FROM users ORDER BY id")


def owners(tx: Transaction) -> list[User]:
    return tx.all(User, "SELECT * FROM users WHERE role = 'owner' ORDER BY id")


def insert(
    tx: Transaction,
    *,
    email: str,
    email_key: str,
    name: str,
    role: str,
    password_hash: str | None,
    now: datetime,
) -> User:
    """A new account. Raises Conflict when the address has one."""
    user = tx.one(
        User,
        "INSERT INTO users (email, email_key, name, role, password_hash, created_at)"
        " VALUES (:email, :email_key, :name, :role, :password_hash, :now) RETURNING *",
        email=email,
        email_key=email_key,
        name=name,
        role=role,
        password_hash=password_hash,
        now=now,
    )
    assert user is not None
    return user


def set_name(tx: Transaction, user_id: int, name: str) -> None:
    tx.execute("UPDATE users SET name = :name WHERE id = :id", id=user_id, name=name)


def set_password_hash(tx: Transaction, user_id: int, password_hash: str) -> None:
    tx.execute(
        "UPDATE users SET password_hash = :hash WHERE id = :id", id=user_id, hash=password_hash
    )


def set_role(tx: Transaction, user_id: int, role: str) -> None:
    tx.execute("UPDATE users SET role = :role WHERE id = :id", id=user_id, role=role)


def delete(tx: Transaction, user_id: int) -> None:
    """Remove an account; its sessions go with it."""
    tx.execute("DELETE FROM users WHERE id = :id", id=user_id)


def insert_session(
    tx: Transaction,
    *,
    token_hash: str,
    user_id: int,
    device: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    tx.execute(
        "INSERT INTO sessions (token_hash, user_id, device, created_at, expires_at)"
        " VALUES (:token_hash, :user_id, :device, :now, :expires_at)",
        device=device,
        token_hash=token_hash,
        user_id=user_id,
        now=now,
        expires_at=expires_at,
    )


def session_user(tx: Transaction, token_hash: str, now: datetime) -> User | None:
    """Whose session this is, while it lasts."""
    return tx.one(
        User,
        "SELECT users.* FROM sessions JOIN users ON users.id = sessions.user_id"
        " WHERE sessions.token_hash = :token_hash AND sessions.expires_at > :now",
        token_hash=token_hash,
        now=now,
    )


def delete_session(tx: Transaction, token_hash: str) -> None:
    tx.execute("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=token_hash)


def sessions_of(tx: Transaction, user_id: int, now: datetime) -> list[Session]:
    """The sessions of an account that last still, the newest first."""
    return tx.all(
        Session,
        "SELECT substr(token_hash, 1, 16) AS name, user_id, device, created_at, expires_at"
        " FROM sessions WHERE user_id = :user_id AND expires_at > :now"
        " ORDER BY created_at DESC, token_hash",
        user_id=user_id,
        now=now,
    )


def delete_session_named(tx: Transaction, user_id: int, name: str) -> int:
    """1 when there was one of this name."""
    return tx.execute(
        "DELETE FROM sessions WHERE user_id = :user_id AND substr(token_hash, 1, 16) = :name",
        user_id=user_id,
        name=name,
    )


def delete_sessions_of(tx: Transaction, user_id: int, *, but: str = "") -> int:
    """How many; `but` is the hash of the token whose session stays."""
    return tx.execute(
        "DELETE FROM sessions WHERE user_id = :user_id AND token_hash <> :but",
        user_id=user_id,
        but=but,
    )


def delete_expired_sessions(tx: Transaction, now: datetime) -> None:
    tx.execute("DELETE FROM sessions WHERE expires_at <= :now", now=now)


def insert_link(
    tx: Transaction,
    *,
    token_hash: str,
    purpose: str,
    subject_id: int | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    tx.execute(
        "INSERT INTO one_time_links (token_hash, purpose, subject_id, created_at, expires_at)"
        " VALUES (:token_hash, :purpose, :subject_id, :now, :expires_at)",
        token_hash=token_hash,
        purpose=purpose,
        subject_id=subject_id,
        now=now,
        expires_at=expires_at,
    )


def open_link(tx: Transaction, *, purpose: str, token_hash: str, now: datetime) -> Link | None:
    """The link, unless it was used or its time is over."""
    return tx.one(
        Link,
        "SELECT * FROM one_time_links WHERE token_hash = :token_hash AND purpose = :purpose"
        " AND used_at IS NULL AND expires_at > :now",
        token_hash=token_hash,
        purpose=purpose,
        now=now,
    )


def mark_link_used(tx: Transaction, token_hash: str, now: datetime) -> int:
    """1 when it was open until now, 0 when somebody else was faster."""
    return tx.execute(
        "UPDATE one_time_links SET used_at = :now"
        " WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now",
        token_hash=token_hash,
        now=now,
    )


def end_links(tx: Transaction, *, purpose: str, subject_id: int | None) -> None:
    """Every open link of this purpose and subject works no more."""
    # IS NOT DISTINCT FROM would go past the index of PostgreSQL.
    subject = {} if subject_id is None else {"subject_id": subject_id}
    tx.execute(
        "DELETE FROM one_time_links WHERE purpose = :purpose AND used_at IS NULL AND subject_id "
        + ("= :subject_id" if subject else "IS NULL"),
        purpose=purpose,
        **subject,
    )


def delete_old_links(tx: Transaction, before: datetime) -> None:
    tx.execute("DELETE FROM one_time_links WHERE expires_at <= :before", before=before)
