"""SQL of the keys that programs prove themselves with: one a program, entered or made at the desk.

What a key is and who asks for it is said beside: the mail providers' in webhook_keys.py, the
monitor's in monitoring_key.py. The table is still called after the first of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import journal
from hub.db import Transaction

# To the hour is enough to see that a program comes, and costs one write.
_USED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that there is: by whom and when it was made, and when a program used it last."""

    program: str
    made_at: datetime
    made_by: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """`value` is what was kept of a key, itself or its hash."""

    value: str
    used_at: datetime | None

    def is_used_anew(self, now: datetime) -> bool:
        """Whether a use at `now` is to be written down."""
        return self.used_at is None or self.used_at < now - _USED_AGAIN


@dataclass(frozen=True, slots=True)
class _Value:
    program: str
    value: str


def entered(tx: Transaction) -> dict[str, Key]:
    """What there is, by program; never the key itself."""
    found = tx.all(Key, "SELECT provider AS program, made_at, made_by, used_at FROM webhook_keys")
    return {key.program: key for key in found}


def kept(tx: Transaction, program: str) -> Kept | None:
    """What proves that it is this program; None when it has no key."""
    return tx.one(
        Kept,
        "SELECT value, used_at FROM webhook_keys WHERE provider = :program",
        program=program,
    )


def values(tx: Transaction) -> dict[str, str]:
    """What was kept of each key, by program."""
    found = tx.all(_Value, "SELECT provider AS program, value FROM webhook_keys")
    return {row.program: row.value for row in found}


def put(tx: Transaction, program: str, value: str, *, name: str, by: str, now: datetime) -> None:
    """Keep `value`, the key or its hash; what was there before works no more. `name` is what the
    program is called in the log of who changed what."""
    tx.execute(
        "INSERT INTO webhook_keys (provider, value, made_at, made_by, used_at)"
        " VALUES (:program, :value, :now, :by, NULL) ON CONFLICT (provider) DO UPDATE SET"
        " value = excluded.value, made_at = excluded.made_at, made_by = excluded.made_by,"
        " used_at = NULL",
        program=program,
        value=value,
        by=by,
        now=now,
    )
    journal.note(tx, "tokens", "made", subject=name)


def revoke(tx: Transaction, program: str, *, name: str) -> bool:
    """Whether there was a key of this program; there is none now."""
    if not tx.execute("DELETE FROM webhook_keys WHERE provider = :program", program=program):
        return False
    journal.note(tx, "tokens", "revoked", subject=name)
    return True


def used(tx: Transaction, program: str, now: datetime) -> None:
    """A program proved itself."""
    tx.execute(
        "UPDATE webhook_keys SET used_at = :now WHERE provider = :program"
        " AND (used_at IS NULL OR used_at < :before)",
        program=program,
        now=now,
        before=now - _USED_AGAIN,
    )
