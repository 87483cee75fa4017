"""SQL of what came back: the evidence, the mailboxes that are read, tokens that count once."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction
from hub.newsletter.returns import figures_store
from hub.newsletter.returns.model import LIFTED, BounceEvent, BoxState, Ending

# How many deliveries of a reader are looked at: several a day over more than two weeks.
_LOOK_BACK = 100


def add(
    tx: Transaction,
    *,
    event_id: str,
    subscriber_id: int,
    edition_id: int | None,
    kind: str,
    code: str,
    text: str,
    source: str,
    now: datetime,
) -> bool:
    """Write down what came back; False when it was already, or the reader is gone.

    Safe in a concurrent transaction: no reader is erased beside one.
    """
    # Whom an edition did not reach counts once, however often it was sent again; a complaint apart.
    alike = "= 'complaint'" if kind == "complaint" else "NOT IN ('complaint', 'lifted')"
    known = edition_id is not None and tx.scalar(
        "SELECT 1 FROM bounce_events WHERE edition_id = :edition_id AND subscriber_id = :id"
        f" AND kind {alike} LIMIT 1",
        edition_id=edition_id,
        id=subscriber_id,
    )
    added = tx.execute(
        "INSERT INTO bounce_events (event_id, subscriber_id, edition_id, kind, code, text, source,"
        " at) SELECT CAST(:event_id AS text), s.id, CAST(:edition_id AS bigint),"
        " CAST(:kind AS text), CAST(:code AS text), CAST(:text AS text), CAST(:source AS text),"
        " CAST(:now AS text) FROM subscribers AS s WHERE s.id = :subscriber_id"
        " ON CONFLICT (event_id) DO NOTHING",
        event_id=event_id,
        subscriber_id=subscriber_id,
        edition_id=edition_id,
        kind=kind,
        code=code,
        text=text,
        source=source,
        now=now,
    )
    if added == 1 and kind != LIFTED and not known:
        figures_store.count(tx, kind, at=now)
    return added == 1


def of_subscriber(tx: Transaction, subscriber_id: int, *, limit: int) -> list[BounceEvent]:
    """The newest evidence about a reader, newest first."""
    return tx.all(
        BounceEvent,
        "SELECT edition_id, kind, code, text, source, at FROM bounce_events"
        " WHERE subscriber_id = :id ORDER BY id DESC LIMIT :limit",
        id=subscriber_id,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class _KindCount:
    kind: str
    readers: int


def counts(tx: Transaction, edition_id: int) -> dict[str, int]:
    """How many readers' mails of an edition came back, by kind: each counts once, as what it was
    the first time, as in the numbers of all editions (`add`); a complaint apart."""
    rows = tx.all(
        _KindCount,
        "SELECT b.kind, count(*) AS readers FROM bounce_events AS b WHERE b.edition_id = :id"
        " AND NOT EXISTS (SELECT 1 FROM bounce_events AS e WHERE e.edition_id = b.edition_id"
        " AND e.subscriber_id = b.subscriber_id AND e.id < b.id"
        " AND (e.kind = 'complaint') = (b.kind = 'complaint')) GROUP BY b.kind",
        id=edition_id,
    )
    return {row.kind: row.readers for row in rows}


def blames(tx: Transaction, edition_id: int) -> int:
    """How many readers' mails of an edition came back because of the sender."""
    return int(
        tx.scalar(
            "SELECT count(DISTINCT subscriber_id) FROM bounce_events"
            " WHERE edition_id = :id AND kind = 'sender'",
            id=edition_id,
        )
    )


@dataclass(frozen=True, slots=True)
class _Delivery:
    edition_id: int
    state: str
    code: int | None
    reply: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class _Came:
    edition_id: int
    kind: str
    at: datetime


def endings(
    tx: Transaction,
    subscriber_id: int,
    *,
    without: int,
    until: datetime,
    since: datetime | None,
) -> list[Ending]:
    """How the deliveries of a reader ended from `since` to `until`, newest first, but that of the
    edition `without`."""
    deliveries = tx.all(
        _Delivery,
        "SELECT edition_id, state, code, reply, finished_at FROM deliveries"
        " WHERE subscriber_id = :subscriber_id AND edition_id <> :without"
        " AND finished_at IS NOT NULL ORDER BY edition_id DESC LIMIT :limit",
        subscriber_id=subscriber_id,
        without=without,
        limit=_LOOK_BACK,
    )
    came = tx.all(
        _Came,
        "SELECT edition_id, kind, at FROM bounce_events WHERE subscriber_id = :subscriber_id"
        " AND edition_id IS NOT NULL AND source <> 'smtp' ORDER BY id DESC LIMIT :limit",
        subscriber_id=subscriber_id,
        limit=_LOOK_BACK,
    )
    found = []
    for one in deliveries:
        if one.finished_at > until or (since is not None and one.finished_at < since):
            continue
        # What came back before it was sent again says nothing of the second time.
        later = [c.kind for c in came if c.edition_id == one.edition_id and c.at >= one.finished_at]
        kind = later[0] if later else ""
        found.append(Ending(one.state, one.code, one.reply, one.finished_at, kind))
    return sorted(found, key=lambda ending: ending.finished_at, reverse=True)


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime | None


def came_back_at(tx: Transaction, subscriber_id: int) -> datetime | None:
    """When a reader confirmed last, or the owner last let mail go there again; None for neither.

    What was sent before says nothing of the address as it is now.
    """
    moments = tx.all(
        _Moment,
        "SELECT confirmed_at AS at FROM subscribers WHERE id = :id UNION ALL SELECT max(at) AS at"
        " FROM bounce_events WHERE subscriber_id = :id AND kind = :lifted",
        id=subscriber_id,
        lifted=LIFTED,
    )
    return max((moment.at for moment in moments if moment.at is not None), default=None)


def sent_at(tx: Transaction, edition_id: int, subscriber_id: int) -> _Moment | None:
    """When the delivery ended (None while it has not); None when there is none."""
    return tx.one(
        _Moment,
        "SELECT finished_at AS at FROM deliveries"
        " WHERE edition_id = :edition_id AND subscriber_id = :subscriber_id",
        edition_id=edition_id,
        subscriber_id=subscriber_id,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that ended."""

    edition_id: int
    finished_at: datetime


def sent_to(tx: Transaction, subscriber_id: int) -> list[Sent]:
    """The newest deliveries to a reader that ended, newest first."""
    return tx.all(
        Sent,
        "SELECT edition_id, finished_at FROM deliveries WHERE subscriber_id = :id"
        " AND finished_at IS NOT NULL ORDER BY edition_id DESC LIMIT :limit",
        id=subscriber_id,
        limit=_LOOK_BACK,
    )


def confirmed_by(tx: Transaction, mail_id: int) -> int | None:
    """The reader to whom this letter was sent to confirm; None for any other letter."""
    return tx.one(
        int,
        "SELECT c.subscriber_id FROM mails AS m JOIN confirmations AS c ON c.id = m.subject_id"
        " WHERE m.id = :id AND m.kind = 'confirmation'",
        id=mail_id,
    )


# Mailboxes.


def box_state(tx: Transaction, name: str) -> BoxState | None:
    return tx.one(
        BoxState,
        "SELECT uid_validity, last_uid, replies FROM mailboxes WHERE name = :name",
        name=name,
    )


def box_is_due(tx: Transaction, name: str, now: datetime) -> bool:
    """Whether it is time to look into a mailbox: a look that takes no lock."""
    due = tx.one(_Moment, "SELECT due_at AS at FROM mailboxes WHERE name = :name", name=name)
    return due is None or due.at is None or due.at <= now


def take_turn(tx: Transaction, name: str, *, next_at: datetime) -> BoxState:
    """Look into a mailbox now; the other workers wait until `next_at`."""
    tx.execute(
        "INSERT INTO mailboxes (name, uid_validity, last_uid, replies, due_at)"
        " VALUES (:name, 0, 0, 0, :next_at)"
        " ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at",
        name=name,
        next_at=next_at,
    )
    state = box_state(tx, name)
    assert state is not None
    return state


def mark(tx: Transaction, name: str, *, uid_validity: int, uid: int, replies: int) -> None:
    """Everything up to `uid` was dealt with; `replies` more are left for the owner."""
    tx.execute(
        "UPDATE mailboxes SET last_uid = CASE WHEN uid_validity = :uid_validity AND last_uid > :uid"
        " THEN last_uid ELSE :uid END, uid_validity = :uid_validity, replies = replies + :replies"
        " WHERE name = :name",
        name=name,
        uid_validity=uid_validity,
        uid=uid,
        replies=replies,
    )


# Tokens that count once.


def spend(tx: Transaction, name: str, *, expires_at: datetime) -> bool:
    """Use up a token; False when it was used before."""
    spent = tx.execute(
        "INSERT INTO spent_tokens (name, expires_at) VALUES (:name, :expires_at)"
        " ON CONFLICT (name) DO NOTHING",
        name=name,
        expires_at=expires_at,
    )
    return spent == 1


def forget_spent(tx: Transaction, now: datetime) -> int:
    """Forget tokens that are too old to count anyway; how many."""
    return tx.execute("DELETE FROM spent_tokens WHERE expires_at < :now", now=now)
