"""SQL of relays: their numbers in the ledger, and how each was when a worker last looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list
from hub.mail.model import Standing

# The number of the relay called :relay, NULL for none: part of what records a mail.
NUMBER = "(SELECT id FROM relays WHERE name = :relay)"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A relay that could not be used at the last try. `state`: `away` or `refusing`."""

    name: str
    state: str
    reason: str
    since: datetime


def note(tx: Transaction, standings: Iterable[Standing], now: datetime) -> None:
    """Write down how relays are. One that was not tried yet is only given its number."""
    for standing in standings:
        tx.execute(
            "INSERT INTO relays (name, state, reason, since) VALUES (:name, :state, :reason, :now)"
            " ON CONFLICT (name) DO UPDATE SET state = excluded.state, reason = excluded.reason,"
            " since = CASE WHEN relays.state = excluded.state THEN relays.since"
            " ELSE excluded.since END WHERE excluded.state <> 'untried'"
            " AND (relays.state <> excluded.state OR relays.reason <> excluded.reason)",
            name=standing.relay,
            state=standing.state,
            reason=standing.reason,
            now=now,
        )


def stopped(tx: Transaction, names: Iterable[str]) -> list[Stopped]:
    """Those of the relays `names` that could not be used at the last try."""
    listed, values = in_list("name", names)
    return tx.all(
        Stopped,
        f"SELECT name, state, reason, since FROM relays WHERE name IN {listed}"
        " AND state IN ('away', 'refusing') ORDER BY id",
        **values,
    )
