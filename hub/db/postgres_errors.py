"""What PostgreSQL and the way to it complain of, as the hub's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from hub.db.texts import AWAY, BUSY, FULL
from hub.errors import Conflict, DatabaseBusy, HubError, StorageFull, Unavailable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BUSY = (
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "53300",  # too_many_connections
    "55P03",  # lock_not_available
    "57014",  # query_canceled
)
_FULL = "53100"
_AWAY_CLASSES = (
    "08",  # connection exception
    "53",  # insufficient resources
    "57",  # operator intervention: the server stops, or has just started
    "58",  # the server's own trouble with its files
)
_AWAY = (
    "25P03",  # idle_in_transaction_session_timeout
    "25006",  # read_only_sql_transaction: a standby
)


@contextmanager
def mapped_errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise hub_error(error) from error


def hub_error(error: psycopg.Error) -> HubError:
    """The hub's error for one of the driver; raises the driver's own when it is our fault."""
    state = error.sqlstate
    if state is None:
        # The driver itself speaks: the server cannot be reached, or went away.
        if isinstance(error, psycopg.OperationalError):
            return Unavailable(AWAY)
        raise error
    if state.startswith("23"):
        # Only the primary message: the detail holds the values, addresses among them.
        return Conflict(error.diag.message_primary or "conflict")
    if state in _BUSY:
        return DatabaseBusy(BUSY)
    if state == _FULL:
        return StorageFull(FULL)
    if state in _AWAY or state.startswith(_AWAY_CLASSES):
        return Unavailable(AWAY)
    raise error


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection that raised it is worth nothing any more."""
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P", "25P03"))
