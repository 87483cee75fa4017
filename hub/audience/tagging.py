"""Tags: the owner's own words for people, which readers do not see."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub import journal
from hub.audience import people_store, rules
from hub.audience.people_store import Filter
from hub.db import Transaction, in_list
from hub.errors import Refused
from hub.i18n import N_

# So many are shown to choose from.
SHOWN = 200
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Batch:
    """What a piece of a long change did: `changed` tags of somebody, and the id behind which it
    goes on; None when nobody is left."""

    after: int | None
    changed: int


def needed(text: str, *, field: str = "tags") -> tuple[str, ...]:
    """Tags with commas between, at least one. Raises Refused as rules.tags does, and for none."""
    found = rules.tags(text, field=field)
    if not found:
        raise Refused(N_("Write at least one tag."), field=field)
    return found


def of_subscriber(tx: Transaction, subscriber_id: int) -> tuple[str, ...]:
    """The tags of somebody, sorted."""
    rows = tx.all(
        str,
        "SELECT tag FROM subscriber_tags WHERE subscriber_id = :id ORDER BY tag",
        id=subscriber_id,
    )
    return tuple(rows)


def of_each(tx: Transaction, subscriber_ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of each of these people who has any."""
    names, values = in_list("id", subscriber_ids)
    found: dict[int, list[str]] = {}
    for number, tag in tx.all(
        tuple,
        f"SELECT subscriber_id, tag FROM subscriber_tags WHERE subscriber_id IN {names}"
        " ORDER BY subscriber_id, tag",
        **values,
    ):
        found.setdefault(number, []).append(tag)
    return found


def names(tx: Transaction) -> list[str]:
    """Every tag that somebody has, 200 at most: a step of the index for each."""
    found = tx.all(
        str,
        "WITH RECURSIVE found (tag) AS (SELECT min(tag) FROM subscriber_tags"
        " UNION ALL SELECT (SELECT min(t.tag) FROM subscriber_tags AS t WHERE t.tag > found.tag)"
        " FROM found WHERE found.tag IS NOT NULL)"
        f" SELECT tag FROM found WHERE tag IS NOT NULL LIMIT {SHOWN}",
    )
    return sorted(found)


def add(tx: Transaction, subscriber_ids: Iterable[int], tags: Iterable[str]) -> None:
    """These people have these tags, beside those they had; who is gone meanwhile has none."""
    ids, tags = sorted(set(subscriber_ids)), tuple(tags)
    _note(tx, ids, tags, "tagged")
    for number in ids:
        for tag in tags:
            tx.execute(
                "INSERT INTO subscriber_tags (subscriber_id, tag) SELECT id, CAST(:tag AS text)"
                " FROM subscribers WHERE id = :id ON CONFLICT (subscriber_id, tag) DO NOTHING",
                id=number,
                tag=tag,
            )


def remove(tx: Transaction, subscriber_ids: Iterable[int], tags: Iterable[str]) -> None:
    """These people have these tags no more."""
    ids, tags = sorted(set(subscriber_ids)), tuple(tags)
    _note(tx, ids, tags, "untagged")
    for number in ids:
        for tag in tags:
            tx.execute(
                "DELETE FROM subscriber_tags WHERE subscriber_id = :id AND tag = :tag",
                id=number,
                tag=tag,
            )


def note_all(tx: Transaction, tags: Iterable[str], *, away: bool, people: int) -> None:
    """A line of the log for a change that was made in batches."""
    deed = "untagged" if away else "tagged"
    journal.note(tx, "list", deed, subject=", ".join(tags), number=people)


def _note(tx: Transaction, ids: list[int], tags: tuple[str, ...], deed: str) -> None:
    if len(ids) > 1 and tags:
        journal.note(tx, "list", deed, subject=", ".join(tags), number=len(ids))
    elif ids and tags:
        # What somebody is called goes with them; the log stays.
        journal.note(tx, "readers", "tags", number=ids[0])


def change_batch(
    tx: Transaction,
    wanted: Filter,
    tags: Iterable[str],
    *,
    away: bool,
    after: int,
    most: int = _BATCH,
) -> Batch:
    """Add tags to the people that fit, or take them `away`: those of the next `most` ids behind
    `after`. Harmless when repeated."""
    last = tx.scalar(
        "SELECT max(id) FROM (SELECT id FROM subscribers WHERE id > :after ORDER BY id"
        " LIMIT :limit) AS piece",
        after=after,
        limit=most,
    )
    if last is None:
        return Batch(None, 0)
    where, values = people_store.condition(wanted)
    ids = f"SELECT id FROM subscribers WHERE {where}"
    changed = 0
    for tag in tags:
        if away:
            changed += tx.execute(
                "DELETE FROM subscriber_tags WHERE tag = :changed AND subscriber_id > :floor"
                f" AND subscriber_id <= :top AND subscriber_id IN ({ids})",
                floor=after,
                top=last,
                changed=tag,
                **values,
            )
        else:
            changed += tx.execute(
                "INSERT INTO subscriber_tags (subscriber_id, tag) SELECT id, CAST(:changed AS text)"
                f" FROM subscribers WHERE {where} ON CONFLICT (subscriber_id, tag) DO NOTHING",
                floor=after,
                top=last,
                changed=tag,
                **values,
            )
    return Batch(int(last), changed)
