"""What lists ask of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.content import listing
from hub.content.listing import Scope
from hub.db import Database
from hub.db.sqlite import SqliteDatabase, SqliteTransaction
from tests.posts import FIRST, add


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """How queries are counted and planned is told by this engine."""
    database = SqliteDatabase(tmp_path / "lists.db")
    yield database
    database.close()


@dataclass(frozen=True, slots=True)
class _Step:
    detail: str


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    ran: list[str] = []
    real = SqliteTransaction._run

    def run(self: SqliteTransaction, sql: str, values: Any) -> Any:
        ran.append(sql)
        return real(self, sql, values)

    monkeypatch.setattr(SqliteTransaction, "_run", run)
    yield ran


def test_a_page_of_posts_takes_three_queries(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite.write() as tx:
        for number in range(12):
            add(tx, f"p{number}", authors=("Ada", f"A{number}"), topics=("sea", "land"))
    with counted(monkeypatch) as ran, sqlite.read() as tx:
        found = listing.latest(tx, limit=10)
    assert len(ran) == 3
    assert [author.name for author in found[0].authors] == ["Ada", "A11"]
    assert [topic.slug for topic in found[0].topics] == ["sea", "land"]


def test_neighbours_of_the_same_moment_are_told_apart(db: Database) -> None:
    with db.write() as tx:
        for slug in ("a", "b", "c"):
            add(tx, slug, at=FIRST)
        middle = listing.published(tx, "post", "b")
        assert middle is not None
        older, newer = listing.older(tx, middle.post), listing.newer(tx, middle.post)
    assert older is not None
    assert newer is not None
    assert (older.slug, newer.slug) == ("a", "c")


def test_what_is_on_no_list_is_not_counted(db: Database) -> None:
    with db.write() as tx:
        for number, status in enumerate(("published", "published", "draft", "deleted")):
            add(tx, f"n{number}", status=status, topics=("sea",), authors=("Ada",))
        add(tx, "page", kind="page", topics=("sea",), authors=("Ada",))
        add(tx, "draft-page", kind="page", status="draft", topics=("sea",), authors=("Ada",))
        add(tx, "elsewhere", topics=("land",), authors=("Bob",))
    with db.read() as tx:
        ada = listing.author(tx, "ada")
        assert ada is not None
        scopes = (Scope(), Scope("topic", "sea"), Scope("author", ada.id), Scope("topic", "no"))
        assert [listing.count(tx, scope) for scope in scopes] == [3, 2, 2, 0]


@pytest.mark.parametrize("scope", [Scope(), Scope("topic", "sea"), Scope("author", 1)])
def test_lists_are_walked_in_order_and_never_sorted(sqlite: Database, scope: Scope) -> None:
    where = f"{listing._LISTED}{listing._WITHIN[scope.by]}"
    with sqlite.read() as tx:
        plan = tx.all(
            _Step,
            f"EXPLAIN QUERY PLAN SELECT p.id {where} {listing._NEWEST_FIRST} LIMIT 10",
            **listing._key(scope),
        )
    steps = " / ".join(step.detail for step in plan)
    assert "posts_listed" in steps
    assert "TEMP B-TREE" not in steps
