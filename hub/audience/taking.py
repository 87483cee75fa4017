"""One chunk of an import into the list: who is new, who changes, who stays as they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.audience import beside_store, foreign, rules, suppression, transfer
from hub.audience.record import NOTHING_BESIDE, Beside, Event, Known, Record
from hub.audience.verdicts import (
    CONFIRMED_THERE,
    DUPLICATE,
    MORE_BESIDE,
    NO_REASON,
    STAYS,
    STILL,
    SUPPRESSED,
    TAKEN_OFF,
    TAKEN_OFF_AGAIN,
    Kind,
    Reason,
    Verdict,
)
from hub.db import Transaction
from hub.times import to_text


class Entry(NamedTuple):
    """A row that can be taken. `again`: an earlier row has the address. Where this one says that
    its person must not get mail, it counts, whatever the earlier one says; else only its tags and
    notes do. `was_active`: the earlier one said that they get some."""

    file: str
    row: int
    email_key: str
    record: Record
    beside: Beside = NOTHING_BESIDE
    again: bool = False
    was_active: bool = False


def take(
    tx: Transaction, entries: Sequence[Entry], *, now: datetime, dry_run: bool
) -> list[Verdict]:
    """Decide about each entry and, but for a dry run, write it; the verdicts in their order."""
    keys = [entry.email_key for entry in entries]
    known = transfer.known_among(tx, keys)
    suppressed = suppression.among(tx, keys)
    more = _more_beside(tx, entries, known)
    new: dict[str, Record] = {}
    beside: dict[str, Beside] = {}
    changed: list[tuple[Known, Record]] = []
    verdicts: list[Verdict] = []
    for entry in entries:
        file, row, email_key, record, kept, again, _ = entry
        here = known.get(email_key)
        if again:
            verdicts.append(_again(entry, here, new, suppressed))
            if here is not None and _takes_off(here, record):
                changed.append((here, record))
            if email_key in new and kept is not NOTHING_BESIDE:
                beside[email_key] = _both(beside.get(email_key, NOTHING_BESIDE), kept)
        elif here is not None:
            verdict = _of_known(file, row, here, record, email_key in suppressed)
            if verdict.kind == "changed":
                changed.append((here, record))
            elif verdict.kind == "unchanged" and here.id in more:
                verdict = verdict._replace(kind="changed", reason=MORE_BESIDE)
            verdicts.append(verdict)
        elif email_key in suppressed:
            verdicts.append(
                Verdict(file, row, record.email, "suppressed", SUPPRESSED, "suppressed")
            )
        else:
            new[email_key] = record
            if kept is not NOTHING_BESIDE:
                beside[email_key] = kept
            verdicts.append(Verdict(file, row, record.email, "new", NO_REASON, record.status))
    if not dry_run:
        ids = transfer.insert(tx, new, now=now)
        more |= {ids[email_key]: kept for email_key, kept in beside.items()}
        if more:
            beside_store.add(tx, more, about=entries[0].record.source, now=now)
        for known_one, record in changed:
            _change(tx, known_one, record, now)
    return verdicts


def _again(
    entry: Entry, here: Known | None, new: dict[str, Record], suppressed: Collection[str]
) -> Verdict:
    """A second row of somebody: of the two the one that says no mail counts."""
    file, row, email_key, record, *_ = entry
    status = record.status
    if rules.can_leave(status):
        is_off = False
    elif email_key in new:
        before = new[email_key]
        status = foreign.more_careful(before.status, record.status)
        new[email_key] = before._replace(status=status, unsubscribed_at=record.unsubscribed_at)
        is_off = before.status == "active"
    elif here is not None:
        is_off = entry.was_active and _takes_off(here, record)
    else:
        # A dry run: the earlier row stands in a chunk before, and nothing of it was written.
        is_off = entry.was_active and email_key not in suppressed
    if is_off:
        return Verdict(file, row, record.email, "duplicate", TAKEN_OFF_AGAIN, status)
    return Verdict(file, row, record.email, "duplicate", DUPLICATE)


def _more_beside(
    tx: Transaction, entries: Sequence[Entry], known: Mapping[str, Known]
) -> dict[int, Beside]:
    """Tags and notes of the file that people on the list do not have yet, by id."""
    wanted: dict[int, Beside] = {}
    for entry in entries:
        if entry.beside is not NOTHING_BESIDE and entry.email_key in known:
            number = known[entry.email_key].id
            wanted[number] = _both(wanted.get(number, NOTHING_BESIDE), entry.beside)
    return beside_store.lacking(tx, wanted) if wanted else {}


def _both(one: Beside, other: Beside) -> Beside:
    """What two rows of somebody say."""
    if one is NOTHING_BESIDE:
        return other
    tags = tuple(sorted({*one.tags, *other.tags}))
    return Beside(tags, tuple(dict.fromkeys((*one.notes, *other.notes))))


def _takes_off(here: Known, there: Record) -> bool:
    return not rules.can_leave(there.status) and rules.import_changes(here, there, suppressed=False)


def grown(tx: Transaction) -> None:
    """After the last chunk: the engine counts anew."""
    for table in ("subscribers", "consent_events", "subscriber_topics"):
        tx.grown(table)
    beside_store.grown(tx)


def _of_known(file: str, row: int, here: Known, there: Record, suppressed: bool) -> Verdict:
    def verdict(kind: Kind, reason: Reason, status: str = here.status) -> Verdict:
        return Verdict(file, row, there.email, kind, reason, status)

    if rules.import_changes(here, there, suppressed=suppressed):
        if rules.can_leave(there.status):
            return verdict("changed", CONFIRMED_THERE, there.status)
        return verdict("changed", TAKEN_OFF, there.status)
    if suppressed and rules.can_leave(there.status):
        return verdict("suppressed", SUPPRESSED, "suppressed")
    if not rules.can_leave(here.status) and rules.can_leave(there.status):
        return verdict("stays out", STAYS[here.status])
    if here.status == "active" and rules.can_leave(there.status):
        return verdict("unchanged", NO_REASON)
    return verdict("unchanged", STILL.get(here.status, NO_REASON))


def _change(tx: Transaction, here: Known, record: Record, now: datetime) -> None:
    """The status of the file counts, and the log says why; what it has already stays once."""
    if record.status == "unsubscribed":
        left = record.unsubscribed_at or to_text(now)
        record = record._replace(unsubscribed_at=left)
        if not any(event.kind == "unsubscribed" for event in record.consent):
            event = Event("unsubscribed", left, "", "", record.language, "", record.source)
            record = record._replace(consent=(*record.consent, event))
    logged = set(transfer.events_of(tx, here.id))
    transfer.change_status(tx, here, record)
    transfer.insert_events(
        tx, here.id, [event for event in record.consent if event not in logged], now=now
    )
