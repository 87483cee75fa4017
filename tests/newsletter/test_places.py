"""The owner's order of the next edition stands, whatever appears meanwhile."""

from datetime import timedelta

import pytest

from hub.errors import Conflict
from hub.newsletter import ledger, places, planning, undoing
from hub.newsletter.places import Move
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import all_editions, newest, press, publish, subscribe, tick

SATURDAY = NOW + timedelta(days=6)


@pytest.fixture(autouse=True)
def articles(hub: Hub) -> dict[str, int]:
    """C is the newest of three."""
    subscribe(hub, "eve@mail.test")
    return {name: publish(hub, name, at=NOW + timedelta(hours=n)) for n, name in enumerate("ABC")}


def coming(hub: Hub, stream: str = "weekly") -> str:
    with hub.db.read() as tx:
        found = planning.next_edition(tx, hub.site(), stream, NOW + timedelta(days=1))
    return "".join(post.title for post in found.posts)


def move(hub: Hub, post_id: int, *to: Move) -> None:
    for one in to:
        with hub.db.write() as tx:
            found = planning.next_edition(tx, hub.site(), "weekly", NOW + timedelta(days=1))
            places.move(tx, "weekly", found.posts, post_id, one)


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [
        ("A", ("up",), "CAB"),
        ("A", ("first",), "ACB"),
        ("C", ("down", "down"), "BAC"),
        ("C", ("up",), "CBA"),
        ("A", ("down",), "CBA"),
        ("A", ("up", "down"), "CBA"),
    ],
)
def test_an_article_is_moved(
    hub: Hub, articles: dict[str, int], name: str, to: tuple[Move, ...], order: str
) -> None:
    move(hub, articles[name], *to)
    assert coming(hub) == order
    assert coming(hub, "monthly") == "CBA"


def test_what_appears_meanwhile_follows_what_was_arranged(
    hub: Hub, articles: dict[str, int]
) -> None:
    move(hub, articles["A"], "first")
    publish(hub, "D", at=NOW + timedelta(hours=5))
    assert coming(hub) == "ADCB"
    with hub.db.write() as tx:
        places.newest_first(tx, "weekly")
    assert coming(hub) == "DCBA"


def test_the_worker_keeps_the_order_and_forgets_it_then(hub: Hub, articles: dict[str, int]) -> None:
    move(hub, articles["A"], "first")
    tick(hub, SATURDAY)
    with hub.db.read() as tx:
        assert [post.title for post in ledger.posts(tx, newest(hub).id)] == ["A", "C", "B"]
        assert not places.is_arranged(tx, "weekly")
    assert newest(hub).subject == "A, and 2 more articles"


@pytest.mark.parametrize("arranged", [True, False])
def test_undone_the_order_is_as_it_was(
    hub: Hub, articles: dict[str, int], *, arranged: bool
) -> None:
    if arranged:
        move(hub, articles["A"], "first")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", NOW + timedelta(days=1))
        tx.execute("UPDATE editions SET starts_at = :at", at=NOW)
        undoing.undo(tx, edition.id, by="Ada", now=NOW)
        assert places.is_arranged(tx, "weekly") is arranged
    assert all_editions(hub) == []
    assert coming(hub) == ("ACB" if arranged else "CBA")


def test_an_article_that_waits_no_more_is_not_moved(hub: Hub) -> None:
    with pytest.raises(Conflict), hub.db.write() as tx:
        places.move(tx, "weekly", (), 1, "up")
