"""What an audit found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`part` looked at `subject` and saw `what`; a `grave` one makes the audit fail."""

    part: str
    subject: str
    what: str
    grave: bool
