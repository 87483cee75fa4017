"""What the seam promises, on each engine."""

# ruff: noqa: PT012  (what is undone must stand inside the block that raises)

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hub.db import Database, in_list
from hub.errors import Conflict, DatabaseBusy, HubError, Refused

WHEN = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    tokens: float
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Media:
    id: int
    path: str
    bytes: int
    width: int | None


def put(db: Database, name: str, value: str = "") -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES (:n, :v)", n=name, v=value)


def names(db: Database) -> list[str]:
    with db.read() as tx:
        return tx.all(str, "SELECT name FROM settings ORDER BY name")


def test_a_row_becomes_a_dataclass(db: Database) -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO limits (name, tokens, updated_at) VALUES ('a', 2.5, :at)", at=WHEN)
        assert tx.one(Limit, "SELECT * FROM limits") == Limit("a", 2.5, WHEN)


def test_no_row_is_none(db: Database) -> None:
    with db.read() as tx:
        assert tx.one(Limit, "SELECT * FROM limits") is None
        assert tx.scalar("SELECT name FROM limits") is None
        assert tx.all(Limit, "SELECT * FROM limits") == []


def test_columns_may_come_in_any_order_and_be_more(db: Database) -> None:
    with db.write() as tx:
        media = tx.one(
            Media,
            "INSERT INTO media (path, sha256, content_type, bytes, created_at) VALUES"
            " ('a.png', 'x', 'image/png', 9, :at) RETURNING width, bytes, sha256, path, id",
            at=WHEN,
        )
    assert media == Media(1, "a.png", 9, None)


def test_bytes_stay_bytes(db: Database) -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO secrets (name, value) VALUES ('k', :v)", v=b"\0\xff%")
        assert tx.scalar("SELECT value FROM secrets") == b"\0\xff%"
        assert tx.one(bytes, "SELECT value FROM secrets") == b"\0\xff%"


@pytest.mark.parametrize(
    ("expression", "value"),
    [("SUM(n)", 6), ("AVG(n)", 2.0), ("AVG(n) * 1.5", 3.0), ("COUNT(*)", 3), ("MAX(-n)", -1)],
)
def test_numbers_are_int_or_float(db: Database, expression: str, value: float) -> None:
    with db.read() as tx:
        found = tx.scalar(
            f"SELECT {expression} FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) AS t"
        )
    assert (found, type(found)) == (value, type(value))


def test_text_comes_back_as_it_went_in(db: Database) -> None:
    odd = "100 % 'so' \"said\" :name %(name)s \\ œ 日本 🙂\n\t"
    put(db, odd, odd)
    with db.read() as tx:
        assert tx.scalar("SELECT value FROM settings WHERE name = :name", name=odd) == odd


def test_a_percent_sign_in_the_statement_is_itself(db: Database) -> None:
    with db.read() as tx:
        assert tx.scalar("SELECT 'a%s:b' /* 50 % :c */ || :d -- :e", d="!") == "a%s:b!"
        assert tx.scalar("SELECT 7 % 4") == 3


def test_text_sorts_by_its_bytes(db: Database) -> None:
    for name in ("b", "a", "é", "B", "_", "a b", "ab"):
        put(db, name)
    assert names(db) == ["B", "_", "a", "a b", "ab", "b", "é"]


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 2**63, -(2**63) - 1])
def test_what_no_engine_keeps_is_refused(db: Database, value: object) -> None:
    with db.write() as tx, pytest.raises(Refused):
        tx.scalar("SELECT COUNT(*) FROM settings WHERE name = CAST(:v AS text)", v=value)


def test_the_largest_numbers_are_kept(db: Database) -> None:
    with db.write() as tx:
        tx.execute("UPDATE hub SET site_version = :v", v=2**63 - 1)
        assert tx.scalar("SELECT site_version FROM hub") == 2**63 - 1


def test_an_exception_undoes_the_transaction(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        raise ZeroDivisionError
    assert names(db) == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO topics (slug, name) VALUES ('a', '')",
        "INSERT INTO post_topics (post_id, topic, position) VALUES (9, 'a', 0)",
        "UPDATE hub SET id = 2",
        "INSERT INTO topics (slug) VALUES ('b')",
    ],
    ids=["unique", "foreign key", "check", "not null"],
)
def test_a_broken_rule_is_a_conflict(db: Database, sql: str) -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO topics (slug, name) VALUES ('a', '')")
    with pytest.raises(Conflict), db.write() as tx:
        tx.execute(sql)


def test_a_conflict_names_no_value(db: Database) -> None:
    put(db, "reader@example.org")
    with pytest.raises(Conflict) as caught:
        put(db, "reader@example.org")
    assert "reader@" not in str(caught.value)


def test_a_savepoint_saves_the_transaction(db: Database) -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        with pytest.raises(Conflict), tx.savepoint():
            tx.execute("INSERT INTO settings (name, value) VALUES ('b', '')")
            tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        with tx.savepoint():
            tx.execute("INSERT INTO settings (name, value) VALUES ('c', '')")
    assert names(db) == ["a", "c"]


def test_savepoints_nest(db: Database) -> None:
    with db.write() as tx, tx.savepoint():
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        with pytest.raises(ZeroDivisionError), tx.savepoint():
            tx.execute("INSERT INTO settings (name, value) VALUES ('b', '')")
            raise ZeroDivisionError
    assert names(db) == ["a"]


def test_an_error_outside_a_savepoint_ends_the_transaction(db: Database) -> None:
    put(db, "a")
    with pytest.raises(RuntimeError, match="savepoint"), db.write() as tx:
        with pytest.raises(Conflict):
            tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        tx.execute("INSERT INTO settings (name, value) VALUES ('b', '')")
    assert names(db) == ["a"]


def test_a_swallowed_error_is_never_committed(db: Database) -> None:
    put(db, "a")
    with pytest.raises(RuntimeError, match="savepoint"), db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('b', '')")
        with pytest.raises(Conflict):
            tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
    assert names(db) == ["a"]


def test_execute_counts_the_rows_it_changed(db: Database) -> None:
    put(db, "a")
    put(db, "b")
    with db.write() as tx:
        assert tx.execute("UPDATE settings SET value = 'x'") == 2
        assert tx.execute("DELETE FROM settings WHERE name = :n", n="c") == 0


def test_many_rows_go_in_and_stream_out(db: Database) -> None:
    with db.write() as tx:
        tx.executemany(
            "INSERT INTO settings (name, value) VALUES (:name, :value)",
            ({"name": f"{n:05}", "value": str(n)} for n in range(2_500)),
        )
    with db.read() as tx:
        found = list(tx.stream(str, "SELECT value FROM settings ORDER BY name"))
    assert found == [str(n) for n in range(2_500)]


def test_two_streams_run_beside_other_statements(db: Database) -> None:
    for name in "abc":
        put(db, name)
    with db.read() as tx:
        pairs = [
            (one, other, tx.scalar("SELECT COUNT(*) FROM settings"))
            for one in tx.stream(str, "SELECT name FROM settings ORDER BY name")
            for other in tx.stream(str, "SELECT name FROM settings WHERE name > :one", one=one)
        ]
    assert pairs == [("a", "b", 3), ("a", "c", 3), ("b", "c", 3)]


def test_a_stream_may_be_left_in_the_middle(db: Database) -> None:
    put(db, "a")
    put(db, "b")
    with db.write() as tx:
        assert next(iter(tx.stream(str, "SELECT name FROM settings ORDER BY name"))) == "a"
        tx.execute("DELETE FROM settings")
    assert names(db) == []


def test_reading_sees_one_state(db: Database) -> None:
    with db.read() as tx:
        assert tx.scalar("SELECT COUNT(*) FROM settings") == 0
        put(db, "a")
        assert tx.scalar("SELECT COUNT(*) FROM settings") == 0
    assert names(db) == ["a"]


def test_reading_changes_nothing(db: Database) -> None:
    with pytest.raises(HubError), db.read() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
    assert names(db) == []


def test_a_write_inside_a_write_is_a_fault(db: Database) -> None:
    with db.write(), pytest.raises(RuntimeError, match="inside another"), db.write():
        pass


def test_a_list_of_values(db: Database) -> None:
    for name in "abc":
        put(db, name)
    listed, values = in_list("n", ["a", "c", "x"])
    nothing, none = in_list("n", [])
    with db.read() as tx:
        assert tx.scalar(f"SELECT COUNT(*) FROM settings WHERE name IN {listed}", **values) == 2
        assert tx.scalar(f"SELECT COUNT(*) FROM settings WHERE name IN {nothing}", **none) == 0


def test_look_then_insert_is_safe_from_many_threads_and_processes(
    open_again: Callable[[], Database],
) -> None:
    """Nobody else writes between the two, so no number is taken twice."""
    databases = [open_again(), open_again()]

    def add(db: Database) -> None:
        for _ in range(10):
            with db.write() as tx:
                next_number = int(tx.scalar("SELECT COUNT(*) FROM settings"))
                tx.execute(
                    "INSERT INTO settings (name, value) VALUES (:n, '')", n=f"{next_number:02}"
                )

    threads = [threading.Thread(target=add, args=(databases[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(databases[0]) == [f"{n:02}" for n in range(40)]


def test_thousands_are_looked_up_at_once(db: Database) -> None:
    wanted = [f"{n:05}" for n in range(2500)]
    with db.write() as tx:
        tx.load("settings", ("name", "value"), [(name, "") for name in (*wanted[::2], "other")])
    with db.read() as tx:
        sql = "SELECT name FROM settings WHERE name IN :keys"
        assert sorted(tx.among(str, sql, wanted)) == wanted[::2]
        assert tx.among(str, sql, []) == []
        assert tx.among(int, "SELECT id FROM hub WHERE id IN :keys", [1, 2]) == [1]


def test_a_writer_that_waits_too_long_is_told_so(
    open_again: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.db.sqlite.BUSY_SECONDS", 0.01)
    monkeypatch.setattr("hub.db.postgres.BUSY_SECONDS", 0.01)
    first, second = open_again(), open_again()
    with first.write(), pytest.raises(DatabaseBusy), second.write():
        pass
    put(second, "a")


def test_an_ordinary_writer_is_never_beside_a_concurrent_one(
    open_again: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.db.sqlite.BUSY_SECONDS", 0.01)
    monkeypatch.setattr("hub.db.postgres.BUSY_SECONDS", 0.01)
    first, second = open_again(), open_again()
    with first.write(concurrent=True), pytest.raises(DatabaseBusy), second.write():
        pass
    with first.write(), pytest.raises(DatabaseBusy), second.write(concurrent=True):
        pass


def test_the_site_version_grows_with_the_commit(db: Database) -> None:
    before = db.site_version()
    heard: list[int] = []
    db.on_site_change(lambda: heard.append(db.site_version()))
    with db.write() as tx:
        tx.site_changed()
        assert heard == []
    put(db, "a")
    with pytest.raises(ZeroDivisionError), db.write() as tx:
        tx.site_changed()
        raise ZeroDivisionError
    assert heard == [before + 1]
    assert db.site_version() == before + 1


def test_a_change_of_another_process_ends_the_wait(open_again: Callable[[], Database]) -> None:
    mine, other = open_again(), open_again()
    seen = mine.wait_for_change(-1, 0)
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(mine.wait_for_change(seen, 60)))
    waiting.start()
    with other.write() as tx:
        tx.site_changed()
    waiting.join(10)
    assert found == [seen + 1]


def test_a_wait_without_a_change_ends_in_time_or_when_woken(db: Database) -> None:
    seen = db.site_version()
    assert db.wait_for_change(seen, 0.01) == seen
    db.wake()
    assert db.wait_for_change(seen, 60) == seen


def test_closing_twice_does_no_harm(open_again: Callable[[], Database]) -> None:
    db = open_again()
    put(db, "a")
    db.close()
    db.close()


def test_a_closed_database_can_be_opened_again(open_again: Callable[[], Database]) -> None:
    db = open_again()
    put(db, "a")
    db.close()
    assert names(open_again()) == ["a"]


def test_a_commit_that_does_not_wait_for_the_disk_is_one(
    db: Database, open_again: Callable[[], Database]
) -> None:
    with db.write(durable=False) as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('quick', '')")
    assert names(open_again()) == ["quick"]
    with pytest.raises(ZeroDivisionError), db.write(durable=False):
        raise ZeroDivisionError
    put(db, "sure")
    assert names(db) == ["quick", "sure"]


def test_several_that_read_together_see_the_same(
    db: Database, open_again: Callable[[], Database]
) -> None:
    put(db, "before")
    with db.read_together(3) as readers:
        put(open_again(), "meanwhile")
        found = [tx.all(str, "SELECT name FROM settings ORDER BY name") for tx in readers]
    assert found == [["before"]] * 3
    assert names(db) == ["before", "meanwhile"]


def test_a_table_that_has_grown_may_be_told_in_any_transaction(db: Database) -> None:
    with db.write() as tx:
        tx.execute("INSERT INTO settings (name, value) VALUES ('a', '')")
        tx.grown("settings")
    assert names(db) == ["a"]
