"""Addresses that must never get mail again, kept as keyed hashes and the SQL for them.

The key belongs to the data, not to the machine: it lives in `secrets` and travels with
full exports. Without it the hashes say nothing; with the key of another hub neither.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from hub.audience.model import SuppressionReason
from hub.db import Transaction, in_list
from hub.errors import Conflict
from hub.i18n import N_
from hub.site import secret_keys
from hub.tokens import KeyedHash

KEY_NAME = "suppression"
# Who was erased or whose address was dead may come back by an own sign-up: the confirmation that
# they press shows that they want to, and that mail arrives. The others get nothing, whoever asks.
_MAY_COME_BACK: tuple[SuppressionReason, ...] = ("erased", "bounced")
_AMONG = "SELECT email_hash FROM suppressions WHERE email_hash IN :keys"
_PAGE = 2_000


def is_suppressed(tx: Transaction, email_key: str) -> bool:
    """Whether no mail may go to this address (`addresses.key`), whatever the reason.

    A confirmation mail is the exception: its composer decides with `bars_sign_up`.
    """
    return reason(tx, email_key) is not None


def reason(tx: Transaction, email_key: str) -> str | None:
    """Why an address is suppressed: bounced, complained, erased, owner; None when it is not."""
    key = secret_keys.existing(tx, KEY_NAME)
    if key is None:
        return None
    return tx.one(
        str, "SELECT reason FROM suppressions WHERE email_hash = :hash", hash=_hash(key, email_key)
    )


def bars_sign_up(tx: Transaction, email_key: str) -> bool:
    """Whether a sign-up of this address gets no mail either."""
    return reason(tx, email_key) not in (None, *_MAY_COME_BACK)


def among(tx: Transaction, email_keys: Iterable[str]) -> set[str]:
    """Those of `email_keys` that are suppressed."""
    key = secret_keys.existing(tx, KEY_NAME)
    if key is None:
        return set()
    keyed = KeyedHash(key)
    by_hash = {keyed.digest(email_key.encode()).hex(): email_key for email_key in email_keys}
    return {by_hash[row] for row in tx.among(str, _AMONG, list(by_hash))}


def suppress(tx: Transaction, email_key: str, reason: SuppressionReason, *, now: datetime) -> None:
    """Never mail this address again. A reason that lets nobody back is not replaced by another."""
    tx.execute(
        "INSERT INTO suppressions (email_hash, reason, created_at) VALUES (:hash, :reason, :now)"
        " ON CONFLICT (email_hash) DO UPDATE SET reason = excluded.reason"
        " WHERE excluded.reason IN ('complained', 'owner') OR (excluded.reason = 'bounced'"
        " AND suppressions.reason = 'erased')",
        hash=_hash(secret_keys.key(tx, KEY_NAME), email_key),
        reason=reason,
        now=now,
    )


def come_back(tx: Transaction, email_key: str) -> None:
    """Somebody who was erased or bounced signed up again and confirmed."""
    lift(tx, email_key, *_MAY_COME_BACK)


def lift(tx: Transaction, email_key: str, *reasons: SuppressionReason) -> None:
    """Mail may go to this address again, if it is suppressed for one of `reasons`."""
    key = secret_keys.existing(tx, KEY_NAME)
    if key is not None:
        names, values = in_list("reason", reasons)
        tx.execute(
            f"DELETE FROM suppressions WHERE email_hash = :hash AND reason IN {names}",
            hash=_hash(key, email_key),
            **values,
        )


class Entry(NamedTuple):
    """One line of the list as it travels; `created_at` as text."""

    email_hash: str
    reason: str
    created_at: str


def travelling_key(tx: Transaction) -> bytes | None:
    """The key that must travel with the hashes; None when nobody was ever suppressed."""
    return secret_keys.existing(tx, KEY_NAME)


def entries(tx: Transaction) -> Iterator[Entry]:
    """The whole list, in the order of its hashes; memory is flat."""
    after = ""
    while rows := tx.all(
        tuple,
        "SELECT email_hash, reason, created_at FROM suppressions WHERE email_hash > :after"
        " ORDER BY email_hash LIMIT :limit",
        after=after,
        limit=_PAGE,
    ):
        yield from map(Entry._make, rows)
        after = rows[-1][0]


def adopt_key(tx: Transaction, key: bytes) -> None:
    """The hashes that come in were made with this key: from now on it is this hub's.

    Raises Conflict when this hub has a list of its own under another key: hashes cannot be
    made anew, because nobody knows the addresses.
    """
    own = secret_keys.existing(tx, KEY_NAME)
    if own == key:
        return
    if tx.scalar("SELECT 1 FROM suppressions LIMIT 1") is not None:
        raise Conflict(
            N_(
                "This hub has a suppression list of its own under another key; two lists cannot"
                " become one. Import into an empty hub."
            )
        )
    tx.execute(
        "INSERT INTO secrets (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name=KEY_NAME,
        value=key,
    )


def known_hashes(tx: Transaction, hashes: Iterable[str]) -> set[str]:
    """Those of the hashes that are on the list."""
    return set(tx.among(str, _AMONG, list(hashes)))


def add_entries(tx: Transaction, entries: Iterable[Entry]) -> None:
    """Add lines that are not on the list."""
    tx.load("suppressions", Entry._fields, entries)


def _hash(key: bytes, email_key: str) -> str:
    return KeyedHash(key).digest(email_key.encode()).hex()
