"""A minute to undo: nothing has left in it, and undoing leaves no trace."""

from datetime import timedelta

import pytest

from hub.errors import NotFound, Refused
from hub.newsletter import editions, fates, ledger, letter_store, letters, planning, undoing
from hub.newsletter.model import Edition
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import (
    all_editions,
    keep_letter,
    newest,
    outbox,
    press,
    publish,
    subscribe,
    tick,
)

SECOND = timedelta(seconds=1)


def send(hub: Hub, stream: str = "weekly") -> Edition:
    with hub.db.write() as tx:
        return planning.send_now(tx, press(hub), stream, NOW, starts_at=NOW + undoing.UNDO)[0]


def undo(hub: Hub, edition: Edition) -> None:
    with hub.db.write() as tx:
        undoing.undo(tx, edition.id, by="Ada", now=NOW)


def waiting(hub: Hub, stream: str = "weekly") -> list[str]:
    with hub.db.read() as tx:
        coming = planning.next_edition(tx, hub.site(), stream, NOW)
    return [post.title for post in coming.posts]


def test_within_the_minute_nothing_leaves_and_after_it_everything(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send(hub)
    tick(hub, NOW + undoing.UNDO - SECOND)
    assert (newest(hub).status, outbox(hub)) == ("planned", [])
    tick(hub, NOW + undoing.UNDO)
    assert (newest(hub).status, len(outbox(hub))) == ("sent", 1)


def test_undone_it_is_as_if_it_had_never_been_made(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    before = waiting(hub)
    undo(hub, send(hub))
    assert all_editions(hub) == []
    assert waiting(hub) == before == ["Ropes"]
    tick(hub, NOW + undoing.UNDO)
    assert outbox(hub) == []
    send(hub)
    tick(hub, NOW + undoing.UNDO)
    assert len(outbox(hub)) == 1


def test_an_undone_letter_is_a_draft_again(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    letter_id = keep_letter(hub)
    with hub.db.write() as tx:
        edition = letters.send(tx, press(hub), letter_id, NOW, starts_at=NOW + undoing.UNDO)
    undo(hub, edition)
    with hub.db.write() as tx:
        assert [line.status for line in letter_store.unsent(tx, limit=9)] == ["draft"]
        letters.send(tx, press(hub), letter_id, NOW + SECOND)
    tick(hub, NOW + SECOND)
    assert len(outbox(hub)) == 1


def test_what_has_begun_cannot_be_undone(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    edition = send(hub)
    tick(hub, NOW + undoing.UNDO)
    with pytest.raises(Refused, match="cannot be undone"):
        undo(hub, edition)
    with pytest.raises(NotFound), hub.db.write() as tx:
        undoing.undo(tx, 4711, by="Ada", now=NOW)


def test_what_was_sent_at_once_cannot_be_undone(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        (edition,) = planning.send_now(tx, press(hub), "weekly", NOW)
    with pytest.raises(Refused, match="cannot be undone"):
        undo(hub, edition)


def test_an_undone_article_of_its_own_is_held_back(hub: Hub) -> None:
    """It would go out again within the second."""
    subscribe(hub, "a@mail.test", cadence="each")
    publish(hub, "Ropes", newsletter="digest+each")
    undo(hub, send(hub, "each"))
    tick(hub, NOW)
    assert [e for e in all_editions(hub) if e.stream == "each"] == []
    with hub.db.write() as tx:
        (line,) = fates.page(tx, "each", after=None, limit=9)
        assert (fates.fate(line, "each", NOW), line.held_by) == ("held", "Ada")
        fates.let_go(tx, "each", line.post_id)
    tick(hub, NOW)
    assert len(outbox(hub)) == 1


def test_a_clock_that_was_set_back_delays_nothing(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    send(hub)
    tick(hub, NOW - timedelta(hours=1))
    assert newest(hub).status == "sent"


def test_in_the_minute_its_page_is_not_on_the_site(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    publish(hub, "Ropes")
    edition = send(hub)
    with hub.db.read() as tx:
        assert editions.public_by_id(tx, edition.id) is None
        assert editions.public(tx) == []
        assert [post.title for post in ledger.posts(tx, edition.id)] == ["Ropes"]
