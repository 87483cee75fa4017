"""SQL of retention: who is silent, noticed, asked; how many, by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hub.audience.model import Subscriber
from hub.db import Transaction
from hub.times import to_text

# By day: an index of moments in no order would be a third of the work of a large import.
_ACTED_ON = "substr(acted_at, 1, 10)"
_IS_NOTICED = "noticed_at IS NOT NULL AND asked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Figures:
    """How many were noticed, asked by mail, stayed, and were erased."""

    noticed: int
    asked: int
    stayed: int
    erased: int


def silent(tx: Transaction, status: str, *, before: datetime, limit: int) -> list[int]:
    """Who has this status and did nothing since the day (of UTC) of `before`, the longest
    silence first."""
    return tx.all(
        int,
        f"SELECT id FROM subscribers WHERE status = :status AND {_ACTED_ON} < :day"
        f" AND noticed_at IS NULL ORDER BY {_ACTED_ON}, id LIMIT :limit",
        status=status,
        day=to_text(before)[:10],
        limit=limit,
    )


def notice(tx: Transaction, subscriber_ids: Iterable[int], *, now: datetime) -> None:
    tx.executemany(
        "UPDATE subscribers SET noticed_at = :now WHERE id = :id",
        [{"id": subscriber_id, "now": now} for subscriber_id in subscriber_ids],
    )


def noticed(tx: Transaction, *, before: datetime, limit: int) -> list[Subscriber]:
    """Who was noticed before a time and is not asked, the first first."""
    return tx.all(
        Subscriber,
        f"SELECT * FROM subscribers WHERE {_IS_NOTICED} AND noticed_at < :before"
        " ORDER BY noticed_at, id LIMIT :limit",
        before=before,
        limit=limit,
    )


def ask(tx: Transaction, subscriber_id: int, *, now: datetime) -> None:
    """The time to answer begins."""
    tx.execute("UPDATE subscribers SET asked_at = :now WHERE id = :id", now=now, id=subscriber_id)


def take_back(tx: Transaction, subscriber_id: int) -> None:
    """The question reached nobody: it is asked once more."""
    tx.execute("UPDATE subscribers SET asked_at = NULL WHERE id = :id", id=subscriber_id)


def is_asked(tx: Transaction, subscriber_id: int) -> bool:
    found = tx.scalar(
        "SELECT 1 FROM subscribers WHERE id = :id AND asked_at IS NOT NULL", id=subscriber_id
    )
    return found is not None


def never_asked(tx: Transaction, kind: str, given_up: str, *, since: datetime) -> list[int]:
    """Whose mail of this kind was given up since a time, without a server's word about them."""
    return tx.all(
        int,
        "SELECT subject_id FROM mails WHERE finished_at IS NOT NULL AND finished_at > :since"
        " AND kind = :kind AND state = 'failed' AND substr(reply, 1, :length) = :given_up",
        since=since,
        kind=kind,
        given_up=given_up,
        length=len(given_up),
    )


def unanswered(tx: Transaction, kind: str, *, before: datetime, limit: int) -> list[Subscriber]:
    """Who was asked before a time and whose mail of this kind, if any, does not wait."""
    return tx.all(
        Subscriber,
        "SELECT * FROM subscribers WHERE asked_at IS NOT NULL AND asked_at < :before"
        " AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.kind = :kind"
        " AND mails.subject_id = subscribers.id"
        " AND mails.state IN ('queued', 'claimed', 'deferred'))"
        " ORDER BY asked_at, id LIMIT :limit",
        kind=kind,
        before=before,
        limit=limit,
    )


def forget_noticed(tx: Transaction, *, limit: int) -> None:
    """Nobody is to be asked or erased any more; so many at once."""
    for waits in (_IS_NOTICED, "asked_at IS NOT NULL"):
        tx.execute(
            "UPDATE subscribers SET noticed_at = NULL, asked_at = NULL WHERE id IN"
            f" (SELECT id FROM subscribers WHERE {waits} LIMIT :limit)",
            limit=limit,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many are noticed and how many asked; when the first of each was, None for none."""

    noticed: int
    first_noticed: datetime | None
    asked: int
    first_asked: datetime | None


def waiting(tx: Transaction) -> Waiting:
    """Who is on the way, for the desk; counted by the indexes of these few."""
    found = tx.one(
        Waiting,
        "SELECT count(noticed_at) AS noticed, min(noticed_at) AS first_noticed,"
        " (SELECT count(asked_at) FROM subscribers WHERE asked_at IS NOT NULL) AS asked,"
        " (SELECT min(asked_at) FROM subscribers WHERE asked_at IS NOT NULL) AS first_asked"
        f" FROM subscribers WHERE {_IS_NOTICED}",
    )
    assert found is not None
    return found


def count(tx: Transaction, day: date, figures: Figures) -> None:
    """Add to the figures of the day."""
    if not any((figures.noticed, figures.asked, figures.stayed, figures.erased)):
        return
    tx.execute(
        "INSERT INTO retention_days (day, noticed, asked, stayed, erased)"
        " VALUES (:day, :noticed, :asked, :stayed, :erased) ON CONFLICT (day) DO UPDATE SET"
        " noticed = retention_days.noticed + excluded.noticed,"
        " asked = retention_days.asked + excluded.asked,"
        " stayed = retention_days.stayed + excluded.stayed,"
        " erased = retention_days.erased + excluded.erased",
        day=day.isoformat(),
        noticed=figures.noticed,
        asked=figures.asked,
        stayed=figures.stayed,
        erased=figures.erased,
    )


def figures(tx: Transaction, since: date, until: date) -> Figures:
    """What happened from `since` up to `until`, which is not counted."""
    found = tx.one(
        Figures,
        "SELECT CAST(coalesce(sum(noticed), 0) AS bigint) AS noticed,"
        " CAST(coalesce(sum(asked), 0) AS bigint) AS asked,"
        " CAST(coalesce(sum(stayed), 0) AS bigint) AS stayed,"
        " CAST(coalesce(sum(erased), 0) AS bigint) AS erased"
        " FROM retention_days WHERE day >= :since AND day < :until",
        since=since.isoformat(),
        until=until.isoformat(),
    )
    assert found is not None
    return found
