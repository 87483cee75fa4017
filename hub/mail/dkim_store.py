"""The private key of DKIM: it belongs to the data, so every worker and each backup has it."""

from hub import journal
from hub.db import Transaction
from hub.mail import dkim

_NAME = "dkim"


def key(tx: Transaction) -> bytes | None:
    """The key as PEM; None until `make_key` was called."""
    return tx.one(bytes, "SELECT value FROM secrets WHERE name = :name", name=_NAME)


def make_key(tx: Transaction) -> bytes:
    """The key, made when there is none yet: one that is published must not be replaced."""
    found = key(tx)
    if found is None:
        found = dkim.new_key()
        tx.execute(
            "INSERT INTO secrets (name, value) VALUES (:name, :value)", name=_NAME, value=found
        )
        journal.note(tx, "settings", "dkim key")
    return found
