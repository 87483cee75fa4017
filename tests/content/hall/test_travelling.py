"""The arrangement leaves as JSON and comes back the same, through the same checks."""

from typing import Any

import pytest

from hub.content import archive
from hub.content.hall import links, sections, showing, travelling
from hub.content.hall.model import Card
from hub.content.rendering import Rendered, render
from hub.db import Transaction
from hub.errors import Refused
from hub.web.state import Hub
from tests.conftest import NOW
from tests.posts import add

WORDS = "We look at **tides**."


def arrange(tx: Transaction) -> None:
    about = add(tx, "about", kind="page")
    tides = add(tx, "tides", topics=("sea",))
    links.rename(tx, "menu", f"page-{about}", label="Us", address="", now=NOW)
    links.add(tx, "menu", "topic-sea", label="", address="", now=NOW)
    links.add(tx, "menu", "address", label="Shop", address="https://shop.example", now=NOW)
    made = {
        kind: sections.add(tx, kind, now=NOW, posts_per_page=7).id
        for kind in ("text", "topic", "chosen", "cards")
    }
    rendered = render(WORDS, language="en")
    sections.change(tx, made["text"], title="Who", text=WORDS, rendered=rendered)
    sections.change(tx, made["topic"], title="", topic="sea", most="4")
    sections.choose(tx, made["chosen"], tides)
    sections.put_card(tx, Card(0, made["cards"], "Loft", "Sails.", "/sails", ""))
    sections.hide(tx, made["cards"], hidden=True)


def restore(hub: Hub, tx: Transaction, values: Any) -> list[str]:
    rendered: dict[str, Rendered] = {
        text: render(text, language="en") for text in travelling.texts(values)
    }
    return list(travelling.restore(tx, values, site=hub.site(), rendered=rendered, now=NOW))


def test_what_left_comes_back_the_same(hub: Hub) -> None:
    with hub.db.write() as tx:
        assert travelling.as_json(tx) == ""
        arrange(tx)
        text = travelling.as_json(tx)
        before = showing.home(tx)
        for place in ("menu", "footer"):
            links.reset(tx, links.place_named(place))
        sections.reset(tx)
        assert restore(hub, tx, travelling.parsed(text)) == []
        assert travelling.as_json(tx) == text
        assert "footer" not in text
        after = showing.home(tx)
        assert before is not None
        assert after is not None
        assert [s.html for s in after.sections] == [s.html for s in before.sections]


def test_what_is_arranged_already_stays(hub: Hub) -> None:
    with hub.db.write() as tx:
        links.remove(tx, "menu", "search", now=NOW)
        assert restore(hub, tx, {"menu": [{"kind": "newsletter"}]}) == []
        assert [entry.title for entry in showing.entries(tx, "en")["menu"]] == ["Archive"]


def test_what_cannot_be_taken_is_named_and_the_rest_comes(hub: Hub) -> None:
    evil = {"kind": "address", "label": "Bad", "address": "javascript:alert(1)"}
    gone = {"kind": "page", "page": "urn:uuid:gone"}
    cards: list[object] = [{"title": "A", "address": "data:x"}]
    values = {
        "menu": [evil, gone, {"kind": "archive"}, "nothing", {"kind": ["x"]}],
        "home": [
            {"kind": "frame"},
            {"kind": "cards", "cards": cards},
            {"kind": "latest"},
            {"kind": "latest", "most": 3},
            7,
        ],
        "footer": "nothing",
    }
    with hub.db.write() as tx:
        problems = restore(hub, tx, values)
        assert [entry.title for entry in showing.entries(tx, "en")["menu"]] == ["Archive"]
        assert [one.kind for one in sections.of(tx, 10)] == ["latest"]
    assert len(problems) == 6


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "7"])
def test_what_is_no_arrangement_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        travelling.parsed(text)


def test_a_page_that_is_not_in_the_menu_says_so_in_the_archive(hub: Hub) -> None:
    with hub.db.write() as tx:
        about = add(tx, "about", kind="page")
        links.remove(tx, "menu", f"page-{about}", now=NOW)
        assert dict(archive.files(tx))["pages/about.md"].count("menu: false") == 1
