"""Keys of the hub's own: made when they are first needed, kept in the database, never shown."""

import secrets

from hub.db import Transaction

BYTES = 32


def existing(tx: Transaction, name: str) -> bytes | None:
    """The key of that name, if it was ever needed."""
    return tx.one(bytes, "SELECT value FROM secrets WHERE name = :name", name=name)


def key(tx: Transaction, name: str) -> bytes:
    """The key of that name; 32 random bytes the first time."""
    found = existing(tx, name)
    if found is None:
        # Another transaction may be first: then its key is the one.
        tx.execute(
            "INSERT INTO secrets (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO NOTHING",
            name=name,
            value=secrets.token_bytes(BYTES),
        )
        found = existing(tx, name)
    assert found is not None
    return found
