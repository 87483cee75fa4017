"""Invitations: a code for each place where the owner speaks of the list, and links for a few."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub.audience import counts_store, rules
from hub.db import Transaction, in_list
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_

Kind = Literal["place", "personal"]
# What a code is good for now.
State = Literal["open", "revoked", "expired", "used"]

LONGEST_CODE = 40
LONGEST_NAME = 80
LONGEST_WORDS = 2_000
MOST_USES = 100_000
# So many can be given out; the desk shows all of them.
MOST = 500
_CAME_BY = "invite "
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_COLUMNS = (
    "id, code, kind, name, words, most, uses, skips_approval, expires_at, revoked_at, created_at"
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way into the list. `most` people may come by it, None: as many as like; `uses` did.

    Of a `place` the owner chose the code; that of a `personal` one cannot be guessed.
    """

    id: int
    code: str
    kind: str
    name: str
    words: str
    most: int | None
    uses: int
    skips_approval: int
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime

    @property
    def source(self) -> str:
        """What is noted of where its people came from."""
        return source_of(self.code)

    @property
    def path(self) -> str:
        return f"/invite/{self.code}"


@dataclass(frozen=True, slots=True)
class Typed:
    """An invitation as it is typed: a day like 2026-11-28, a number; both may be empty."""

    kind: str = "place"
    code: str = ""
    name: str = ""
    words: str = ""
    most: str = ""
    expires: str = ""
    skips_approval: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What `typed` comes to; the code is empty where it is to be made."""

    kind: Kind
    code: str
    name: str
    words: str
    most: int | None
    expires_at: datetime | None
    skips_approval: bool


# The rules.


def source_of(code: str) -> str:
    """`invite linkedin`: where somebody came from who came by this code."""
    return f"{_CAME_BY}{code}"


def state(invitation: Invitation, now: datetime) -> State:
    """What an invitation is good for now."""
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at is not None and now >= invitation.expires_at:
        return "expired"
    if invitation.most is not None and invitation.uses >= invitation.most:
        return "used"
    return "open"


def checked(typed: Typed, *, timezone: str, now: datetime) -> Checked:
    """An invitation to make. Raises Refused beside the field that it is about."""
    kind: Kind = "personal" if typed.kind == "personal" else "place"
    name = rules.clean_name(typed.name)[:LONGEST_NAME]
    if not name:
        raise Refused(N_("Give the invitation a name: you see it, readers do not."), field="name")
    code = typed.code.strip().lower() if kind == "place" else ""
    if kind == "place" and not _CODE.fullmatch(code):
        raise Refused(
            N_("Only letters from a to z, digits and hyphens, 40 at most: linkedin, talk-2026."),
            field="code",
        )
    words = typed.words.strip()
    if len(words) > LONGEST_WORDS:
        raise Refused(N_("At most %(longest)s characters."), field="words", longest=LONGEST_WORDS)
    return Checked(
        kind,
        code,
        name,
        words,
        _most(typed.most),
        _end(typed.expires, timezone, now),
        typed.skips_approval,
    )


def _most(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 0 < int(text) <= MOST_USES):
        raise Refused(N_("Write a number from 1 to %(most)s."), field="most", most=MOST_USES)
    return int(text)


def _end(text: str, timezone: str, now: datetime) -> datetime | None:
    """The end of the last day on which it works."""
    if not text.strip():
        return None
    try:
        after = date.fromisoformat(text.strip()) + timedelta(days=1)
        moment = datetime.combine(after, time(), ZoneInfo(timezone))
        is_ahead = moment > now
    except (ValueError, OverflowError) as error:
        raise Refused(N_("Write the day like 2026-12-24."), field="expires") from error
    if not is_ahead:
        raise Refused(N_("This day is over already."), field="expires")
    return moment


# What is stored.


def make(
    tx: Transaction, wanted: Checked, *, new_code: Callable[[], str], now: datetime
) -> Invitation:
    """Keep an invitation. Raises Conflict for a code that there is, or was, already."""
    if int(tx.scalar("SELECT count(*) FROM invitations")) >= MOST:
        raise Refused(N_("There are %(most)s invitations already."), field="name", most=MOST)
    try:
        with tx.savepoint():
            number = int(
                tx.scalar(
                    "INSERT INTO invitations (code, kind, name, words, most, uses, skips_approval,"
                    " expires_at, revoked_at, created_at) VALUES (:code, :kind, :name, :words,"
                    " :most, 0, :skips, :expires_at, NULL, :now) RETURNING id",
                    code=wanted.code or new_code(),
                    kind=wanted.kind,
                    name=wanted.name,
                    words=wanted.words,
                    most=wanted.most,
                    skips=int(wanted.skips_approval),
                    expires_at=wanted.expires_at,
                    now=now,
                )
            )
    except Conflict as error:
        raise Conflict(
            N_("There is, or was, an invitation with the code “%(code)s”."),
            field="code",
            code=wanted.code,
        ) from error
    return get(tx, number)


def get(tx: Transaction, invitation_id: int) -> Invitation:
    """Raises NotFound."""
    found = tx.one(
        Invitation, f"SELECT {_COLUMNS} FROM invitations WHERE id = :id", id=invitation_id
    )
    if found is None:
        raise NotFound(N_("There is no such invitation."))
    return found


def by_code(tx: Transaction, code: str) -> Invitation | None:
    """The invitation of an address, in capitals or not."""
    code = code.strip().lower()
    if not _CODE.fullmatch(code):
        return None
    return tx.one(Invitation, f"SELECT {_COLUMNS} FROM invitations WHERE code = :code", code=code)


def names_of(tx: Transaction, sources: Collection[str]) -> dict[str, str]:
    """The owner's names for those of these sources that are invitations."""
    codes = {source.removeprefix(_CAME_BY): source for source in sources if _is_code(source)}
    if not codes:
        return {}
    names, values = in_list("code", codes)
    found = tx.all(tuple, f"SELECT code, name FROM invitations WHERE code IN {names}", **values)
    return {codes[code]: name for code, name in found if name}


def _is_code(source: str) -> bool:
    return source.startswith(_CAME_BY) and bool(_CODE.fullmatch(source[len(_CAME_BY) :]))


def listed(tx: Transaction) -> list[Invitation]:
    """Every invitation: those that can be used first, the newest first."""
    return tx.all(
        Invitation,
        f"SELECT {_COLUMNS} FROM invitations ORDER BY"
        " CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC",
    )


def of_confirmation(tx: Transaction, confirmation_id: int) -> Invitation | None:
    """By which invitation somebody asked; None for the open form."""
    number = tx.scalar("SELECT invitation_id FROM confirmations WHERE id = :id", id=confirmation_id)
    return None if number is None else get(tx, int(number))


def use(tx: Transaction, invitation: Invitation) -> None:
    """One more came by it."""
    tx.execute("UPDATE invitations SET uses = uses + 1 WHERE id = :id", id=invitation.id)


def revoke(tx: Transaction, invitation_id: int, *, now: datetime) -> Invitation:
    """Nobody comes by it any more; who did stays. Harmless when repeated. Raises NotFound."""
    tx.execute(
        "UPDATE invitations SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id",
        id=invitation_id,
        now=now,
    )
    return get(tx, invitation_id)


# What came of them.


@dataclass(frozen=True, slots=True)
class Crossed:
    """How many asked by an invitation, confirmed, and are still on the list."""

    asked: int
    confirmed: int
    here: int


@dataclass(frozen=True, slots=True)
class _Count:
    source: str
    kind: str
    people: int


def crossed(tx: Transaction, codes: list[str]) -> dict[str, Crossed]:
    """By code; persons who were erased since are still among those who asked and confirmed."""
    names, values = in_list("source", map(source_of, codes))
    found: dict[tuple[str, str], int] = {}
    for table in ("growth_days", "growth_moves"):
        for row in tx.all(
            _Count,
            f"SELECT source, kind, sum(people) AS people FROM {table}"
            f" WHERE source IN {names} AND kind IN ('requested', 'confirmed')"
            " GROUP BY source, kind",
            **values,
        ):
            key = (row.source, row.kind)
            found[key] = found.get(key, 0) + int(row.people)
    for source, people in counts_store.active_of_sources(tx, map(source_of, codes)).items():
        found[source, "here"] = people
    return {
        code: Crossed(
            *(found.get((source_of(code), kind), 0) for kind in ("requested", "confirmed", "here"))
        )
        for code in codes
    }
