"""Reading messages back: those in the outbox, and previews."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from heapq import nlargest
from pathlib import Path

from hub.errors import NotFound
from hub.i18n import N_

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*\.eml")


@dataclass(frozen=True, slots=True)
class Brief:
    """A message as a list shows it; `name` is its file's."""

    name: str
    written_at: datetime | None
    recipient: str
    subject: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message taken apart: its headers in their order, its text, its HTML."""

    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


def newest(folder: Path, *, before: str = "", limit: int) -> list[Brief]:
    """The messages of the outbox, newest first; those older than the name `before`."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))
    wanted = (name for name in names if not before or name < before)
    found = (_brief(folder, name) for name in nlargest(limit, wanted))
    return [brief for brief in found if brief is not None]


def count(folder: Path) -> int:
    """How many messages the outbox holds."""
    return (
        sum(1 for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else 0
    )


def raw(folder: Path, name: str) -> bytes:
    """The bytes of one message. Raises NotFound, also for a name that leads elsewhere."""
    if not _NAME.fullmatch(name):
        raise NotFound(N_("There is no such message."))
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(N_("There is no such message.")) from error


def parse(content: bytes) -> Message:
    """A message taken apart. What cannot be decoded is shown with replacement signs."""
    parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
    return Message(
        subject=str(parsed["subject"] or ""),
        headers=tuple((name, str(value)) for name, value in parsed.items()),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _brief(folder: Path, name: str) -> Brief | None:
    try:
        with (folder / name).open("rb") as file:
            head = BytesHeaderParser(policy=policy.default).parse(file)
    except FileNotFoundError:
        return None  # it was taken away meanwhile
    date = head["date"]
    return Brief(
        name=name,
        written_at=getattr(date, "datetime", None),
        recipient=str(head["to"] or ""),
        subject=str(head["subject"] or ""),
    )
