"""What an import did: the document that `hub import --json` prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the owner should look at: the file or row, and what was wrong with it."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """How many items of a source came in. `refused` ones are named in `problems`, with others.

    Of a list of people: how many get mail afterwards and how many do not, and `warnings`, those of
    the problems that have to be seen first.
    """

    kind: str
    format: str
    new: int
    changed: int
    unchanged: int
    refused: int
    problems: tuple[Problem, ...] = ()
    gets_mail: int | None = None
    no_mail: int | None = None
    warnings: tuple[Problem, ...] = ()

    def as_document(self) -> dict[str, object]:
        """The report as JSON shows it: these keys are a face of the hub, and no others come."""
        return {
            "kind": self.kind,
            "format": self.format,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "problems": [{"item": p.item, "reason": p.reason} for p in self.problems],
        }
