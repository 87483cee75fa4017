"""What the doctor found when it was asked last (hub/admin/examining.py reads and writes it)."""

from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction


@dataclass(frozen=True, slots=True)
class Examination:
    """`findings` as JSON."""

    at: datetime
    findings: str


def keep(tx: Transaction, findings: str, now: datetime) -> None:
    """In the place of the last."""
    tx.execute(
        "INSERT INTO examinations (id, at, findings) VALUES (1, :now, :findings)"
        " ON CONFLICT (id) DO UPDATE SET at = excluded.at, findings = excluded.findings",
        now=now,
        findings=findings,
    )


def last(tx: Transaction) -> Examination | None:
    return tx.one(Examination, "SELECT at, findings FROM examinations WHERE id = 1")
