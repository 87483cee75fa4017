"""JSON-LD: what it says, and that nothing in it can leave its element."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.site.model import Site
from hub.web import structured_data
from hub.web.state import Hub
from hub.web.structured_data import Article, Crumb

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>&lt;/script&gt;",
    "\u2028\u2029",
    '"\\',
    "\ud800",
    "{{ 7 * 7 }}",
]


@pytest.fixture
def site(hub: Hub) -> Site:
    return hub.site()


class _Page(HTMLParser):
    """What a browser finds: the tags, and the text inside of the script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Any:
    """The document as a search engine reads it out of a page."""
    page = _Page(f'<script type="application/ld+json">{markup}</script>')
    assert page.tags == ["script"]
    return json.loads(page.text)


def article(**fields: Any) -> Article:
    usual: dict[str, Any] = {
        "url": "https://hub.test/posts/tides",
        "headline": "Tides",
        "description": "Twice a day.",
        "image": "https://hub.test/media/a.jpg",
        "language": "fr",
        "published": AT,
        "modified": AT,
        "authors": (Crumb("Ada", "/authors/ada"),),
        "topics": ("sea",),
    }
    return Article(**usual | fields)


def parts(site: Site, **given: Any) -> dict[str, Any]:
    document = read(structured_data.of_page(site, **given))
    assert document["@context"] == "https://schema.org"
    return {part["@type"]: part for part in document["@graph"]}


def test_every_page_names_its_site(site: Site) -> None:
    found = parts(site)
    assert set(found) == {"WebSite"}
    assert found["WebSite"]["name"] == "Harbour Notes"
    assert found["WebSite"]["url"] == "https://hub.test/"
    target = found["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == "https://hub.test/search?q={search_term_string}"
    # Nobody wrote a description, so none is claimed.
    assert "description" not in found["WebSite"]


def test_the_way_to_a_page_begins_at_the_first(site: Site) -> None:
    trail = [Crumb("Mer & vent", "/topics/mer"), Crumb("Marées", "/posts/marées")]
    steps = parts(site, trail=trail)["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Harbour Notes", "https://hub.test/"),
        (2, "Mer & vent", "https://hub.test/topics/mer"),
        (3, "Marées", "https://hub.test/posts/mar%C3%A9es"),
    ]


def test_an_article_says_what_it_is(site: Site) -> None:
    found = parts(site, article=article())["Article"]
    assert found["headline"] == "Tides"
    assert found["datePublished"] == found["dateModified"] == "2026-11-22T09:30:00+00:00"
    assert found["inLanguage"] == "fr"
    assert found["image"] == "https://hub.test/media/a.jpg"
    assert found["author"] == [
        {"@type": "Person", "name": "Ada", "url": "https://hub.test/authors/ada"}
    ]
    assert found["keywords"] == ["sea"]


def test_what_nobody_signed_is_the_sites_own(site: Site) -> None:
    found = parts(site, article=article(authors=(), topics=(), description=""))
    assert found["Article"]["author"] == found["Article"]["publisher"]
    assert found["Article"]["author"]["@id"] == found["WebSite"]["publisher"]["@id"]
    assert not {"keywords", "description"} & set(found["Article"])


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_ends_the_element(site: Site, text: str) -> None:
    trail = [Crumb(text, "/x")]
    markup = structured_data.of_page(site, trail=trail, article=article(headline=text))
    markup.encode()
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(markup)
    found = {part["@type"]: part for part in read(markup)["@graph"]}
    assert found["Article"]["headline"] == text
    assert found["BreadcrumbList"]["itemListElement"][1]["name"] == text


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    markup = structured_data.as_script({"name": text})
    assert read(markup) == {"name": text}
