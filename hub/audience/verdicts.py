"""What an import decides about each row, and the counts of it."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple

from hub.audience.spreadsheet import guarded
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem

Kind = Literal["new", "changed", "unchanged", "stays out", "suppressed", "invalid", "duplicate"]
KINDS: tuple[Kind, ...] = (
    "new",
    "changed",
    "unchanged",
    "stays out",
    "suppressed",
    "invalid",
    "duplicate",
)
_REFUSED = frozenset(("suppressed", "invalid", "duplicate"))
COLUMNS = ("file", "row", "email", "verdict", "reason")
MOST_PROBLEMS = 200_000


class Reason(NamedTuple):
    """Why, in words that can be translated: a text with slots, and what fills them."""

    message: str
    values: Mapping[str, object] = {}  # never written to

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


NO_REASON = Reason("")
SUPPRESSED = Reason(N_("the address is suppressed: it must not get mail any more"))
DUPLICATE = Reason(N_("the address stands in an earlier row already"))
STAYS: Mapping[str, Reason] = {
    "unsubscribed": Reason(N_("this person left here, and only an own sign-up brings them back")),
    "bounced": Reason(N_("mail to this address came back here")),
    "complained": Reason(N_("this person complained about mail from here")),
}


def refusal(error: Refused) -> Reason:
    """Why a row could not be read."""
    return Reason(error.message, error.values)


class Verdict(NamedTuple):
    """What becomes of one row. `file` is empty where there is one file only."""

    file: str
    row: int
    email: str
    kind: Kind
    reason: Reason = NO_REASON


class Note(NamedTuple):
    """Something of a list of which nothing, or not everything, is kept. `kind` says what `name`
    names: a column, a tag or a file."""

    kind: Literal["column", "tag", "file"]
    name: str
    reason: Reason

    def problem(self) -> Problem:
        """As the report of the command line has it."""
        item = self.name if self.kind == "file" else f"{self.kind} {self.name}"
        return Problem(item, str(self.reason))


@dataclass(slots=True)
class Tally:
    """How many rows got which verdict, and those that the owner should look at."""

    kinds: Counter[str] = field(default_factory=Counter)
    refusals: list[Verdict] = field(default_factory=list)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            self.kinds[verdict.kind] += 1
            if verdict.kind in _REFUSED and len(self.refusals) < MOST_PROBLEMS:
                self.refusals.append(verdict)

    def problems(self) -> list[Problem]:
        """The rows that were refused, as the report of the command line has them."""
        return [
            Problem(f"{v.file} row {v.row}" if v.file else f"row {v.row}", str(v.reason))
            for v in self.refusals
        ]

    @property
    def unchanged(self) -> int:
        return self.kinds["unchanged"] + self.kinds["stays out"]

    @property
    def refused(self) -> int:
        return sum(self.kinds[kind] for kind in _REFUSED)


class Sheet:
    """The verdicts as a CSV file that a spreadsheet opens."""

    def __init__(self, file: IO[str]) -> None:
        self._write = csv.writer(file, lineterminator="\r\n").writerow
        self._write(COLUMNS)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for file, row, email, kind, reason in verdicts:
            self._write((guarded(file), row, guarded(email), kind, str(reason)))
