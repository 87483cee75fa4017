"""What two people made of one text, put together field by field: what only one of them changed is
taken, and what both changed is theirs to decide. Pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """`fields` is what comes of both; where both changed one, it has mine. Their names: `theirs`
    that only they changed, `mine` that only I did, `both` that each of us changed otherwise."""

    fields: dict[str, str]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    both: tuple[str, ...]


def merge(
    base: Mapping[str, str] | None, theirs: Mapping[str, str], mine: Mapping[str, str]
) -> Merged:
    """`base` is what both began with: without it, and in fields that it does not know, whatever
    differs was changed by both. The fields are those of `mine`."""
    fields = dict(mine)
    taken: dict[str, list[str]] = {"theirs": [], "mine": [], "both": []}
    for name, own in mine.items():
        other = theirs.get(name, own)
        before = base.get(name) if base is not None else None
        if _same(name, own, other):
            continue
        if before is not None and _same(name, before, own):
            fields[name] = other
            taken["theirs"].append(name)
        elif before is not None and _same(name, before, other):
            taken["mine"].append(name)
        else:
            taken["both"].append(name)
    return Merged(fields, *(tuple(taken[whose]) for whose in ("theirs", "mine", "both")))


def _same(name: str, one: str, other: str) -> bool:
    if name == "markdown":
        return one.rstrip() == other.rstrip()
    return one.split() == other.split()
