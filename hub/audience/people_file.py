"""What an owner keeps of people beside the list, as a file: tags, notes, answers, decisions.

NDJSON beside the list in an archive. Its first line says what it is; each other line is a person
who stands on the list, by address. Nobody comes onto the list by it.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, get_args

from hub import addresses
from hub.audience import beside_store, notes, rules, transfer
from hub.audience.beside_store import Kept, Line
from hub.db import Database, Transaction
from hub.errors import Refused
from hub.reports import Problem, Report

KIND = "people"
_HEAD: dict[str, object] = {
    KIND: {"holds": "tags, notes, answers and decisions, by address; times in UTC"}
}
_CHUNK = 500
_LONGEST_LINE = 16_000_000
_MOST_PROBLEMS = 1_000
_FIELDS = {"email", "tags", "lines"}
_KINDS = frozenset(get_args(notes.Kind))
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class _Person(NamedTuple):
    number: int
    email_key: str
    kept: Kept


def pieces(tx: Transaction) -> Iterator[str]:
    """The file; nothing at all when nothing is kept of anybody."""
    head = _line(_HEAD)
    for email, kept in beside_store.everybody(tx):
        lines = [line._asdict() for line in kept.lines]
        yield head + _line({"email": email, "tags": kept.tags, "lines": lines})
        head = ""


def recognises(path: Path) -> bool:
    """Whether a file is such a list."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(KIND) + 4).startswith(b'{"%s":' % KIND.encode())


def run(
    db: Database, path: Path, *, dry_run: bool, coming: Collection[str] = frozenset()
) -> Report:
    """Add what is not here yet to people on the list. `coming`: address keys of those who would be
    on it after a dry run. The same file again adds nothing."""
    problems: list[Problem] = []
    people = _people(path, problems)
    new = unchanged = 0
    while chunk := list(islice(people, _CHUNK)):
        with db.read() if dry_run else db.write(durable=False) as tx:
            fresh = _fresh(tx, chunk)
            for person in chunk:
                if person.email_key in fresh:
                    new += fresh[person.email_key].is_any
                    unchanged += not fresh[person.email_key].is_any
                elif person.email_key in coming:
                    new += 1
                else:
                    problems.append(Problem(f"line {person.number}", _NOBODY))
            if not dry_run:
                _add(tx, fresh.values())
    if new and not dry_run:
        with db.write() as tx:
            beside_store.grown(tx)
    told = tuple(problems[:_MOST_PROBLEMS])
    return Report(KIND, "hub-ndjson", new, 0, unchanged, len(problems), told)


class _Fresh(NamedTuple):
    """What somebody on the list, by id, does not have yet."""

    id: int
    kept: Kept

    @property
    def is_any(self) -> bool:
        return bool(self.kept.tags or self.kept.lines)


def _fresh(tx: Transaction, chunk: Sequence[_Person]) -> dict[str, _Fresh]:
    """Of those who are on the list, by address key."""
    here = transfer.known_among(tx, [person.email_key for person in chunk])
    if not here:
        return {}
    have = beside_store.of_each(tx, [known.id for known in here.values()])
    found: dict[str, _Fresh] = {}
    for _, email_key, kept in chunk:
        if known := here.get(email_key):
            before = have.setdefault(known.id, Kept([], []))
            tags = [tag for tag in kept.tags if tag not in before.tags]
            lines = [line for line in kept.lines if line not in before.lines]
            before.tags.extend(tags)
            before.lines.extend(lines)
            twice = found.get(email_key, _Fresh(known.id, Kept([], []))).kept
            kept = Kept([*twice.tags, *tags], [*twice.lines, *lines])
            found[email_key] = _Fresh(known.id, kept)
    return found


def _add(tx: Transaction, fresh: Iterable[_Fresh]) -> None:
    fresh = list(fresh)
    beside_store.add_tags(tx, ((one.id, tag) for one in fresh for tag in one.kept.tags))
    beside_store.add_lines(tx, ((one.id, line) for one in fresh for line in one.kept.lines))


_NOBODY = "nobody on the list has this address"
_NOT_WHOLE = "this is no person, or not whole"


def _people(path: Path, problems: list[Problem]) -> Iterator[_Person]:
    """The people of the lines that are whole; what is not is named."""
    with path.open(encoding="utf-8", errors="replace") as file:
        file.readline(_LONGEST_LINE)
        number = 1
        while line := file.readline(_LONGEST_LINE):
            number += 1
            try:
                values = json.loads(line)
                if values.keys() != _FIELDS:
                    raise ValueError
                key = addresses.key(rules.address(values["email"]))
                yield _Person(number, key, Kept(_tags(values["tags"]), _lines(values["lines"])))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refused):
                problems.append(Problem(f"line {number}", _NOT_WHOLE))


def _tags(values: Any) -> list[str]:
    tags = sorted({_text(value) for value in values})
    if any("," in tag or not 0 < len(tag) <= rules.LONGEST_TAG for tag in tags):
        raise ValueError
    return tags


def _lines(values: Any) -> list[Line]:
    lines = [Line(**{name: _text(value) for name, value in line.items()}) for line in values]
    if not all(line.kind in _KINDS and _TIME.fullmatch(line.at) for line in lines):
        raise ValueError
    return list(dict.fromkeys(lines))


def _text(value: Any) -> str:
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise ValueError
    return value


def _line(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
