"""The order of the articles in the next edition, where the owner arranged it: the first ones have
a place, and whatever appears meanwhile follows them, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub import journal
from hub.db import Transaction
from hub.errors import Conflict
from hub.i18n import N_
from hub.newsletter.model import DigestPost

Move = Literal["up", "down", "first"]
MOVES: tuple[Move, ...] = ("up", "down", "first")


@dataclass(frozen=True, slots=True)
class _Place:
    post_id: int
    place: int


def arranged(tx: Transaction, stream: str, posts: Sequence[DigestPost]) -> tuple[DigestPost, ...]:
    """Articles that come newest first, in the owner's order."""
    places = _places(tx, stream)
    return tuple(sorted(posts, key=lambda post: places.get(post.id, len(places) + len(posts))))


def is_arranged(tx: Transaction, stream: str) -> bool:
    """Whether the owner arranged anything."""
    return bool(_places(tx, stream))


def move(tx: Transaction, stream: str, posts: Sequence[DigestPost], post_id: int, to: Move) -> None:
    """Move one of the articles that wait, given in their order. Raises Conflict for another."""
    ids = [post.id for post in posts]
    if post_id not in ids:
        raise Conflict(N_("This article does not wait for this newsletter any more."))
    old = ids.index(post_id)
    new = {"up": max(0, old - 1), "down": min(len(ids) - 1, old + 1), "first": 0}[to]
    order = list(posts)
    order.insert(new, order.pop(old))
    by_date = sorted(order, key=lambda post: (post.published_at, post.id), reverse=True)
    _forget_order(tx, stream)
    _put(tx, stream, _arranged_ones(_ids(order), _ids(by_date)))
    if new != old:
        title = posts[old].title
        journal.note(tx, "newsletter", "moved", subject=title, number=post_id, became=stream)


def newest_first(tx: Transaction, stream: str) -> None:
    """Forget the owner's order."""
    if _forget_order(tx, stream):
        journal.note(tx, "newsletter", "newest first", subject=stream)


def forget(tx: Transaction, stream: str, edition_id: int) -> None:
    """The places of what an edition took."""
    tx.execute(
        "DELETE FROM post_places WHERE stream = :stream AND post_id IN"
        " (SELECT post_id FROM edition_posts WHERE edition_id = :id)",
        stream=stream,
        id=edition_id,
    )


def give_back(tx: Transaction, stream: str, edition_id: int) -> None:
    """The order of an edition that nobody got, when it was not that of the dates."""
    articles = (
        "FROM edition_posts AS e JOIN posts AS p ON p.id = e.post_id WHERE e.edition_id = :id"
    )
    shown = tx.all(int, f"SELECT e.post_id {articles} ORDER BY e.position", id=edition_id)
    by_date = tx.all(
        int, f"SELECT e.post_id {articles} ORDER BY p.published_at DESC, p.id DESC", id=edition_id
    )
    if arranged_ones := _arranged_ones(shown, by_date):
        since = [one for one in _places(tx, stream) if one not in shown]
        _forget_order(tx, stream)
        _put(tx, stream, [*arranged_ones, *since])


def _forget_order(tx: Transaction, stream: str) -> int:
    return tx.execute("DELETE FROM post_places WHERE stream = :stream", stream=stream)


def _arranged_ones(order: Sequence[int], by_date: Sequence[int]) -> Sequence[int]:
    """As few as it takes: behind them the others stand as their dates have it."""
    rank = {post_id: number for number, post_id in enumerate(by_date)}
    end = len(order)
    while end and all(rank[order[end - 1]] < rank[one] for one in order[end : end + 1]):
        end -= 1
    return order[:end]


def _ids(posts: Sequence[DigestPost]) -> list[int]:
    return [post.id for post in posts]


def _places(tx: Transaction, stream: str) -> dict[int, int]:
    found = tx.all(
        _Place,
        "SELECT post_id, place FROM post_places WHERE stream = :stream ORDER BY place, post_id",
        stream=stream,
    )
    return {one.post_id: number for number, one in enumerate(found)}


def _put(tx: Transaction, stream: str, post_ids: Sequence[int]) -> None:
    tx.executemany(
        "INSERT INTO post_places (stream, post_id, place) VALUES (:stream, :post_id, :place)",
        [
            {"stream": stream, "post_id": post_id, "place": place}
            for place, post_id in enumerate(post_ids)
        ],
    )
