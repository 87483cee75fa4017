"""Numbered migrations: one file per engine and number, `0001_start.sqlite.sql`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Script:
    """One migration: its name (`0001_start`), and the SQL that moves the schema on."""

    name: str
    sql: str


@cache
def scripts(engine: str) -> tuple[Script, ...]:
    """The migrations of an engine (`sqlite`, `postgres`), in order."""
    suffix = f".{engine}.sql"
    return tuple(
        Script(path.name.removesuffix(suffix), path.read_text(encoding="utf-8"))
        for path in sorted(Path(__file__).parent.glob(f"*{suffix}"))
    )
