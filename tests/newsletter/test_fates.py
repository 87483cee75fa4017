"""The ledger as its owner reads it."""

from datetime import timedelta

import pytest

from hub.errors import NotFound, Refused
from hub.newsletter import fates, planning
from hub.newsletter.fates import Mark
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import press, publish, send_out, subscribe

DAY = timedelta(days=1)


def read(hub: Hub, stream: str = "weekly") -> dict[str, str]:
    with hub.db.read() as tx:
        lines = fates.page(tx, stream, after=None, limit=99)
    return {line.title: fates.fate(line, stream, NOW) for line in lines}


def test_each_article_says_in_which_edition_it_is_or_why_not(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    edition_id = send_out(hub)
    publish(hub, "Imported", newsletter="none")
    publish(hub, "Tomorrow", at=NOW + DAY)
    held = publish(hub, "Held")
    publish(hub, "Next")
    with hub.db.write() as tx:
        fates.hold_back(tx, "weekly", held, by="Ada", now=NOW)
        line = fates.page(tx, "weekly", after=None, limit=99)[-1]
    assert (line.edition_id, line.edition_subject) == (edition_id, "Ropes")
    assert read(hub) == {
        "Ropes": "taken",
        "Imported": "not_meant",
        "Tomorrow": "later",
        "Held": "held",
        "Next": "next",
    }
    assert read(hub, "monthly")["Held"] == "next"
    assert set(read(hub, "each").values()) == {"not_meant"}


def test_what_is_held_back_goes_out_once_it_is_released(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    post_id = publish(hub, "Ropes")
    with hub.db.write() as tx:
        fates.hold_back(tx, "weekly", post_id, by="Ada", now=NOW)
        fates.hold_back(tx, "weekly", post_id, by="Bob", now=NOW + DAY)
        (line,) = fates.page(tx, "weekly", after=None, limit=9)
    assert (line.held_by, line.held_at) == ("Ada", NOW)
    with hub.db.write() as tx, pytest.raises(Refused, match="nothing to send"):
        planning.send_now(tx, press(hub), "weekly", NOW)
    with hub.db.write() as tx:
        fates.let_go(tx, "weekly", post_id)
        assert len(planning.send_now(tx, press(hub), "weekly", NOW)) == 1


def test_what_went_out_cannot_be_held_back(hub: Hub) -> None:
    subscribe(hub, "a@mail.test")
    send_out(hub)
    with hub.db.write() as tx:
        with pytest.raises(Refused, match="in an edition already"):
            fates.hold_back(tx, "weekly", 1, by="Ada", now=NOW)
        for stream, post_id in (("letter", 1), ("weekly", 4711)):
            with pytest.raises(NotFound):
                fates.hold_back(tx, stream, post_id, by="Ada", now=NOW)


def test_the_pages_of_the_ledger_hold_every_article_once(hub: Hub) -> None:
    for number in range(7):
        publish(hub, f"Post {number}", at=NOW - DAY * (number // 2))
    seen: list[str] = []
    after = None
    while True:
        with hub.db.read() as tx:
            lines = fates.page(tx, "weekly", after=after, limit=2)
        if not lines:
            break
        seen += [line.title for line in lines]
        after = Mark(lines[-1].published_at, lines[-1].post_id)
    assert sorted(seen) == [f"Post {number}" for number in range(7)]
    assert seen[:2] == ["Post 1", "Post 0"]
