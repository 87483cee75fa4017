"""Logging in and asking for a new password: what is limited, and what is told to whom."""

import hashlib
from datetime import datetime

from hub import addresses, limits
from hub.db import Transaction
from hub.errors import Refused, TooMany
from hub.i18n import N_
from hub.tokens import Signer
from hub.users import accounts, letters

# Tries that are free, and the seconds in which they come back.
PER_ACCOUNT = (10, 900.0)
PER_NETWORK = (30, 900.0)
MAILS_PER_ACCOUNT = (3, 3600.0)
MAILS_PER_NETWORK = (10, 3600.0)


def allow_try(tx: Transaction, *, email: str, network: str, now: datetime) -> bool:
    """Count one try to log in, right or wrong; False when there were too many.

    The caller commits before it says no, else the tries would not be counted.
    """
    return _take(tx, "login", email, network, PER_ACCOUNT, PER_NETWORK, now)


def ask_for_password(
    tx: Transaction, *, email: str, network: str, language: str, signer: Signer, now: datetime
) -> None:
    """Queue a mail with a link to choose a new password, if the address has an account.

    Whoever asks learns nothing: the answer is the same, with or without an account.
    """
    if not _take(tx, "password", email, network, MAILS_PER_ACCOUNT, MAILS_PER_NETWORK, now):
        return
    user = accounts.find(tx, email)
    if user is not None:
        letters.ask(tx, user, language=language, signer=signer, now=now)


def too_many() -> TooMany:
    return TooMany(N_("Too many tries. Please wait a quarter of an hour, then try again."))


def _take(
    tx: Transaction,
    what: str,
    email: str,
    network: str,
    per_account: tuple[int, float],
    per_network: tuple[int, float],
    now: datetime,
) -> bool:
    names = [
        (f"{what}:account:{_fold(email)}", per_account),
        (f"{what}:net:{network}", per_network),
    ]
    taken = [
        limits.take(tx, name, capacity=capacity, per_seconds=seconds, now=now)
        for name, (capacity, seconds) in names
    ]
    return all(taken)


def _fold(email: str) -> str:
    """One name for all spellings of an address, and not the address itself."""
    try:
        folded = addresses.key(addresses.checked(email))
    except Refused:
        folded = email.strip().casefold()
    return hashlib.sha256(folded.encode()).hexdigest()[:32]
