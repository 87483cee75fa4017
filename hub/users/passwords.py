"""Passwords: argon2id, at most two at a time, so that parallel log-ins stay under 40 MiB."""

import threading
import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import Refused
from hub.i18n import N_

SHORTEST = 12
LONGEST = 512
_AT_ONCE = 2
_hasher = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_slots = threading.BoundedSemaphore(_AT_ONCE)
# What the password of an account that does not exist is compared with: the hash of 32 random
# bytes that nobody kept. Its parameters are those of real ones, so it takes the same time.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$Exua8HlSAOTvxuSV9dJxIA"
    "$u6YeZyvO6md+O0aD2Q2k62MT2XPGsQBlGH8VsS6Vi78"
)


def checked(password: str, *, email: str = "") -> str:
    """The password itself. Raises Refused for one that is easily guessed."""
    if len(password) < SHORTEST:
        raise Refused(
            N_("A password needs %(shortest)s characters or more."),
            field="password",
            shortest=SHORTEST,
        )
    if len(password) > LONGEST:
        raise Refused(
            N_("A password has at most %(longest)s characters."), field="password", longest=LONGEST
        )
    if len(set(password)) < 4 or (email and password.casefold() == email.casefold()):
        raise Refused(
            N_("This password is too easily guessed; four words in a row make a good one."),
            field="password",
        )
    return password


def hashed(password: str) -> str:
    """The argon2id hash to store, with its parameters and salt. Takes some 30 ms and 19 MiB."""
    with _slots:
        return _hasher.hash(_bytes(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. None (no such account, none chosen) costs the same time."""
    known = password_hash is not None
    if len(password) > LONGEST:
        password, known = "", False
    with _slots:
        try:
            return _hasher.verify(password_hash or _NOBODYS, _bytes(password)) and known
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    # One keyboard sends é as one code point, another as two: they are the same password.
    return unicodedata.normalize("NFKC", password).encode()
