"""What is typed and not saved."""

from datetime import timedelta

import pytest

from hub.content import working_copies
from hub.db import Transaction
from hub.errors import Refused, TooMany
from hub.web.state import Hub
from tests.conftest import NOW

NAME = "a" * 22


def account(tx: Transaction, email: str = "ada@hub.test") -> int:
    return int(
        tx.scalar(
            "INSERT INTO users (email, email_key, name, role, password_hash, created_at)"
            " VALUES (:email, :email, 'Ada', 'owner', NULL, :now) RETURNING id",
            email=email,
            now=NOW,
        )
    )


def put(tx: Transaction, user_id: int, text: str, name: str = NAME, minute: int = 0) -> None:
    at = NOW + timedelta(minutes=minute)
    typed = {"markdown": text}
    working_copies.put(tx, name, user_id=user_id, post_id=None, seen=None, typed=typed, now=at)


def test_the_last_words_are_kept(hub: Hub) -> None:
    with hub.db.write() as tx:
        ada = account(tx)
        put(tx, ada, "One")
        put(tx, ada, "Two «é»", minute=1)
        (copy,) = working_copies.of_user(tx, ada)
    assert copy.typed == {"markdown": "Two «é»"}
    assert copy.at == NOW + timedelta(minutes=1)


def test_nobody_writes_over_anothers(hub: Hub) -> None:
    with hub.db.write() as tx:
        ada, bob = account(tx), account(tx, "bob@hub.test")
        put(tx, ada, "Mine")
        with pytest.raises(Refused):
            put(tx, bob, "Theirs")
        assert working_copies.get(tx, NAME, user_id=bob) is None
        working_copies.drop(tx, NAME, user_id=bob)
        assert working_copies.get(tx, NAME, user_id=ada) is not None


@pytest.mark.parametrize("name", ["", "short", "../../../../etc/passwd", "a" * 65])
def test_a_name_that_no_page_makes(hub: Hub, name: str) -> None:
    with hub.db.write() as tx, pytest.raises(Refused):
        put(tx, account(tx), "x", name)


def test_there_is_an_end(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working_copies, "MOST", 2)
    with hub.db.write() as tx:
        ada = account(tx)
        put(tx, ada, "1", "a" * 20)
        put(tx, ada, "2", "b" * 20)
        put(tx, ada, "2 again", "b" * 20)
        with pytest.raises(TooMany):
            put(tx, ada, "3", "c" * 20)


def test_old_ones_are_forgotten(hub: Hub) -> None:
    with hub.db.write() as tx:
        ada = account(tx)
        put(tx, ada, "old")
        put(tx, ada, "new", "b" * 20, minute=5)
        assert working_copies.forget_old(tx, NOW + timedelta(days=90, minutes=1)) == 1
