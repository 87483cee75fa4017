"""Making, changing and removing accounts. Whoever changes a password or a role ends every
session and every open link of that account."""

from datetime import datetime

from hub import addresses, journal
from hub.db import Transaction
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_
from hub.users import one_time_links, store
from hub.users.model import ROLES, Role, User

LONGEST_NAME = 80


def create(
    tx: Transaction,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None,
    now: datetime,
) -> User:
    """A new account. Raises Refused for a wrong address or name, Conflict for a known address."""
    email = addresses.checked(email)
    key = addresses.key(email)
    if store.by_email_key(tx, key) is not None:
        raise Conflict(N_("There is an account with this address already."), field="email")
    user = store.insert(
        tx,
        email=email,
        email_key=key,
        name=checked_name(name),
        role=role,
        password_hash=password_hash,
        now=now,
    )
    _note(tx, "added", user, became=role)
    return user


def by_email(tx: Transaction, email: str) -> User:
    """The account of an address. Raises NotFound."""
    user = find(tx, email)
    if user is None:
        raise NotFound(N_("There is no account with the address %(email)s."), email=email)
    return user


def find(tx: Transaction, email: str) -> User | None:
    """The account of an address as somebody typed it, or None."""
    try:
        key = addresses.key(addresses.checked(email))
    except Refused:
        return None
    return store.by_email_key(tx, key)


def rename(tx: Transaction, user: User, name: str) -> None:
    name = checked_name(name)
    if name != user.name:
        store.set_name(tx, user.id, name)
        _note(tx, "renamed", user, was=user.name, became=name)


def change_password(tx: Transaction, user: User, password_hash: str) -> None:
    """The account has this password from now on, and is logged in nowhere."""
    store.set_password_hash(tx, user.id, password_hash)
    end_everything(tx, user.id)
    _note(tx, "password", user)


def change_role(tx: Transaction, user: User, role: str) -> None:
    """Raises Refused for an unknown role, and when the hub would be left without an owner."""
    if role not in ROLES:
        raise Refused(N_("A role is owner or editor."), field="role")
    if user.role == role:
        return
    if user.is_owner:
        _keep_an_owner(tx, user)
    store.set_role(tx, user.id, role)
    end_everything(tx, user.id)
    _note(tx, "role", user, was=user.role, became=role)


def remove(tx: Transaction, user: User) -> None:
    """Raises Refused when the hub would be left without an owner."""
    if user.is_owner:
        _keep_an_owner(tx, user)
    one_time_links.end(tx, "password", user.id)
    store.delete(tx, user.id)
    _note(tx, "removed", user)


def end_everything(tx: Transaction, user_id: int) -> None:
    """End every session and every open link of an account."""
    store.delete_sessions_of(tx, user_id)
    one_time_links.end(tx, "password", user_id)


def checked_name(name: str) -> str:
    """The name without the spaces around it. Raises Refused."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(
            N_("A name is one line of at most %(longest)s characters."),
            field="name",
            longest=LONGEST_NAME,
        )
    return name


def _note(tx: Transaction, deed: str, user: User, *, was: str = "", became: str = "") -> None:
    journal.note(
        tx,
        "users",
        deed,
        subject=user.name or user.email,
        number=user.id,
        was=was,
        became=became,
    )


def _keep_an_owner(tx: Transaction, leaving: User) -> None:
    others = [user for user in store.owners(tx) if user.id != leaving.id]
    if not others:
        raise Refused(N_("This is the last owner; a hub needs one."), field="role")
    if leaving.password_hash and not any(user.password_hash for user in others):
        raise Refused(
            N_("No other owner has chosen a password yet; a hub needs one who can log in."),
            field="role",
        )
