"""The suppression list as a file: NDJSON whose first line holds the key of the hashes.

Whoever has both can ask whether an address is on the list, and can read none out of it.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from hub.audience import suppression
from hub.audience.suppression import Entry
from hub.db import Database, Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem, Report
from hub.times import from_text

KIND = "suppressions"
_HOW = "HMAC-SHA256 of the address, lower-cased, its domain in A-label form"
_CHUNK = 500
_LONGEST_LINE = 1_000
_HASH = re.compile("[0-9a-f]{64}")
_REASONS = ("bounced", "complained", "erased", "owner")


def pieces(tx: Transaction) -> Iterator[str]:
    """The file; nothing but its first line when nobody was ever suppressed."""
    key = suppression.travelling_key(tx)
    yield _line({KIND: {"key": key.hex() if key else "", "hash": _HOW}})
    for entry in suppression.entries(tx):
        yield _line(entry._asdict())


def recognises(path: Path) -> bool:
    """Whether a file is such a list."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(KIND) + 4).startswith(b'{"%s":' % KIND.encode())


def run(db: Database, path: Path, *, dry_run: bool) -> Report:
    """Take the list over, with its key.

    Raises Refused for a file that is not whole, Conflict when this hub has a list of its own
    under another key; then nothing is changed.
    """
    key = _checked(path)
    new = unchanged = 0
    with path.open(encoding="utf-8") as file:
        lines = islice(file, 1, None)
        with db.read() if dry_run else db.write() as tx:
            if key and not dry_run:
                suppression.adopt_key(tx, key)
        while chunk := [_entry(line) for line in islice(lines, _CHUNK)]:
            with db.read() if dry_run else db.write(durable=False) as tx:
                here = suppression.known_hashes(tx, [entry.email_hash for entry in chunk])
                fresh = {e.email_hash: e for e in chunk if e.email_hash not in here}
                if not dry_run:
                    suppression.add_entries(tx, fresh.values())
            new += len(fresh)
            unchanged += len(chunk) - len(fresh)
    if not dry_run:
        with db.write() as tx:
            tx.grown("suppressions")
    return Report(KIND, "hub-ndjson", new, 0, unchanged, 0)


def refused(path: Path, error: Refused) -> Report:
    """What is said of a list that could not be taken, where other things came in beside it."""
    with path.open("rb") as file:
        rows = max(sum(1 for _ in file) - 1, 0)
    return Report(KIND, "hub-ndjson", 0, 0, 0, rows, (Problem(path.name, str(error)),))


def _checked(path: Path) -> bytes:
    """The key, when every line can be read."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline(_LONGEST_LINE))[KIND]
            key = bytes.fromhex(head["key"])
            while line := file.readline(_LONGEST_LINE):
                _entry(line)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(_NOT_WHOLE, name=path.name) from error
    return key


_NOT_WHOLE = N_("%(name)s is not a suppression list, or is not whole.")


def _entry(line: str) -> Entry:
    values = json.loads(line)
    entry = Entry(*(values[name] for name in Entry._fields))
    moment: datetime = from_text(entry.created_at)
    if not _HASH.fullmatch(entry.email_hash) or entry.reason not in _REASONS or moment is None:
        raise ValueError
    return entry


def _line(values: dict[str, object]) -> str:
    return json.dumps(values, separators=(",", ":")) + "\n"
