"""How many readers a segment has: at once where that is kept or few are looked at, else the number
that was last counted, with its time."""

from dataclasses import dataclass
from datetime import datetime

from hub.audience import people_store
from hub.audience.model import CADENCES
from hub.audience.people_store import Filter
from hub.audience.segments import Kept, Segment
from hub.db import Transaction

# So many people are looked at for the counts of one page.
LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """`readers` as of now, or as of `at`; None where nobody has counted them yet."""

    readers: int | None
    at: datetime | None = None


def of_segment(segment: Segment) -> Filter:
    """The people of a segment, those who pause among them."""
    return Filter("active", segment)


def count(tx: Transaction, segment: Segment, now: datetime) -> int:
    """How many readers a letter to the segment would go to now, exactly: those who pause are not
    among them. Where it is no sum of kept counts it looks at all who have the topics or tags."""
    wanted = of_segment(segment)
    return people_store.count(tx, wanted) - _pausing(tx, wanted, now)


def count_all(tx: Transaction, segment: Segment) -> int:
    """How many are in the segment, those who pause among them."""
    return people_store.count(tx, of_segment(segment))


def shown(
    tx: Transaction, kept: list[Kept], now: datetime, *, most: int = LOOKED_AT
) -> list[Counted]:
    """The number of each segment: exact as of now as long as no more than `most` people have to be
    looked at for all of them, else as it was last counted."""
    found = []
    for one in kept:
        looked = people_store.candidates(tx, of_segment(one.segment), most=most)
        if looked > most:
            found.append(_last(tx, one.id))
        else:
            most -= looked
            found.append(Counted(count(tx, one.segment, now)))
    return found


def keep(tx: Transaction, segment_id: int, readers: int, *, now: datetime) -> None:
    """Write down how many readers a kept segment had when they were counted."""
    tx.execute(
        "UPDATE segments SET counted = :readers, counted_at = :now WHERE id = :id",
        readers=readers,
        now=now,
        id=segment_id,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    counted: int | None
    counted_at: datetime | None


def _last(tx: Transaction, segment_id: int) -> Counted:
    row = tx.one(_Row, "SELECT counted, counted_at FROM segments WHERE id = :id", id=segment_id)
    return Counted(row.counted, row.counted_at) if row else Counted(None)


def _pausing(tx: Transaction, wanted: Filter, now: datetime) -> int:
    """Those who pause are few, and an index holds them."""
    cadences = [wanted.traits.cadence] if wanted.traits.cadence else CADENCES
    pausing = 0
    where, values = people_store.traits_condition(wanted)
    for cadence in cadences:
        pausing += int(
            tx.scalar(
                "SELECT count(*) FROM subscribers WHERE status = 'active' AND cadence = :pausing"
                f" AND paused_until IS NOT NULL AND paused_until > :now AND {where}",
                pausing=cadence,
                now=now,
                **values,
            )
        )
    return pausing
