"""Several workers on one database: no delivery is claimed twice, and none is forgotten."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import chain, count, repeat
from multiprocessing import get_context
from pathlib import Path

import pytest

from hub.db import Database, open_database
from hub.db.sqlite import SqliteDatabase, SqliteTransaction
from hub.newsletter import claiming, deliveries, editions
from hub.newsletter.deliveries import Result
from hub.newsletter.model import Counts
from hub.settings import Settings
from tests.conftest import NOW
from tests.db.explaining import nodes, recorded

DELIVERIES = 2_000
WORKERS = 4


@pytest.fixture
def edition_id(db: Database) -> int:
    """An edition that is being sent, with 2,000 deliveries that are due."""
    return sending(db, DELIVERIES)


def sending(db: Database, many: int) -> int:
    """An edition that is being sent, with so many deliveries that are due."""
    with db.write() as tx:
        tx.executemany(
            "INSERT INTO subscribers (id, email, email_key, name, status, cadence, language,"
            " source, created_at) VALUES (:id, :email, :email, '', 'active', 'weekly', 'en',"
            " 'form', :at)",
            ({"id": n, "email": f"{n}@reader.test", "at": NOW} for n in range(1, many + 1)),
        )
        edition_id = int(
            tx.scalar(
                "INSERT INTO editions (stream, period, status, subject, reason, created_at,"
                " queued_up_to) VALUES ('weekly', '2026-W48', 'sending', 'S', '', :at, 0)"
                " RETURNING id",
                at=NOW,
            )
        )
        editions.start_counts(tx, edition_id)
        edition = editions.get(tx, edition_id)
        assert edition is not None
        assert deliveries.queue_batch(tx, edition, "weekly", now=NOW, limit=many) == many
    return edition_id


def share(db: Database, edition_id: int, worker_id: int) -> list[int]:
    """Claim and record until nothing is left; whose deliveries this worker had."""
    claimed: list[int] = []
    while True:
        with db.write(concurrent=True) as tx:
            held = claiming.claim(tx, worker_id, now=NOW, limit=100)
        if not held:
            return claimed
        claimed += [delivery.subscriber_id for delivery in held]
        # As while it sends: SQLite gives a lock that is wanted again at once to whom had it.
        time.sleep(0.003)
        results = [Result(edition_id, d.subscriber_id, "accepted", 250, "", NOW) for d in held]
        with db.write(concurrent=True) as tx:
            assert deliveries.record(tx, worker_id, results) == len(held)
            editions.finish(tx, edition_id, NOW)


def share_as_a_process(settings: Settings, edition_id: int, worker_id: int) -> list[int]:
    with closing(open_database(settings)) as db:
        return share(db, edition_id, worker_id)


def check_all_went_once(db: Database, edition_id: int, claimed: list[list[int]], many: int) -> None:
    """`claimed` by each worker. The counters say what counting says."""
    assert Counter(chain(*claimed)) == Counter(range(1, many + 1))
    with db.read() as tx:
        assert deliveries.count_states(tx, edition_id) == {"accepted": many}
        assert editions.counts(tx, edition_id) == Counts(0, 0, many, 0, 0, 0)
        edition = editions.get(tx, edition_id)
    assert edition is not None
    assert edition.status == "sent"


def test_four_workers_share_an_edition(
    db: Database, edition_id: int, open_again: Callable[[], Database]
) -> None:
    databases = [open_again() for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as threads:
        claimed = list(threads.map(share, databases, repeat(edition_id), count(1)))
    check_all_went_once(db, edition_id, claimed, DELIVERIES)


@pytest.mark.slow
def test_four_processes_share_a_large_edition(
    db: Database, settings: Settings, engine: str
) -> None:
    many = {"sqlite": 10_000, "postgres": 50_000}[engine]
    edition_id = sending(db, many)
    spawn = get_context("spawn")
    together = spawn.Barrier(WORKERS, timeout=240)
    with ProcessPoolExecutor(WORKERS, spawn, initializer=together.wait) as processes:
        claimed = list(
            processes.map(
                share_as_a_process,
                repeat(settings),
                repeat(edition_id),
                range(1, WORKERS + 1),
            )
        )
    assert sum(map(bool, claimed)) > 1, "one process did it all"
    check_all_went_once(db, edition_id, claimed, many)


def test_a_claim_looks_past_what_another_is_claiming(
    db: Database, edition_id: int, open_again: Callable[[], Database], engine: str
) -> None:
    """While the first has not committed, the second finds other work and waits for nothing."""
    if engine == "sqlite":
        pytest.skip("SQLite has one writer: the second waits its turn")
    with db.write(concurrent=True) as first:
        mine = first.all(
            int,
            "SELECT subscriber_id FROM deliveries WHERE state IN ('queued', 'deferred')"
            " ORDER BY due_at, subscriber_id LIMIT 50 FOR UPDATE",
        )
        with open_again().write(concurrent=True) as second:
            theirs = claiming.claim(second, 2, now=NOW, limit=50)
    assert len(mine) == len(theirs) == 50
    assert not set(mine) & {delivery.subscriber_id for delivery in theirs}


def test_what_is_not_due_is_not_claimed(db: Database, edition_id: int) -> None:
    with db.write(concurrent=True) as tx:
        assert claiming.claim(tx, 1, now=NOW - timedelta(seconds=1), limit=50) == []


def test_what_comes_to_wait_behind_the_bookmark_is_found(db: Database, edition_id: int) -> None:
    bookmark = claiming.Bookmark()
    seen: list[int] = []
    for number in range(3):
        with db.write(concurrent=True) as tx:
            held = claiming.claim(tx, 1, now=NOW, limit=900, bookmark=bookmark)
            seen += [delivery.subscriber_id for delivery in held]
            if number == 0:
                # As by a worker whose claim of these did not commit.
                tx.execute("UPDATE deliveries SET state = 'queued' WHERE subscriber_id IN (5, 6)")
    assert Counter(seen) == Counter([*range(1, DELIVERIES + 1), 5, 6])
    with db.write(concurrent=True) as tx:
        assert claiming.claim(tx, 1, now=NOW, limit=900, bookmark=bookmark) == []


def test_postgres_does_not_pass_what_was_claimed_before(
    db: Database, edition_id: int, engine: str
) -> None:
    """The pages of the index that a claim reads: all that was claimed stays there for a while."""
    if engine == "sqlite":
        pytest.skip("SQLite takes out of the index at once what leaves it")
    bookmark = claiming.Bookmark()
    pages = []
    for _ in range(DELIVERIES // 100):
        with recorded() as statements, db.write(concurrent=True) as tx:
            claiming.claim(tx, 1, now=NOW, limit=50, bookmark=bookmark)
            (sql,) = (sql for sql in statements if "SKIP LOCKED" in sql)
            (plan,) = tx.scalar(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", **statements[sql].values
            )
            pages += [
                node["Shared Hit Blocks"] + node["Shared Read Blocks"]
                for node in nodes(plan["Plan"])
                if node.get("Index Name") == "deliveries_due"
            ]
    assert max(pages[5:]) <= pages[1] + 3


def test_the_work_of_a_claim_does_not_grow_with_what_waits(tmp_path: Path) -> None:
    """SQLite counts its own steps; it once went through all that waited, for each claim."""

    def steps(many: int) -> int:
        with closing(SqliteDatabase(tmp_path / f"{many}.db")) as db:
            edition_id = sending(db, many)
            taken = count()
            with db.write() as tx:
                assert isinstance(tx, SqliteTransaction)
                tx.connection.set_progress_handler(lambda: next(taken) and None, 10)
                held = claiming.claim(tx, 1, now=NOW, limit=50)
                deliveries.record(
                    tx,
                    1,
                    [Result(edition_id, d.subscriber_id, "accepted", 250, "", NOW) for d in held],
                )
                tx.connection.set_progress_handler(None, 0)
            return next(taken)

    assert steps(5_000) < 1.2 * steps(500)
