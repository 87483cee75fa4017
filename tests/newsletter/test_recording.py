"""Results are written many at once, each with its own code, words and time."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.db import Database
from hub.db.sqlite import SqliteDatabase, SqliteTransaction
from hub.newsletter import claiming, deliveries, editions
from hub.newsletter.deliveries import Result
from tests.conftest import NOW

READERS = 130
WORKER = 1


@dataclass(frozen=True, slots=True)
class Row:
    state: str
    code: int | None
    reply: str
    due_at: datetime
    finished_at: datetime | None
    worker_id: int | None


def claimed_edition(db: Database) -> int:
    """An edition whose deliveries are all claimed by the worker; readers are 1 to 130."""
    with db.write() as tx:
        edition_id = editions.insert(
            tx, stream="weekly", period="2026-W48", status="sending", reason="", now=NOW
        )
        assert edition_id is not None
        editions.start_counts(tx, edition_id)
        tx.executemany(
            "INSERT INTO deliveries (edition_id, subscriber_id, state, due_at, attempts, reply)"
            " VALUES (:edition_id, :n, 'queued', :at, 0, '')",
            ({"edition_id": edition_id, "n": n, "at": NOW} for n in range(1, READERS + 1)),
        )
        tx.execute("UPDATE edition_counts SET queued = :n", n=READERS)
        assert len(claiming.claim(tx, WORKER, now=NOW, limit=READERS)) == READERS
    return edition_id


def of_all_kinds(edition_id: int) -> list[Result]:
    kinds = [
        ("accepted", 250, "queued as {}", timedelta(0)),
        ("accepted", 250, "ok", timedelta(0)),
        ("accepted", None, "written to the outbox", timedelta(0)),
        ("deferred", 451, "try again", timedelta(minutes=5)),
        ("failed", 550, "no such user", timedelta(0)),
        ("unknown", None, "no answer", timedelta(0)),
        ("queued", None, "", timedelta(0)),
    ]
    results = []
    for number in range(1, READERS + 1):
        state, code, reply, wait = kinds[number % len(kinds)]
        due_at = NOW + wait + timedelta(milliseconds=number)
        results.append(Result(edition_id, number, state, code, reply.format(number), due_at))
    return results


def test_each_result_is_kept_as_it_was(db: Database) -> None:
    edition_id = claimed_edition(db)
    results = of_all_kinds(edition_id)
    with db.write() as tx:
        assert deliveries.record(tx, WORKER, results) == READERS
    with db.read() as tx:
        rows = tx.all(Row, "SELECT * FROM deliveries ORDER BY subscriber_id")
        counts = editions.counts(tx, edition_id)
        states = deliveries.count_states(tx, edition_id)
    over = ("accepted", "failed", "unknown")
    assert rows == [
        Row(r.state, r.code, r.reply, r.due_at, r.due_at if r.state in over else None, None)
        for r in results
    ]
    assert states == {state: getattr(counts, state) for state in states}
    assert sum(states.values()) == READERS


def test_only_what_was_held_is_counted(db: Database) -> None:
    edition_id = claimed_edition(db)
    with db.write() as tx:
        tx.execute("UPDATE deliveries SET worker_id = 2 WHERE subscriber_id <= 30")
        assert deliveries.record(tx, WORKER, of_all_kinds(edition_id)) == READERS - 30
        assert editions.counts(tx, edition_id).claimed == 30


def test_sqlite_finds_each_by_its_key(tmp_path: Path) -> None:
    """Else a claim of 100 would walk through a million."""
    with closing(SqliteDatabase(tmp_path / "hub.db")) as db:
        said: list[str] = []
        with db.write() as tx:
            assert isinstance(tx, SqliteTransaction)
            tx.connection.set_trace_callback(said.append)
        edition_id = claimed_edition(db)
        with db.write() as tx:
            deliveries.record(tx, WORKER, of_all_kinds(edition_id))
        updates = [sql for sql in said if sql.startswith("UPDATE deliveries")]
        assert len(updates) > 3
        with db.write() as tx:
            assert isinstance(tx, SqliteTransaction)
            for sql in updates:
                rows = tx.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
                (plan,) = (text for *_, text in rows if "deliveries" in text)
                assert plan.endswith("USING PRIMARY KEY (edition_id=? AND subscriber_id=?)")
