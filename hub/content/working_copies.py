"""What somebody types and has not saved yet: kept on the server while they type.

A page that is open has a name for what is typed there, made at random, so that two pages of one
post do not write over each other. Saving the post ends the copy.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.db import Transaction
from hub.errors import Refused, TooMany
from hub.i18n import N_

KEPT = timedelta(days=90)
# Of one account; more come from a program, or from years of open pages.
MOST = 200
_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """What was typed. `seen` is when the post was saved that the page showed; `post_id` is None
    for a post that does not exist yet."""

    name: str
    user_id: int
    post_id: int | None
    seen: datetime | None
    at: datetime
    fields: str

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by field."""
        found: dict[str, str] = json.loads(self.fields)
        return found


def put(
    tx: Transaction,
    name: str,
    *,
    user_id: int,
    post_id: int | None,
    seen: datetime | None,
    typed: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what is typed on a page; what was typed there before is replaced.

    Raises Refused for a name that no page makes, or that is another's.
    """
    if not is_name(name):
        raise Refused(N_("This page has lost its place; open it again."))
    number = tx.scalar("SELECT count(*) FROM working_copies WHERE user_id = :id", id=user_id)
    if int(number) >= MOST and get(tx, name, user_id=user_id) is None:
        raise TooMany(N_("You have %(most)s texts that are not saved."), most=MOST)
    written = tx.execute(
        "INSERT INTO working_copies (name, user_id, post_id, seen, at, fields)"
        " VALUES (:name, :user_id, :post_id, :seen, :now, :fields)"
        " ON CONFLICT (name) DO UPDATE SET post_id = excluded.post_id, seen = excluded.seen,"
        " at = excluded.at, fields = excluded.fields"
        " WHERE working_copies.user_id = excluded.user_id",
        name=name,
        user_id=user_id,
        post_id=post_id,
        seen=seen,
        now=now,
        fields=json.dumps(dict(typed), ensure_ascii=False),
    )
    if not written:
        raise Refused(N_("This page has lost its place; open it again."))


def is_name(text: str) -> bool:
    """Whether a page could have this name."""
    return _NAME.fullmatch(text) is not None


def get(tx: Transaction, name: str, *, user_id: int) -> WorkingCopy | None:
    """The copy of that name, of this account."""
    return tx.one(
        WorkingCopy,
        "SELECT * FROM working_copies WHERE name = :name AND user_id = :user_id",
        name=name,
        user_id=user_id,
    )


def of_user(tx: Transaction, user_id: int) -> list[WorkingCopy]:
    """What somebody has not saved, the newest first."""
    return tx.all(
        WorkingCopy,
        "SELECT * FROM working_copies WHERE user_id = :user_id ORDER BY at DESC LIMIT :most",
        user_id=user_id,
        most=MOST,
    )


def drop(tx: Transaction, name: str, *, user_id: int) -> None:
    """Saved, or thrown away."""
    tx.execute(
        "DELETE FROM working_copies WHERE name = :name AND user_id = :user_id",
        name=name,
        user_id=user_id,
    )


def forget_old(tx: Transaction, now: datetime) -> int:
    """What nobody came back to for 90 days; how many."""
    return tx.execute("DELETE FROM working_copies WHERE at < :before", before=now - KEPT)
