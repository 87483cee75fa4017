"""Versions of a post: what was saved is never lost."""

from datetime import timedelta

import pytest

from hub.content import differences, publishing, revisions, writing
from hub.content.differences import Line, Piece
from hub.content.model import Draft, Post
from hub.content.rendering import render
from hub.db import Transaction
from hub.errors import NotFound
from hub.web.state import Hub
from tests.conftest import NOW


def save(tx: Transaction, hub: Hub, post: Post | None, text: str, minute: int = 0) -> Post:
    draft = Draft("Tides", text, topics=("Sea",))
    rendered, at = render(text, language="en"), NOW + timedelta(minutes=minute)
    if post is None:
        return writing.create(tx, draft, rendered, site=hub.site(), now=at, publish=False)
    return writing.update(tx, post.id, draft, rendered, site=hub.site(), now=at, by="Ada")


def test_the_first_change_keeps_both_versions(hub: Hub) -> None:
    with hub.db.write() as tx:
        post = save(tx, hub, None, "One.")
        assert revisions.of_post(tx, post.id) == []
        save(tx, hub, post, "Two.", 1)
        save(tx, hub, post, "Two.", 2)
        new, old = revisions.of_post(tx, post.id)
        first = revisions.find(tx, post.id, old.id)
        assert revisions.before(tx, revisions.find(tx, post.id, new.id)) == first
    assert (old.author, old.at) == ("", NOW)
    assert (new.author, new.at) == ("Ada", NOW + timedelta(minutes=1))
    assert first.fields["markdown"] == "One."
    assert first.fields["topics"] == "Sea"


def test_the_oldest_go(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "MOST", 3)
    with hub.db.write() as tx:
        post = save(tx, hub, None, "0")
        for number in range(1, 6):
            save(tx, hub, post, str(number), number)
        kept = [revisions.find(tx, post.id, one.id) for one in revisions.of_post(tx, post.id)]
    assert [one.markdown for one in kept] == ["5", "4", "3"]


def test_they_go_with_their_post(hub: Hub) -> None:
    with hub.db.write() as tx:
        post = save(tx, hub, None, "One.")
        save(tx, hub, post, "Two.", 1)
        newest = revisions.of_post(tx, post.id)[0]
        publishing.delete(tx, post.id, NOW)
        with pytest.raises(NotFound):
            revisions.find(tx, post.id, newest.id)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a", "a", ()),
        ("", "a", (Line("new", (Piece("a"),)),)),
        (
            "low water at six",
            "high water at six",
            (
                Line("gone", (Piece("low", True), Piece(" water at six"))),
                Line("new", (Piece("high", True), Piece(" water at six"))),
            ),
        ),
        (
            "\n".join("abcdefgh"),
            "\n".join("abcdefgX"),
            (
                Line("skipped", number=4),
                *(Line("same", (Piece(c),)) for c in "efg"),
                Line("gone", (Piece("h"),)),
                Line("new", (Piece("X"),)),
            ),
        ),
    ],
)
def test_a_comparison(old: str, new: str, lines: tuple[Line, ...]) -> None:
    assert differences.compare(old, new) == lines


def test_too_much_is_not_compared() -> None:
    assert differences.compare("a\n" * 3_000, "b\n" * 3_000) is None
