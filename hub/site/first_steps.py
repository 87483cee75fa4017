"""SQL of a hub's beginning: what was typed while it is set up, and how far its owner came after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.db import Transaction, in_list

# After the site and the account, in this order.
STEPS = ("mail", "schedule", "bring")


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    value: str


def answers(tx: Transaction) -> dict[str, str]:
    """What was typed so far, by field."""
    rows = tx.all(_Row, "SELECT name, value FROM setup_answers ORDER BY name")
    return {row.name: row.value for row in rows}


def remember(tx: Transaction, typed: Mapping[str, str]) -> None:
    """Keep what was typed, right or wrong, until it counts."""
    for name, value in typed.items():
        tx.execute(
            "INSERT INTO setup_answers (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=value,
        )


def forget_answers(tx: Transaction, names: Iterable[str]) -> None:
    """What was typed in these fields stands in its place now."""
    listed, values = in_list("name", names)
    tx.execute(f"DELETE FROM setup_answers WHERE name IN {listed}", **values)


def states(tx: Transaction) -> dict[str, str]:
    """`done` or `skipped`, by step; nothing for those that nobody went through."""
    listed, names = in_list("name", STEPS)
    rows = tx.all(
        _Row, f"SELECT name, state AS value FROM first_steps WHERE name IN {listed}", **names
    )
    return {row.name: row.value for row in rows}


def mark(tx: Transaction, name: str, state: str, now: datetime) -> None:
    """The owner has been through a step. What was done is not undone by skipping it later."""
    tx.execute(
        "INSERT INTO first_steps (name, state, at) VALUES (:name, :state, :now)"
        " ON CONFLICT (name) DO UPDATE SET state = excluded.state, at = excluded.at"
        " WHERE first_steps.state <> 'done'",
        name=name,
        state=state,
        now=now,
    )
