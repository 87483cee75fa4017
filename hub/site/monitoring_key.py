"""The key with which a monitor reads /metrics: made here, shown once, kept as a hash."""

import hmac
from datetime import datetime

from hub import tokens
from hub.db import Transaction
from hub.site import program_keys

PROGRAM = "monitoring"
NAME = "Monitoring"


def make(tx: Transaction, *, by: str, now: datetime) -> str:
    """The key, new; the one before works no more."""
    key = tokens.new_token()
    program_keys.put(tx, PROGRAM, tokens.token_hash(key), name=NAME, by=by, now=now)
    return key


def revoke(tx: Transaction) -> None:
    """Nobody can read how the hub is any more."""
    program_keys.revoke(tx, PROGRAM, name=NAME)


def fits(given: str, kept: str) -> bool:
    """Whether this is the key; how long it takes tells nothing of it."""
    return hmac.compare_digest(tokens.token_hash(given), kept)
