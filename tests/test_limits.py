"""Token buckets."""

from datetime import UTC, datetime, timedelta

from hub import limits
from hub.db import Database

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _take(db: Database, *, at: datetime, name: str = "log-in") -> bool:
    with db.write() as tx:
        return limits.take(tx, name, capacity=3, per_seconds=60, now=at)


def test_a_bucket_gives_what_it_holds_and_no_more(db: Database) -> None:
    assert [_take(db, at=NOW) for _ in range(4)] == [True, True, True, False]


def test_it_fills_again_with_time(db: Database) -> None:
    for _ in range(3):
        _take(db, at=NOW)
    assert not _take(db, at=NOW + timedelta(seconds=19))
    assert _take(db, at=NOW + timedelta(seconds=21))


def test_it_never_holds_more_than_its_capacity(db: Database) -> None:
    _take(db, at=NOW)
    later = NOW + timedelta(days=1)
    assert [_take(db, at=later) for _ in range(4)] == [True, True, True, False]


def test_buckets_are_apart(db: Database) -> None:
    for _ in range(3):
        _take(db, at=NOW)
    assert _take(db, at=NOW, name="sign-up")


def test_a_clock_set_back_neither_gives_nor_blocks_for_long(db: Database) -> None:
    for _ in range(3):
        _take(db, at=NOW)
    earlier = NOW - timedelta(days=300)
    assert not _take(db, at=earlier)
    assert _take(db, at=earlier + timedelta(seconds=21))


def test_what_was_taken_is_undone_with_the_transaction(db: Database) -> None:
    try:
        with db.write() as tx:
            for _ in range(3):
                limits.take(tx, "log-in", capacity=3, per_seconds=60, now=NOW)
            raise RuntimeError
    except RuntimeError:
        pass
    assert _take(db, at=NOW)


def test_old_buckets_are_forgotten(db: Database) -> None:
    _take(db, at=NOW - timedelta(days=3), name="old")
    _take(db, at=NOW, name="new")
    with db.write() as tx:
        assert limits.forget_old(tx, NOW) == 1
        assert tx.scalar("SELECT name FROM limits") == "new"
