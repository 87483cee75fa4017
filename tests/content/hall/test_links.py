"""Menu and footer: as they come, as the owner arranges them, and true to the pages there are."""

import pytest

from hub import journal
from hub.content import publishing, store
from hub.content.hall import addresses, links, showing
from hub.content.hall.model import Place
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.web.state import Hub
from tests.conftest import NOW
from tests.posts import add


def read(tx: Transaction, place: Place = "menu", language: str = "en") -> list[tuple[str, str]]:
    return [(entry.title, entry.url) for entry in showing.entries(tx, language)[place]]


def titles(tx: Transaction, place: Place = "menu") -> list[str]:
    return [title for title, _ in read(tx, place)]


def put(tx: Transaction, what: str, *, place: Place = "menu", label: str = "", to: str = "") -> str:
    return links.add(tx, place, what, label=label, address=to, now=NOW).name


def test_what_nobody_arranged_is_every_page_archive_and_search(hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "about", kind="page")
        add(tx, "work", kind="page")
        assert read(tx) == [
            ("About", "/about"),
            ("Work", "/work"),
            ("Archive", "/archive"),
            ("Search", "/search"),
        ]
        assert titles(tx, "footer") == [
            *("All articles", "Past newsletters", "Your subscription", "About", "Work"),
        ]
        assert read(tx, "footer", "fr")[0] == ("Tous les articles", "/archive")


def test_a_line_changes_places_and_its_name_and_goes(hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "about", kind="page")
        links.move(tx, "menu", "search", down=False, now=NOW)
        assert titles(tx) == ["About", "Search", "Archive"]
        links.move(tx, "menu", "archive", down=True, now=NOW)
        assert titles(tx) == ["About", "Search", "Archive"]
        links.rename(tx, "menu", "search", label=" Look  up ", address="", now=NOW)
        links.remove(tx, "menu", "archive", now=NOW)
        assert titles(tx) == ["About", "Look up"]
        assert "All articles" in titles(tx, "footer")
        links.reset(tx, "menu")
        assert titles(tx) == ["About", "Archive", "Search"]
        with pytest.raises(NotFound):
            links.move(tx, "menu", "page-99", down=True, now=NOW)


def test_topics_and_addresses_stand_in_the_menu_too(hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", topics=("sea",))
        put(tx, "topic-sea")
        name = put(tx, "address", label="Shop", to="https://shop.example/?a=1")
        put(tx, "address", label="Write", to="ada@example.org")
        assert read(tx)[2:] == [
            ("Sea", "/topics/sea"),
            ("Shop", "https://shop.example/?a=1"),
            ("Write", "mailto:ada@example.org"),
        ]
        links.rename(tx, "menu", name, label="Store", address="/store", now=NOW)
        assert ("Store", "/store") in read(tx)


@pytest.mark.parametrize(
    ("what", "label", "to", "field"),
    [
        ("archive", "", "", "what"),
        ("page-99", "", "", "what"),
        ("topic-sky", "", "", "what"),
        ("nothing", "", "", "what"),
        ("address", "", "https://a.example", "label"),
        ("address", "A", "", "address"),
        ("search", "x" * 61, "", "label"),
    ],
)
def test_what_cannot_stand_there_is_refused(
    hub: Hub, what: str, label: str, to: str, field: str
) -> None:
    with hub.db.write() as tx, pytest.raises(Refused) as refused:
        put(tx, what, label=label, to=to)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "text",
    [
        *(
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
        ),
        *(
            " vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "https://",
            "https:///x",
            "ftp://a.b",
        ),
        *("mailto:", "mailto:a b@c.de", "tel:abc", "about", "https://a b.example", "https://[x"),
        'https://a.example/"onclick',
    ],
)
def test_no_other_address_is_ever_taken(text: str) -> None:
    with pytest.raises(Refused):
        addresses.checked(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/é?x=1#y",
        "http://a.example",
        "/about",
        "tel:+33298000000",
        "mailto:a@b.cd",
    ],
)
def test_good_addresses_stay_as_they_are(text: str) -> None:
    assert addresses.checked(text) == text


def test_an_arranged_menu_follows_the_pages(hub: Hub) -> None:
    with hub.db.write() as tx:
        about = add(tx, "about", kind="page")
        draft = add(tx, "work", kind="page", status="draft")
        put(tx, "newsletter")
        publishing.publish(tx, draft, NOW)
        assert titles(tx) == ["About", "Archive", "Search", "Past newsletters", "Work"]
        publishing.unpublish(tx, draft, NOW)
        assert "Work" not in titles(tx)
        publishing.publish(tx, draft, NOW)
        assert titles(tx)[-1] == "Work"
        publishing.delete(tx, about, NOW)
        assert titles(tx)[0] == "Archive"
        assert [link.post_id for link in links.of(tx, "menu") if link.post_id] == [draft]


def test_a_page_that_left_the_menu_does_not_come_back(hub: Hub) -> None:
    with hub.db.write() as tx:
        about = add(tx, "about", kind="page")
        links.remove(tx, "menu", f"page-{about}", now=NOW)
        publishing.unpublish(tx, about, NOW)
        publishing.publish(tx, about, NOW)
        assert "About" not in titles(tx)
        page = store.by_id(tx, about)
        assert page is not None
        assert page.in_menu == 0
        put(tx, f"page-{about}")
        assert titles(tx)[-1] == "About"


def test_what_is_arranged_stands_in_the_log_of_changes(hub: Hub) -> None:
    with journal.acting(journal.user(1, "Ada", NOW)), hub.db.write() as tx:
        put(tx, "address", label="Shop", to="https://shop.test")
        (line,) = journal.page(tx, limit=5)
    assert (line.who, line.deed, line.subject) == ("user 1", "arranged", "menu")
