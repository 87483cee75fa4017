"""SQL of letters written by hand."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction
from hub.newsletter.letter_model import HandLetter

_COLUMNS = (
    "id, subject, preheader, excerpt, language, audience, topics, segment_id, on_site, status,"
    " send_at, problem, edition_id, created_at, updated_at, markdown, html"
)


@dataclass(frozen=True, slots=True)
class Written:
    """What is stored of a letter's text and readers."""

    subject: str
    preheader: str
    excerpt: str
    language: str
    audience: str
    topics: str
    segment_id: int | None
    on_site: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class Line:
    """A letter as a list shows it."""

    id: int
    subject: str
    audience: str
    status: str
    send_at: datetime | None
    problem: str
    updated_at: datetime


def insert(tx: Transaction, written: Written, *, now: datetime) -> int:
    """A new draft; its id."""
    return int(
        tx.scalar(
            "INSERT INTO letters (subject, preheader, excerpt, language, audience, topics,"
            " segment_id, on_site, status, send_at, problem, edition_id, created_at, updated_at,"
            " markdown, html) VALUES (:subject, :preheader, :excerpt, :language, :audience,"
            " :topics, :segment_id, :on_site, 'draft', NULL, '', NULL, :now, :now, :markdown,"
            " :html) RETURNING id",
            now=now,
            **_values(written),
        )
    )


def replace(tx: Transaction, letter_id: int, written: Written, *, now: datetime) -> None:
    tx.execute(
        "UPDATE letters SET subject = :subject, preheader = :preheader, excerpt = :excerpt,"
        " language = :language, audience = :audience, topics = :topics,"
        " segment_id = :segment_id, on_site = :on_site, markdown = :markdown, html = :html,"
        " problem = '', updated_at = :now WHERE id = :id",
        id=letter_id,
        now=now,
        **_values(written),
    )


def get(tx: Transaction, letter_id: int) -> HandLetter | None:
    return tx.one(HandLetter, f"SELECT {_COLUMNS} FROM letters WHERE id = :id", id=letter_id)


def of_edition(tx: Transaction, edition_id: int) -> HandLetter | None:
    """The letter that was made into an edition."""
    return tx.one(
        HandLetter, f"SELECT {_COLUMNS} FROM letters WHERE edition_id = :id", id=edition_id
    )


def unsent(tx: Transaction, *, limit: int) -> list[Line]:
    """Drafts and scheduled letters: the scheduled first, then what was worked on last."""
    return tx.all(
        Line,
        "SELECT id, subject, audience, status, send_at, problem, updated_at FROM letters"
        " WHERE status <> 'made' ORDER BY status DESC, updated_at DESC, id DESC LIMIT :limit",
        limit=limit,
    )


def due(tx: Transaction, now: datetime) -> list[HandLetter]:
    """Letters whose time has come, in turn."""
    return tx.all(
        HandLetter,
        f"SELECT {_COLUMNS} FROM letters WHERE status = 'scheduled' AND send_at <= :now"
        " ORDER BY send_at, id LIMIT 20",
        now=now,
    )


def is_due(tx: Transaction, now: datetime) -> bool:
    found = tx.scalar(
        "SELECT id FROM letters WHERE status = 'scheduled' AND send_at <= :now LIMIT 1", now=now
    )
    return found is not None


def schedule(tx: Transaction, letter_id: int, send_at: datetime) -> None:
    tx.execute(
        "UPDATE letters SET status = 'scheduled', send_at = :send_at, problem = ''"
        " WHERE id = :id AND status <> 'made'",
        id=letter_id,
        send_at=send_at,
    )


def put_back(tx: Transaction, letter_id: int, *, problem: str = "") -> None:
    """A draft again; `problem` says why it could not go out."""
    tx.execute(
        "UPDATE letters SET status = 'draft', send_at = NULL, problem = :problem"
        " WHERE id = :id AND status <> 'made'",
        id=letter_id,
        problem=problem,
    )


def made(tx: Transaction, letter_id: int, edition_id: int) -> bool:
    """Note which edition it became; False when it is one already."""
    return (
        tx.execute(
            "UPDATE letters SET status = 'made', edition_id = :edition_id, problem = ''"
            " WHERE id = :id AND status <> 'made'",
            id=letter_id,
            edition_id=edition_id,
        )
        == 1
    )


def reopen(tx: Transaction, edition_id: int, *, now: datetime) -> None:
    """The letter of an edition that never went out is a draft again."""
    tx.execute(
        "UPDATE letters SET status = 'draft', send_at = NULL, edition_id = NULL,"
        " updated_at = :now WHERE edition_id = :edition_id",
        edition_id=edition_id,
        now=now,
    )


def delete(tx: Transaction, letter_id: int) -> bool:
    """Whether there was one that had not been sent."""
    return tx.execute("DELETE FROM letters WHERE id = :id AND status <> 'made'", id=letter_id) == 1


def _values(written: Written) -> dict[str, object]:
    return {name: getattr(written, name) for name in Written.__slots__}
