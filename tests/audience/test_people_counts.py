"""How many people there are of each kind is kept exactly, whatever changes the list."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.audience import (
    counts_store,
    growth,
    importing,
    membership,
    signup,
    store,
)
from hub.audience.consent import consent_text
from hub.audience.importing import Facts
from hub.audience.model import Preferences, Wish
from hub.db import Database, Transaction
from hub.errors import Conflict
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import subscribe

COUNTED = "status, cadence, language, source, CAST({} AS bigint) AS people"


def agree(db: Database) -> None:
    """What is kept is what would be counted."""
    with db.read() as tx:
        kept = tx.all(
            tuple,
            f"SELECT {COUNTED.format('sum(people)')} FROM (SELECT {COUNTED.format('people')}"
            f" FROM people_counts UNION ALL SELECT {COUNTED.format('people')} FROM people_moves)"
            " AS kept GROUP BY status, cadence, language, source HAVING sum(people) <> 0",
        )
        counted = tx.all(
            tuple,
            f"SELECT {COUNTED.format('count(*)')} FROM subscribers"
            " GROUP BY status, cadence, language, source",
        )
    assert sorted(kept) == sorted(counted)


def write_list(path: Path, people: int, source: str) -> Path:
    rows = (f"r{n}@{source}.test,{('weekly', 'monthly')[n % 2]}\n" for n in range(people))
    file = path / f"{source}.csv"
    file.write_text("email,frequency\n" + "".join(rows), encoding="utf-8")
    return file


def bring(db: Database, file: Path) -> None:
    facts = Facts("at the fair", "en", NOW)
    importing.run(db, importing.find(file), facts, dry_run=False, progress=lambda _: None)


def test_an_import_is_counted(db: Database, tmp_path: Path) -> None:
    for source in ("a", "b", "a"):
        bring(db, write_list(tmp_path, 60, source))
        agree(db)
    with db.read() as tx:
        assert counts_store.number(tx, status="active") == 120
        assert counts_store.sources(tx) == ["import a.csv", "import b.csv"]


def test_whatever_happens_to_somebody_is_counted(hub: Hub) -> None:
    wish = Wish("eve@hub.test", "", "weekly", (), "en")
    text = consent_text(hub.site(), "en")
    with hub.db.write() as tx:
        signup.sign_up(tx, wish, text, form_url="", network="n", now=NOW)
        eve = membership.by_address(tx, "eve@hub.test")
    agree(hub.db)
    for change in (
        lambda tx: membership.confirm(tx, eve, now=NOW),
        lambda tx: membership.save_preferences(
            tx, eve.id, Preferences("E", "monthly", (), "fr", None), now=NOW
        ),
        lambda tx: membership.bounce(tx, [eve.id], now=NOW),
        lambda tx: membership.lift(tx, replace(eve, status="bounced")),
        lambda tx: membership.complain(tx, eve.id, now=NOW),
        lambda tx: membership.erase(tx, replace(eve, status="complained"), now=NOW),
    ):
        with hub.db.write() as tx:
            change(tx)
        agree(hub.db)
    with hub.db.read() as tx:
        assert set(counts_store.by_status(tx).values()) == {0}


def test_many_at_once_are_counted(hub: Hub) -> None:
    people = [subscribe(hub, f"r{n}@mail.test", status="waiting") for n in range(5)]
    with hub.db.write() as tx:
        tx.execute("UPDATE subscribers SET status = 'active', source = 'x' WHERE id > 2")
        tx.execute("UPDATE subscribers SET name = 'Ada', language = language")
    agree(hub.db)
    with hub.db.write() as tx:
        for number in people[:2]:
            store.decide(tx, number, "unsubscribed", now=NOW)
        tx.execute("DELETE FROM subscribers WHERE status = 'active' AND id < 5")
    agree(hub.db)
    with hub.db.read() as tx:
        assert counts_store.by_status(tx)["active"] == 1


def test_what_is_undone_is_not_counted(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")

    def change_and_fail(tx: Transaction) -> None:
        with tx.savepoint():
            tx.execute("UPDATE subscribers SET cadence = 'each'")
            tx.execute("UPDATE subscribers SET cadence = 'hourly'")

    with hub.db.write() as tx, pytest.raises(Conflict):
        change_and_fail(tx)
    agree(hub.db)


def test_changes_of_the_last_minute_are_folded(hub: Hub) -> None:
    for n in range(3):
        subscribe(hub, f"r{n}@mail.test", status="active" if n else "bounced")
    before = numbers(hub)
    growth.keep(hub.db, NOW)
    assert numbers(hub) == before
    agree(hub.db)
    with hub.db.read() as tx:
        assert not counts_store.is_waiting(tx)


def numbers(hub: Hub) -> object:
    with hub.db.read() as tx:
        return counts_store.by_status(tx)


def test_two_who_write_at_once_do_not_wait_for_each_other(
    hub: Hub, open_again: Callable[[], Database], engine: str
) -> None:
    if engine == "sqlite":
        pytest.skip("one writes at a time")
    first, second, third = (subscribe(hub, f"r{n}@mail.test") for n in range(3))
    with hub.db.write() as tx:
        # The first suppression makes its key, for which others wait.
        membership.bounce(tx, [third], now=NOW)
    with hub.db.write(concurrent=True) as one, open_again().write(concurrent=True) as two:
        membership.bounce(one, [first], now=NOW)
        membership.bounce(two, [second], now=NOW)
    agree(hub.db)
    with hub.db.read() as tx:
        assert counts_store.by_status(tx)["bounced"] == 3
