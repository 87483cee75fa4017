"""A log that is brought into the file while the next transactions run."""

# ruff: noqa: PT012  (what is undone must stand inside the block that raises)

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.db.sqlite import SqliteDatabase
from tests.db.test_seam import names, put


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    # Whoever closes it last brings everything in: here the tables.
    SqliteDatabase(tmp_path / "hub.db").close()
    db = SqliteDatabase(tmp_path / "hub.db")
    yield db
    db.close()


def in_file(db: SqliteDatabase) -> list[str]:
    """What stands in the file itself, without its log."""
    alone = shutil.copy(db.path, db.path.with_name("alone.db"))
    copy = SqliteDatabase(Path(alone), migrate=False)
    try:
        return names(copy)
    finally:
        copy.close()


def test_what_was_committed_comes_into_the_file_meanwhile(db: SqliteDatabase) -> None:
    put(db, "before")
    assert "before" not in in_file(db)
    with db.filling():
        put(db, "within")
        deadline = time.monotonic() + 30
        while "within" not in in_file(db) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert in_file(db) == ["before", "within"]
    put(db, "after")
    assert "after" not in in_file(db)
    assert names(db) == ["after", "before", "within"]


def test_one_fills_at_a_time_and_a_fault_ends_it(db: SqliteDatabase) -> None:
    with pytest.raises(ZeroDivisionError), db.filling():
        with pytest.raises(RuntimeError), db.filling():
            pytest.fail("two at once")
        raise ZeroDivisionError
    with db.filling():
        put(db, "again")
    assert names(db) == ["again"]


def test_a_log_that_cannot_be_brought_in_now_stays(
    db: SqliteDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    with db.filling():
        checkpoints = db._checkpoints
        assert checkpoints is not None
        checkpoints._connection.close()
        put(db, "kept")
    assert names(db) == ["kept"]
    assert "database.checkpoint" in caplog.text
