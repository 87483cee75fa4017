"""All SQL of the addresses that nothing lives at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.db import Transaction


class _Seen(Protocol):
    """What is added: as hub.content.missed.Seen."""

    @property
    def path(self) -> str: ...
    @property
    def times(self) -> int: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_at(self) -> datetime: ...
    @property
    def referrer(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Missing:
    """An address that nothing lives at; `referrer` is the host that led there last, or empty."""

    path: str
    times: int
    first_at: datetime
    last_at: datetime
    referrer: str


def add(tx: Transaction, seen: Iterable[_Seen]) -> None:
    """Count on."""
    tx.executemany(
        "INSERT INTO missed (path, times, first_at, last_at, referrer, status)"
        " VALUES (:path, :times, :first_at, :last_at, :referrer, 'shown')"
        " ON CONFLICT (path) DO UPDATE SET times = missed.times + excluded.times,"
        " last_at = excluded.last_at, referrer ="
        " CASE WHEN excluded.referrer = '' THEN missed.referrer ELSE excluded.referrer END",
        [
            {
                "path": one.path,
                "times": one.times,
                "first_at": one.first_at,
                "last_at": one.last_at,
                "referrer": one.referrer,
            }
            for one in seen
        ],
    )


def keep_the_most_asked(tx: Transaction, most: int) -> int:
    """Keep `most` of what is shown, the often and lately asked ones, and as many of the hidden."""
    return sum(
        tx.execute(
            "DELETE FROM missed WHERE path IN (SELECT path FROM missed WHERE status = :status"
            " ORDER BY times DESC, last_at DESC, path DESC LIMIT 1000000 OFFSET :most)",
            status=status,
            most=most,
        )
        for status in ("shown", "hidden")
    )


def forget(tx: Transaction, *, before: datetime) -> int:
    """Forget what was last asked for before a time; how many."""
    return tx.execute("DELETE FROM missed WHERE last_at < :before", before=before)


def get(tx: Transaction, path: str) -> Missing | None:
    return tx.one(
        Missing,
        "SELECT path, times, first_at, last_at, referrer FROM missed WHERE path = :path",
        path=path,
    )


def listed(tx: Transaction, status: str, *, limit: int, offset: int = 0) -> list[Missing]:
    """The most asked first; not the row of the scanners."""
    return tx.all(
        Missing,
        "SELECT path, times, first_at, last_at, referrer FROM missed"
        " WHERE status = :status AND path <> ''"
        " ORDER BY times DESC, last_at DESC, path DESC LIMIT :limit OFFSET :offset",
        status=status,
        limit=limit,
        offset=offset,
    )


def count(tx: Transaction, status: str) -> int:
    found = tx.scalar(
        "SELECT count(*) FROM missed WHERE status = :status AND path <> ''", status=status
    )
    return int(found)


def set_status(tx: Transaction, path: str, status: str) -> bool:
    """Show or hide an address; whether it is there."""
    sql = "UPDATE missed SET status = :status WHERE path = :path"
    return tx.execute(sql, path=path, status=status) == 1


def drop(tx: Transaction, path: str) -> None:
    """Something lives there now, or leads on."""
    tx.execute("DELETE FROM missed WHERE path = :path", path=path)
