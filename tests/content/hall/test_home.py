"""The home: as the theme has it until somebody arranges it, then section by section."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import publishing
from hub.content.hall import sections, showing
from hub.content.hall.model import Card
from hub.content.rendering import render
from hub.db import Transaction
from hub.errors import Refused
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.posts import add


def new(tx: Transaction, kind: str) -> int:
    return sections.add(tx, kind, now=NOW, posts_per_page=10).id


def home(hub: Hub, path: str = "/") -> str:
    answer = TestClient(create_app(hub), base_url="https://hub.test").get(path)
    assert answer.status_code == 200
    return answer.text


def kinds(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        found = showing.home(tx)
    return [section.kind for section in found.sections] if found else []


@pytest.mark.parametrize("theme", ["default", "workshop"])
def test_a_home_that_nobody_arranged_is_the_theme_s(hub: Hub, theme: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "theme", theme)
        add(tx, "tides")
        assert showing.home(tx) is None
    page = home(hub)
    assert page.count('id="subscribe-title"') == 1
    assert "hall" not in page
    assert "post-item-lead" in page


def test_sections_stand_in_the_owner_s_order(hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", topics=("sea",))
        text = new(tx, "text")
        words = "Hello *you* <script>x</script>"
        rendered = render(words, language="en")
        sections.change(tx, text, title="", text=words, rendered=rendered)
        topic = new(tx, "topic")
        sections.change(tx, topic, title="", topic="sea", most="3")
        sections.move(tx, text, down=False)
        sections.move(tx, text, down=False)
    assert kinds(hub) == ["text", "subscribe", "latest", "topic"]
    page = home(hub)
    assert "Hello <em>you</em>" in page
    assert "<script>x" not in page
    assert page.index("Hello") < page.index("subscribe-title") < page.index('class="latest')
    assert "/topics/sea" in page[page.index("hall-list") :]


def test_what_is_hidden_or_empty_is_not_shown(hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides")
        new(tx, "cards")
        new(tx, "chosen")
        sections.hide(tx, sections.of(tx, 10)[0].id, hidden=True)
    assert kinds(hub) == ["latest"]
    assert "subscribe-title" not in home(hub)


def test_older_articles_go_on_where_the_latest_end(hub: Hub) -> None:
    with hub.db.write() as tx:
        for number in range(1, 6):
            add(tx, f"number-{number}")
        sections.begin(tx, 10, NOW)
        latest = next(one for one in sections.of(tx, 10) if one.kind == "latest")
        sections.change(tx, latest.id, title="News", most="2")
    first, second = home(hub), home(hub, "/?page=2")
    assert [n for n in range(1, 6) if f"/posts/number-{n}" in first] == [4, 5]
    assert [n for n in range(1, 6) if f"/posts/number-{n}" in second] == [2, 3]
    assert '<h2 class="hall-title"' in first
    assert '<h3 class="post-item-title">' in first
    assert "hall-title" not in second


def test_chosen_articles_keep_the_owner_s_order_and_drafts_stay_away(hub: Hub) -> None:
    with hub.db.write() as tx:
        ids = [add(tx, slug) for slug in ("one", "two", "three")]
        section = new(tx, "chosen")
        for post_id in (*ids, ids[0]):
            sections.choose(tx, section, post_id)
        sections.move_chosen(tx, section, ids[2], down=False)
        publishing.unpublish(tx, ids[0], NOW)
        shown = showing.home(tx)
        assert shown is not None
        assert [item.post.slug for item in shown.sections[-1].items] == ["three", "two"]
        sections.drop_chosen(tx, section, ids[2])
        publishing.delete(tx, ids[0], NOW)
        assert [one.post_id for one in sections.chosen(tx, section)] == [ids[1]]


def test_cards_are_ordered_changed_and_removed(hub: Hub) -> None:
    with hub.db.write() as tx:
        section = new(tx, "cards")
        loft = sections.put_card(tx, Card(0, section, "Sail loft", "Sails.", "/sails", ""))
        shop = sections.put_card(tx, Card(0, section, "Shop", "", "https://shop.example", ""))
        sections.move_card(tx, section, shop.id, down=False)
        sections.put_card(tx, replace(loft, text="Sails & covers."))
    page = home(hub)
    assert page.index("Shop") < page.index("Sails &amp; covers.")
    assert '<a href="https://shop.example">Shop</a>' in page
    with hub.db.write() as tx:
        sections.drop_card(tx, section, shop.id)
    assert "shop.example" not in home(hub)


@pytest.mark.parametrize(
    ("card", "field"),
    [
        (Card(0, 0, " ", "", "", ""), "title"),
        (Card(0, 0, "A", "", "javascript:alert(1)", ""), "address"),
        (Card(0, 0, "A", "", "", "/media/ab/none.jpg"), "picture"),
        (Card(0, 0, "A", "x" * 301, "", ""), "text"),
    ],
)
def test_a_card_that_cannot_be_shown_is_refused(hub: Hub, card: Card, field: str) -> None:
    with hub.db.write() as tx:
        section = new(tx, "cards")
        with pytest.raises(Refused) as refused:
            sections.put_card(tx, replace(card, section_id=section))
    assert refused.value.field == field


def test_a_home_has_one_form_and_one_list_of_the_latest(hub: Hub) -> None:
    for kind in ("subscribe", "latest", "nonsense"):
        with hub.db.write() as tx, pytest.raises(Refused):
            new(tx, kind)


def test_back_to_how_it_comes(hub: Hub) -> None:
    with hub.db.write() as tx:
        section = new(tx, "cards")
        sections.put_card(tx, Card(0, section, "Shop", "", "", ""))
        sections.reset(tx)
        assert showing.home(tx) is None
        assert sections.cards(tx, section) == []
