"""SQL of editions, of their mails and of how they stand."""

from dataclasses import dataclass
from datetime import datetime

from hub.audience import segments
from hub.audience.segments import Segment
from hub.db import Transaction, in_list
from hub.newsletter.model import Counts, Edition, EditionReport

_COLUMNS = (
    "id, stream, period, status, subject, reason, created_at, finished_at, queued_up_to,"
    " starts_at, on_site"
)
_LARGEST_ID = 2**63 - 1
# Past editions that are listed on the site: whatever has begun to go out, to everybody.
_PUBLIC = "status IN ('sending', 'paused', 'sent') AND on_site = 1 AND queued_up_to > 0"
# What a mail may lead to: also what was called off when some had it already.
_REACHABLE = (
    "on_site = 1 AND queued_up_to > 0 AND (status IN ('planned', 'sending', 'paused', 'sent')"
    " OR (status = 'cancelled' AND EXISTS (SELECT 1 FROM edition_counts AS c"
    " WHERE c.edition_id = editions.id AND c.accepted + c.unknown > 0)))"
)


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """A past edition on the site."""

    id: int
    stream: str
    subject: str
    created_at: datetime
    posts: int


@dataclass(frozen=True, slots=True)
class _Numbered:
    edition_id: int
    number: int


@dataclass(frozen=True, slots=True)
class _EditionCounts:
    edition_id: int
    queued: int
    claimed: int
    accepted: int
    deferred: int
    failed: int
    unknown: int


def insert(
    tx: Transaction,
    *,
    stream: str,
    period: str,
    status: str,
    reason: str,
    now: datetime,
    starts_at: datetime | None = None,
    on_site: bool = True,
) -> int | None:
    """A new edition's id; None when the stream has one for this period already."""
    return tx.one(
        int,
        "INSERT INTO editions (stream, period, status, subject, reason, created_at, finished_at,"
        " queued_up_to, starts_at, on_site) VALUES (:stream, :period, :status, '', :reason, :now,"
        " :finished_at, 0, :starts_at, :on_site)"
        " ON CONFLICT (stream, period) DO NOTHING RETURNING id",
        stream=stream,
        period=period,
        status=status,
        reason=reason,
        now=now,
        finished_at=now if status == "skipped" else None,
        starts_at=starts_at,
        on_site=on_site,
    )


def delete(tx: Transaction, edition_id: int) -> None:
    """As if it had never been made: with its mails, counters and place in the ledger."""
    tx.execute("DELETE FROM editions WHERE id = :id", id=edition_id)


def start_counts(tx: Transaction, edition_id: int) -> None:
    tx.execute("INSERT INTO edition_counts (edition_id) VALUES (:id)", id=edition_id)


def period_made(tx: Transaction, stream: str, period: str) -> bool:
    """Whether the stream has an edition of this period, sent or skipped."""
    return (
        tx.scalar(
            "SELECT 1 FROM editions WHERE stream = :stream AND period = :period",
            stream=stream,
            period=period,
        )
        is not None
    )


def get(tx: Transaction, edition_id: int) -> Edition | None:
    return tx.one(Edition, f"SELECT {_COLUMNS} FROM editions WHERE id = :id", id=edition_id)


def with_status(tx: Transaction, *statuses: str) -> list[Edition]:
    """Editions in one of `statuses` (planned, sending, paused), oldest first."""
    names, values = in_list("status", statuses)
    return tx.all(
        Edition,
        f"SELECT {_COLUMNS} FROM editions WHERE status IN {names}"
        " AND status IN ('planned', 'sending', 'paused') ORDER BY id",
        **values,
    )


def number_over(tx: Transaction, status: str) -> int:
    """How many editions came to an end as `status` (sent, skipped, cancelled) says."""
    return int(
        tx.scalar(
            "SELECT count(*) FROM editions WHERE status = :status"
            " AND status IN ('sent', 'skipped', 'cancelled')",
            status=status,
        )
    )


def newest_with_status(tx: Transaction, *statuses: str) -> int | None:
    names, values = in_list("status", statuses)
    return tx.one(
        int, f"SELECT id FROM editions WHERE status IN {names} ORDER BY id DESC LIMIT 1", **values
    )


def set_status(
    tx: Transaction, edition_id: int, status: str, *, reason: str, finished_at: datetime | None
) -> None:
    tx.execute(
        "UPDATE editions SET status = :status, reason = :reason, finished_at = :finished_at"
        " WHERE id = :id",
        id=edition_id,
        status=status,
        reason=reason,
        finished_at=finished_at,
    )


def set_subject(tx: Transaction, edition_id: int, subject: str) -> None:
    tx.execute(
        "UPDATE editions SET subject = :subject WHERE id = :id", id=edition_id, subject=subject
    )


def finish(tx: Transaction, edition_id: int, now: datetime) -> bool:
    """Mark a sending edition as sent when nothing is queued, claimed or deferred any more."""
    return bool(
        tx.execute(
            "UPDATE editions SET status = 'sent', reason = '', finished_at = :now"
            " WHERE id = :id AND status = 'sending' AND EXISTS (SELECT 1 FROM edition_counts"
            " WHERE edition_id = :id AND queued = 0 AND claimed = 0 AND deferred = 0)",
            id=edition_id,
            now=now,
        )
    )


def counts(tx: Transaction, edition_id: int) -> Counts:
    found = tx.one(
        Counts,
        "SELECT queued, claimed, accepted, deferred, failed, unknown FROM edition_counts"
        " WHERE edition_id = :id",
        id=edition_id,
    )
    return found or Counts(0, 0, 0, 0, 0, 0)


def newest(tx: Transaction, limit: int = 50, *, before: int | None = None) -> list[EditionReport]:
    """The newest editions first, with their posts counted and their deliveries by state; of those
    `before` an edition where that is given."""
    older = {} if before is None else {"before": before}
    found = tx.all(
        Edition,
        f"SELECT {_COLUMNS} FROM editions{' WHERE id < :before' if older else ''}"
        " ORDER BY id DESC LIMIT :limit",
        limit=limit,
        **older,
    )
    names, ids = in_list("id", [edition.id for edition in found])
    posts = {
        row.edition_id: row.number
        for row in tx.all(
            _Numbered,
            "SELECT edition_id, count(*) AS number FROM edition_posts"
            f" WHERE edition_id IN {names} GROUP BY edition_id",
            **ids,
        )
    }
    states = {
        row.edition_id: Counts(
            row.queued, row.claimed, row.accepted, row.deferred, row.failed, row.unknown
        )
        for row in tx.all(
            _EditionCounts,
            "SELECT edition_id, queued, claimed, accepted, deferred, failed, unknown"
            f" FROM edition_counts WHERE edition_id IN {names}",
            **ids,
        )
    }
    nothing = Counts(0, 0, 0, 0, 0, 0)
    return [
        EditionReport(edition, posts.get(edition.id, 0), states.get(edition.id, nothing))
        for edition in found
    ]


def public(tx: Transaction, *, limit: int = 500) -> list[PublicEdition]:
    """Past editions for the site, newest first."""
    return tx.all(
        PublicEdition,
        "SELECT id, stream, subject, created_at, (SELECT count(*) FROM edition_posts"
        " WHERE edition_posts.edition_id = editions.id) AS posts"
        f" FROM editions WHERE {_PUBLIC} ORDER BY id DESC LIMIT :limit",
        limit=limit,
    )


def public_by_id(tx: Transaction, edition_id: int) -> Edition | None:
    """A past edition that readers may see; any number may be asked for."""
    if edition_id > _LARGEST_ID:
        return None
    return tx.one(
        Edition, f"SELECT {_COLUMNS} FROM editions WHERE id = :id AND {_REACHABLE}", id=edition_id
    )


def put_segment(tx: Transaction, edition_id: int, segment: Segment) -> None:
    """Whom an edition of the stream `letter` goes to."""
    tx.execute(
        f"INSERT INTO edition_segments (edition_id, {segments.COLUMNS}) VALUES (:id, :cadence,"
        " :topics, :joined_since, :language, :source, :tags)",
        id=edition_id,
        **segments.columns(segment),
    )


def segment_of(tx: Transaction, edition_id: int) -> Segment:
    """Whom a letter's edition was made for."""
    found = tx.one(
        segments.Columns,
        f"SELECT {segments.COLUMNS} FROM edition_segments WHERE edition_id = :id",
        id=edition_id,
    )
    assert found is not None
    return found.segment()


def put_mail(tx: Transaction, edition_id: int, language: str, template: bytes) -> None:
    tx.execute(
        "INSERT INTO edition_mails (edition_id, language, template)"
        " VALUES (:id, :language, :template)",
        id=edition_id,
        language=language,
        template=template,
    )


@dataclass(frozen=True, slots=True)
class _Mail:
    language: str
    template: bytes


def mails(tx: Transaction, edition_id: int) -> dict[str, bytes]:
    """The rendered mail of an edition by language."""
    return {
        row.language: row.template
        for row in tx.all(
            _Mail,
            "SELECT language, template FROM edition_mails WHERE edition_id = :id",
            id=edition_id,
        )
    }
