"""SQL of notices."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from hub.db import Transaction
from hub.notices.model import Facts, Notice
from hub.times import from_text, to_text

_COLUMNS = "id, kind, at, subject_id, facts, read_at"
_TIMES = ("since", "until")
_KNOWN = frozenset(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    kind: str
    at: datetime
    subject_id: int | None
    facts: str
    read_at: datetime | None


def put(
    tx: Transaction,
    *,
    kind: str,
    period: str,
    subject_id: int | None,
    facts: Facts,
    mail: str,
    now: datetime,
) -> None:
    """A notice; when there is one of this kind and period it says the new facts, unread again.

    Whether that one is mailed stays as it is.
    """
    tx.execute(
        "INSERT INTO notices (kind, period, at, subject_id, facts, mail)"
        " VALUES (:kind, :period, :now, :subject_id, :facts, :mail)"
        " ON CONFLICT (kind, period) DO UPDATE SET at = excluded.at, facts = excluded.facts,"
        " read_at = NULL",
        kind=kind,
        period=period,
        now=now,
        subject_id=subject_id,
        facts=_written(facts),
        mail=mail,
    )


def put_digest(tx: Transaction, *, period: str, now: datetime) -> int | None:
    """The notice that stands for a mail with others in it; None when there is one already."""
    return tx.one(
        int,
        "INSERT INTO notices (kind, period, at, facts, mail, mailed_at, read_at)"
        " VALUES ('digest', :period, :now, '{}', 'queued', :now, :now)"
        " ON CONFLICT (kind, period) DO NOTHING RETURNING id",
        period=period,
        now=now,
    )


def exists(tx: Transaction, kind: str, period: str) -> bool:
    found = tx.scalar(
        "SELECT 1 FROM notices WHERE kind = :kind AND period = :period", kind=kind, period=period
    )
    return found is not None


def get(tx: Transaction, notice_id: int) -> Notice | None:
    row = tx.one(_Row, f"SELECT {_COLUMNS} FROM notices WHERE id = :id", id=notice_id)
    return _notice(row) if row else None


def page(tx: Transaction, *, after: int | None, limit: int) -> list[Notice]:
    """Up to `limit` notices, newest first, those that follow the one with the id `after`."""
    last = get(tx, after) if after is not None else None
    where, values = "kind <> 'digest'", {}
    if last is not None:
        where += " AND (at, id) < (:at, :id)"
        values = {"at": last.at, "id": last.id}
    rows = tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM notices WHERE {where} ORDER BY at DESC, id DESC LIMIT :limit",
        limit=limit,
        **values,
    )
    return [_notice(row) for row in rows]


def unread(tx: Transaction, *, limit: int) -> list[Notice]:
    """The newest notices that were not marked as read."""
    rows = tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM notices WHERE read_at IS NULL"
        " ORDER BY at DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [_notice(row) for row in rows]


def count_unread(tx: Transaction, *, most: int) -> int:
    """How many are unread; `most` when there are more."""
    return int(
        tx.scalar(
            "SELECT count(*) FROM (SELECT id FROM notices WHERE read_at IS NULL"
            " ORDER BY at LIMIT :most) AS counted",
            most=most,
        )
    )


def mark_read(tx: Transaction, notice_id: int, now: datetime) -> bool:
    """Whether there is such a notice, read or not."""
    return bool(
        tx.execute(
            "UPDATE notices SET read_at = coalesce(read_at, :now) WHERE id = :id",
            id=notice_id,
            now=now,
        )
    )


def end(tx: Transaction, kind: str, *, subject_id: int | None, now: datetime) -> int:
    """Those of a kind, and of one edition where it is named, that are unread; how many."""
    about = " AND subject_id = :subject_id" if subject_id is not None else ""
    return tx.execute(
        "UPDATE notices SET read_at = :now,"
        " mail = CASE WHEN mail IN ('wanted', 'folded') THEN 'none' ELSE mail END"
        f" WHERE read_at IS NULL AND kind = :kind{about}",
        kind=kind,
        now=now,
        **({"subject_id": subject_id} if subject_id is not None else {}),
    )


def mark_all_read(tx: Transaction, *, up_to: datetime, now: datetime) -> int:
    """Those that happened at `up_to` or before; how many were unread."""
    return tx.execute(
        "UPDATE notices SET read_at = :now WHERE read_at IS NULL AND at <= :up_to",
        up_to=up_to,
        now=now,
    )


def has_unmailed(tx: Transaction) -> bool:
    """Whether any notice waits for its mail, or for the mail that comes with the next day."""
    found = tx.scalar("SELECT 1 FROM notices WHERE mail IN ('wanted', 'folded') LIMIT 1")
    return found is not None


def is_waiting(tx: Transaction, *, folded_before: datetime) -> bool:
    """Whether a notice waits for its mail, or one folded before a time for the day's."""
    found = tx.scalar(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM notices WHERE mail = 'wanted'"
        " AND mail IN ('wanted', 'folded')) OR EXISTS (SELECT 1 FROM notices"
        " WHERE mail = 'folded' AND mail IN ('wanted', 'folded') AND at < :before)",
        before=folded_before,
    )
    return found is not None


def wanted(tx: Transaction, *, limit: int) -> list[Notice]:
    """Notices that wait for their mail, oldest first."""
    rows = tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM notices WHERE mail = 'wanted' AND mail IN ('wanted', 'folded')"
        " ORDER BY at, id LIMIT :limit",
        limit=limit,
    )
    return [_notice(row) for row in rows]


def mailed_between(tx: Transaction, begin: datetime, end: datetime) -> int:
    """How many mails were queued from `begin` up to `end`."""
    return int(
        tx.scalar(
            "SELECT count(*) FROM notices WHERE mailed_at IS NOT NULL"
            " AND mailed_at >= :begin AND mailed_at < :end",
            begin=begin,
            end=end,
        )
    )


def has_folded(tx: Transaction, *, before: datetime) -> bool:
    found = tx.scalar(
        "SELECT 1 FROM notices WHERE mail = 'folded' AND mail IN ('wanted', 'folded')"
        " AND at < :before LIMIT 1",
        before=before,
    )
    return found is not None


def set_queued(tx: Transaction, notice_id: int, now: datetime) -> None:
    """Its mail is queued now."""
    tx.execute(
        "UPDATE notices SET mail = 'queued', mailed_at = :now WHERE id = :id",
        id=notice_id,
        now=now,
    )


def set_folded(tx: Transaction, notice_id: int) -> None:
    """Over the day's number: it comes with others."""
    tx.execute("UPDATE notices SET mail = 'folded' WHERE id = :id", id=notice_id)


def fold_into(tx: Transaction, digest_id: int, *, before: datetime) -> int:
    """Put those that were folded before a time into one mail; how many."""
    return tx.execute(
        "UPDATE notices SET mail = 'queued', digest_id = :digest_id"
        " WHERE mail = 'folded' AND mail IN ('wanted', 'folded') AND at < :before",
        digest_id=digest_id,
        before=before,
    )


def in_digest(tx: Transaction, digest_id: int, *, limit: int) -> list[Notice]:
    """What came in one mail, oldest first."""
    rows = tx.all(
        _Row,
        f"SELECT {_COLUMNS} FROM notices WHERE digest_id IS NOT NULL AND digest_id = :digest_id"
        " ORDER BY id LIMIT :limit",
        digest_id=digest_id,
        limit=limit,
    )
    return [_notice(row) for row in rows]


def purge(tx: Transaction, *, before: datetime) -> int:
    """Delete what happened before a time; how many."""
    return tx.execute("DELETE FROM notices WHERE at < :before", before=before)


def _notice(row: _Row) -> Notice:
    return Notice(row.id, row.kind, row.at, row.subject_id, _read(row.facts), row.read_at)


def _written(facts: Facts) -> str:
    """JSON of what is not empty."""
    told = {name: value for name, value in asdict(facts).items() if value}
    for name in _TIMES:
        if name in told:
            told[name] = to_text(told[name])
    return json.dumps(told, ensure_ascii=False)


def _read(text: str) -> Facts:
    # What a newer hub wrote beside is left out: a hub may be set back.
    told = {name: value for name, value in json.loads(text).items() if name in _KNOWN}
    for name in _TIMES:
        if name in told:
            told[name] = from_text(told[name])
    return Facts(**told)
