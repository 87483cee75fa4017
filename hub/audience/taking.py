"""One chunk of an import into the list: who is new, who changes, who stays as they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from hub.audience import foreign, rules, suppression, transfer
from hub.audience.record import Event, Known, Record
from hub.audience.verdicts import DUPLICATE, STAYS, SUPPRESSED, Verdict
from hub.db import Transaction
from hub.times import to_text


class Entry(NamedTuple):
    """A row that can be taken. `again`: an earlier row has the address, and this one says that
    its person must not get mail; then it counts, whatever the earlier one says."""

    file: str
    row: int
    email_key: str
    record: Record
    again: bool


def take(
    tx: Transaction, entries: Sequence[Entry], *, now: datetime, dry_run: bool
) -> list[Verdict]:
    """Decide about each entry and, but for a dry run, write it; the verdicts in their order."""
    keys = [entry.email_key for entry in entries]
    known = transfer.known_among(tx, keys)
    suppressed = suppression.among(tx, keys)
    new: dict[str, Record] = {}
    changed: list[tuple[Known, Record]] = []
    verdicts: list[Verdict] = []
    for file, row, email_key, record, again in entries:
        here = known.get(email_key)
        if again:
            verdicts.append(Verdict(file, row, record.email, "duplicate", DUPLICATE))
            if email_key in new:
                status = foreign.more_careful(new[email_key].status, record.status)
                new[email_key] = new[email_key]._replace(
                    status=status, unsubscribed_at=record.unsubscribed_at
                )
            elif here is not None and rules.import_changes(here, record, suppressed=False):
                changed.append((here, record))
        elif here is not None:
            verdicts.append(_of_known(file, row, here, record, email_key in suppressed))
            if verdicts[-1].kind == "changed":
                changed.append((here, record))
        elif email_key in suppressed:
            verdicts.append(Verdict(file, row, record.email, "suppressed", SUPPRESSED))
        else:
            new[email_key] = record
            verdicts.append(Verdict(file, row, record.email, "new"))
    if not dry_run:
        transfer.insert(tx, new, now=now)
        for here, record in changed:
            _change(tx, here, record, now)
    return verdicts


def grown(tx: Transaction) -> None:
    """After the last chunk: the engine counts anew."""
    for table in ("subscribers", "consent_events", "subscriber_topics"):
        tx.grown(table)


def _of_known(file: str, row: int, here: Known, there: Record, suppressed: bool) -> Verdict:
    if rules.import_changes(here, there, suppressed=suppressed):
        return Verdict(file, row, there.email, "changed")
    if not rules.can_leave(here.status) and rules.can_leave(there.status):
        return Verdict(file, row, there.email, "stays out", STAYS[here.status])
    return Verdict(file, row, there.email, "unchanged")


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
