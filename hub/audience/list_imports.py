"""Lists that an owner gave to the desk: the rows that say how far each is, and their SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hub import journal
from hub.db import Transaction

State = Literal["reading", "read", "importing", "stopped", "done", "refused"]
_LATEST = 20


@dataclass(frozen=True, slots=True)
class ListImport:
    """One list. `position` of `total` rows are read (`reading`) or taken (`importing`); `counts`
    by verdict and what is `told` of columns and rows are JSON."""

    id: int
    name: str
    folder: str
    state: State
    consent: str
    mapping: str
    position: int
    total: int
    counts: str
    told: str
    reason: str
    created_at: datetime
    started_at: datetime
    finished_at: datetime | None

    @property
    def wanted(self) -> dict[str, str]:
        """The owner's mapping: column, lower-cased → use."""
        return {str(k): str(v) for k, v in json.loads(self.mapping).items()}

    @property
    def by_kind(self) -> dict[str, int]:
        """How many rows got which verdict."""
        return {str(k): int(v) for k, v in json.loads(self.counts).items()}

    @property
    def is_moving(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in ("reading", "importing")


def add(tx: Transaction, *, name: str, folder: str, now: datetime) -> int:
    """A list that was just given; the worker reads it next. Its id."""
    return int(
        tx.scalar(
            "INSERT INTO list_imports (name, folder, state, consent, mapping, position, total,"
            " counts, told, reason, holder, held_until, created_at, started_at)"
            " VALUES (:name, :folder, 'reading', '', '{}', 0, 0, '{}', '{}', '', '', '', :now,"
            " :now) RETURNING id",
            name=name,
            folder=folder,
            now=now,
        )
    )


def get(tx: Transaction, number: int) -> ListImport | None:
    """The list of that id."""
    return tx.one(ListImport, "SELECT * FROM list_imports WHERE id = :id", id=number)


def latest(tx: Transaction) -> list[ListImport]:
    """The lists that were given last, newest first."""
    return tx.all(
        ListImport, "SELECT * FROM list_imports ORDER BY id DESC LIMIT :limit", limit=_LATEST
    )


def others_open(tx: Transaction, number: int) -> list[ListImport]:
    """The other lists that wait for their owner or that the worker is at, oldest first."""
    return tx.all(
        ListImport,
        "SELECT * FROM list_imports WHERE state IN ('reading', 'read', 'importing', 'stopped')"
        " AND id <> :id ORDER BY id LIMIT :limit",
        id=number,
        limit=_LATEST,
    )


def read_again(
    tx: Transaction, number: int, mapping: Mapping[str, str], now: datetime, *, consent: str = ""
) -> bool:
    """Read a list once more, with another mapping; False when it is being taken already.
    `consent`: what was typed of where people agreed, for the page that follows."""
    changed = tx.execute(
        "UPDATE list_imports SET state = 'reading', mapping = :mapping, position = 0, total = 0,"
        " counts = '{}', told = '{}', reason = '', holder = '', started_at = :now,"
        " consent = :consent WHERE id = :id AND state IN ('read', 'refused')",
        mapping=json.dumps(mapping, ensure_ascii=False),
        consent=consent,
        now=now,
        id=number,
    )
    return changed == 1


def begin(tx: Transaction, number: int, consent: str, now: datetime) -> bool:
    """Take the people of a list that was read; False when that was asked for already."""
    name = tx.scalar(
        "UPDATE list_imports SET state = 'importing', consent = :consent, position = 0,"
        " counts = '{}', holder = '', started_at = :now WHERE id = :id AND state = 'read'"
        " RETURNING name",
        consent=consent,
        now=now,
        id=number,
    )
    if name is not None:
        journal.note(tx, "list", "imported", subject=name, number=number)
    return name is not None


def stop(tx: Transaction, number: int) -> State | None:
    """Stop what is done with a list; what that was, None when nothing was.

    An import stays where it is. A list that was being looked at is forgotten; its file is its
    caller's to delete. The worker sees it before its next chunk is written down.
    """
    if tx.execute("DELETE FROM list_imports WHERE id = :id AND state = 'reading'", id=number):
        return "reading"
    name = tx.scalar(
        "UPDATE list_imports SET state = 'stopped', holder = '' WHERE id = :id"
        " AND state = 'importing' RETURNING name",
        id=number,
    )
    if name is None:
        return None
    journal.note(tx, "list", "import stopped", subject=name, number=number)
    return "importing"


def go_on(tx: Transaction, number: int) -> bool:
    """Take the rest of a list whose import was stopped; False when none was."""
    name = tx.scalar(
        "UPDATE list_imports SET state = 'importing', holder = '' WHERE id = :id"
        " AND state = 'stopped' RETURNING name",
        id=number,
    )
    if name is not None:
        journal.note(tx, "list", "import continued", subject=name, number=number)
    return name is not None


def has_work(tx: Transaction) -> bool:
    """Whether any list is to be read or taken; nearly never."""
    sql = "SELECT 1 FROM list_imports WHERE state IN ('reading', 'importing') LIMIT 1"
    return tx.scalar(sql) is not None


def claim(tx: Transaction, holder: str, *, until: datetime, now: datetime) -> ListImport | None:
    """The oldest list that has work and that no living worker holds; `holder` has it then."""
    return tx.one(
        ListImport,
        "UPDATE list_imports SET holder = :holder, held_until = :until WHERE id ="
        " (SELECT min(id) FROM list_imports WHERE state IN ('reading', 'importing')"
        " AND (holder = '' OR holder = :holder OR held_until < :now)) RETURNING *",
        holder=holder,
        until=until,
        now=now,
    )


def went_on(
    tx: Transaction,
    known: ListImport,
    holder: str,
    *,
    position: int,
    total: int,
    counts: Mapping[str, int],
    until: datetime,
) -> bool:
    """Write down how far it is; False when another worker has taken it up meanwhile."""
    changed = tx.execute(
        "UPDATE list_imports SET position = :position, total = :total, counts = :counts,"
        " held_until = :until WHERE id = :id AND holder = :holder AND state = :state"
        " AND position = :before AND started_at = :started_at",
        position=position,
        total=total,
        counts=json.dumps(counts),
        until=until,
        id=known.id,
        holder=holder,
        state=known.state,
        before=known.position,
        started_at=known.started_at,
    )
    return changed == 1


def finish(
    tx: Transaction,
    known: ListImport,
    holder: str,
    *,
    state: State,
    told: str = "{}",
    reason: str = "",
    now: datetime,
) -> bool:
    """Read, taken, or refused with a reason; False when another worker has it."""
    changed = tx.execute(
        "UPDATE list_imports SET state = :state, told = :told, reason = :reason, holder = '',"
        " finished_at = :now WHERE id = :id AND holder = :holder AND state = :before"
        " AND started_at = :started_at",
        state=state,
        told=told,
        reason=reason,
        now=now,
        id=known.id,
        holder=holder,
        before=known.state,
        started_at=known.started_at,
    )
    return changed == 1


def delete(tx: Transaction, number: int) -> None:
    """Forget a list; the people it brought stay."""
    tx.execute("DELETE FROM list_imports WHERE id = :id", id=number)


def folders(tx: Transaction) -> set[str]:
    """Where the files of all lists lie."""
    return set(tx.all(str, "SELECT folder FROM list_imports"))


def older(tx: Transaction, before: datetime) -> list[ListImport]:
    """Lists that were given before then and that nothing is done with."""
    return tx.all(
        ListImport,
        "SELECT * FROM list_imports WHERE created_at < :before"
        " AND state IN ('read', 'stopped', 'done', 'refused')",
        before=before,
    )
