"""The page of search, as a reader without script sees it."""

import re
import time

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import search
from hub.db import Database
from hub.site import store as sites
from hub.web.state import Hub
from tests import posts


def publish(db: Database, *titles: str, text: str = "Some words.") -> None:
    with db.write() as tx:
        for title in titles:
            posts.add(tx, title.lower().replace(" ", "-"), title=title, plain_text=text)
    after: int | None = 0
    while after is not None:
        after = search.catch_up(db, after)


def titles(page: str) -> list[str]:
    found = re.findall(r'<h2 class="post-item-title">.*?</h2>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", title).strip() for title in found]


def test_results_show_title_date_and_the_words_marked(hub: Hub, client: TestClient) -> None:
    publish(hub.db, "The lantern", text="A <b> & two Lanterns.")
    page = client.get("/search?q=lantern").text
    assert titles(page) == ["The lantern"]
    assert 'href="/posts/the-lantern"' in page
    assert "A &lt;b&gt; &amp; two <mark>Lanterns</mark>." in page
    assert "One result" in page
    assert re.search(r"20\d\d</time>", page)
    assert '<meta name="robots" content="noindex">' in page
    assert 'value="lantern"' in page


def test_the_empty_form(client: TestClient) -> None:
    page = client.get("/search").text
    assert '<input class="input" id="search-words" name="q"' in page
    assert "Nothing was found" not in page
    assert client.get("/search?q=").text == page


def test_nothing_found_offers_the_latest(hub: Hub, client: TestClient) -> None:
    publish(hub.db, "The lantern")
    page = client.get("/search?q=zebra").text
    assert "Nothing was found." in page
    assert 'href="/posts/the-lantern"' in page


def test_what_was_asked_is_escaped(client: TestClient) -> None:
    page = client.get("/search", params={"q": '"><script>'}).text
    assert "<script" not in page
    assert "&#34;&gt;&lt;script&gt;" in page


def test_pages_of_results(hub: Hub, client: TestClient) -> None:
    publish(hub.db, *(f"Lantern & sea {n}" for n in range(search.PER_PAGE + 2)))
    first = client.get("/search", params={"q": "lantern & sea"}).text
    assert (
        '<a class="pagination-older" rel="next" href="/search?q=lantern+%26+sea&amp;page=2">'
        in (first)
    )
    second = client.get("/search?q=lantern+%26+sea&page=2").text
    assert 'href="/search?q=lantern+%26+sea">' in second
    assert len(titles(first) + titles(second)) == search.PER_PAGE + 2
    assert client.get("/search?q=lantern&page=3").status_code == 404
    assert client.get("/search?q=lantern&page=x").status_code == 404


def test_a_long_question_is_shortened_and_says_so(client: TestClient) -> None:
    page = client.get("/search", params={"q": "lantern " * 50}).text
    assert "only its beginning was looked for" in page
    assert len(page) < 20_000


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=%22", "q=a&q=b", "q", "q=%ED%A0%80", "=q", "q=%", "%00=1"]
)
def test_odd_addresses_are_answered(client: TestClient, query: str) -> None:
    assert client.get(f"/search?{query}").status_code == 200


def test_each_question_has_its_own_answer(hub: Hub, client: TestClient) -> None:
    publish(hub.db, "Lantern", "Tide")
    assert titles(client.get("/search?q=lantern").text) == ["Lantern"]
    assert titles(client.get("/search?q=tide").text) == ["Tide"]


def test_a_change_is_found_at_once(hub: Hub, client: TestClient) -> None:
    assert titles(client.get("/search?q=lantern").text) == []
    publish(hub.db, "Lantern")
    assert titles(client.get("/search?q=lantern").text) == ["Lantern"]


def test_a_page_that_is_not_there_offers_search(client: TestClient) -> None:
    assert 'action="/search"' in client.get("/nowhere").text


def test_it_speaks_french(hub: Hub, client: TestClient) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    publish(hub.db, "Un cœur", "Des cœurs")
    assert "2 résultats" in client.get("/search?q=coeur").text
    assert "Aucun résultat." in client.get("/search?q=zebre").text


def test_a_hub_that_starts_makes_older_posts_findable(hub: Hub) -> None:
    with hub.db.write() as tx:
        posts.add(tx, "lantern")
    with TestClient(create_app(hub)) as client:
        for _ in range(250):
            if titles(client.get("/search?q=lantern").text):
                return
            time.sleep(0.02)
    pytest.fail("it was not found within five seconds")
