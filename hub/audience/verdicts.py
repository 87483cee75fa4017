"""What an import decides about each row, and the counts of it."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple

from hub import i18n
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
COLUMNS = ("file", "row", "email", "verdict", "reason", "afterwards")
# What somebody is after the import, as the owner reads it.
AFTERWARDS: Mapping[str, str] = {
    "active": N_("gets mail"),
    "waiting": N_("no mail: waits for your decision"),
    "pending": N_("no mail: not confirmed"),
    "unsubscribed": N_("no mail: unsubscribed"),
    "bounced": N_("no mail: mail came back"),
    "complained": N_("no mail: complained"),
    "suppressed": N_("no mail: suppressed"),
    "": N_("not on the list"),
}
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
# Why nothing changes for somebody whom the owner may expect to get mail.
STILL: Mapping[str, Reason] = {
    "pending": Reason(N_("not confirmed yet, here as in the file")),
    "waiting": Reason(N_("waits here for your decision")),
    "active": Reason(N_("confirmed here since they left there")),
}
TAKEN_OFF = Reason(N_("taken off the list: the file says that they must not get mail"))
TAKEN_OFF_AGAIN = Reason(
    N_("the address stands in an earlier row; taken off the list, because this one says no mail")
)
CONFIRMED_THERE = Reason(N_("not confirmed here; the file says where they agreed"))
MORE_BESIDE = Reason(N_("tags or notes are added"))


def refusal(error: Refused) -> Reason:
    """Why a row could not be read."""
    return Reason(error.message, error.values)


class Verdict(NamedTuple):
    """What becomes of one row. `file` is empty where there is one file only. `status`: a key of
    AFTERWARDS, empty where nobody comes onto the list by it."""

    file: str
    row: int
    email: str
    kind: Kind
    reason: Reason = NO_REASON
    status: str = ""

    @property
    def afterwards(self) -> str:
        """What the person is after the import, in words."""
        return AFTERWARDS[self.status]


class Note(NamedTuple):
    """Something of a list of which nothing, or not everything, is kept. `kind` says what `name`
    names: a column, a tag or a file."""

    kind: Literal["column", "tag", "file"]
    name: str
    reason: Reason
    # Whether people who left may be on the list because of it.
    is_warning: bool = False

    def problem(self) -> Problem:
        """As the report of the command line has it."""
        item = self.name if self.kind == "file" else f"{self.kind} {self.name}"
        return Problem(item, str(self.reason))


@dataclass(slots=True)
class Tally:
    """How many rows got which verdict, and those that the owner should look at."""

    kinds: Counter[str] = field(default_factory=Counter)
    refusals: list[Verdict] = field(default_factory=list)
    # People by their status afterwards.
    people: Counter[str] = field(default_factory=Counter)

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            self.kinds[verdict.kind] += 1
            if verdict.reason is TAKEN_OFF_AGAIN:
                self.people["active"] -= 1
                self.people[verdict.status] += 1
            elif verdict.kind != "duplicate":
                self.people[verdict.status] += 1
            if verdict.kind in _REFUSED and len(self.refusals) < MOST_PROBLEMS:
                self.refusals.append(verdict)

    def copy(self) -> "Tally":
        """The counts as they are now; the refusals are shared."""
        return Tally(Counter(self.kinds), self.refusals, Counter(self.people))

    def problems(self) -> list[Problem]:
        """The rows that were refused, as the report of the command line has them."""
        return [
            Problem(f"{v.file} row {v.row}" if v.file else f"row {v.row}", str(v.reason))
            for v in self.refusals
        ]

    @property
    def gets_mail(self) -> int:
        """How many people of the list get mail afterwards."""
        return self.people["active"]

    @property
    def no_mail(self) -> int:
        """How many people and rows that cannot be taken do not."""
        return sum(self.people.values()) - self.people["active"]

    @property
    def unchanged(self) -> int:
        return self.kinds["unchanged"] + self.kinds["stays out"]

    @property
    def refused(self) -> int:
        return sum(self.kinds[kind] for kind in _REFUSED)


class Sheet:
    """The verdicts as a CSV file that a spreadsheet opens, in a language of the hub."""

    def __init__(self, file: IO[str], language: str = "en") -> None:
        self._write = csv.writer(file, lineterminator="\r\n").writerow
        self._write(COLUMNS)
        self._language = language
        self._after = {s: i18n.translate(language, said) for s, said in AFTERWARDS.items()}

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for file, row, email, kind, reason, status in verdicts:
            why = (
                i18n.translate(self._language, reason.message, **reason.values)
                if reason.message
                else ""
            )
            self._write((guarded(file), row, guarded(email), kind, why, self._after[status]))
