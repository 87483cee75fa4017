"""Time as the hub keeps it: aware UTC in Python, fixed-width UTC text in the database."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Now, aware, in UTC, cut to the millisecond that the database keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """`2026-11-28T07:00:00.000Z`: 24 characters, so that text order is time order.

    Raises ValueError for a naive datetime, whose instant nobody knows.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; reads any ISO 8601 time that carries a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    return moment.astimezone(UTC)
