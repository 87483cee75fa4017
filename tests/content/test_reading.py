"""The pages that readers open."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app, create_hub
from hub.content.views import ARCHIVED
from hub.settings import from_environment
from hub.site import store as sites
from hub.web.state import Hub
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


def test_a_hub_that_is_not_set_up_says_so(tmp_path: Path) -> None:
    parts = create_hub(from_environment({}, data=tmp_path / "data"))
    with TestClient(create_app(parts)) as visitor:
        answer = visitor.get("/")
    assert answer.status_code == 200
    assert "This hub is not set up yet" in answer.text
    assert "<form" not in answer.text


def test_a_site_without_articles_has_a_first_page(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "The first article is on its way" in answer.text


def test_the_first_page_lists_the_newest_first(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "older", excerpt="What was before.", authors=("Ada Lovelace",), topics=("sea",))
        add(tx, "newer")
        add(tx, "hidden", status="draft")
        add(tx, "about", kind="page")
    text = client.get("/").text
    assert re.findall(r'href="(/posts/[\w-]+)"', text) == ["/posts/newer", "/posts/older"]
    assert "What was before." in text
    assert 'href="/authors/ada-lovelace"' in text
    assert 'href="/topics/sea"' in text
    assert 'href="/about"' in text
    assert text.count("<h1") == 1


def test_dates_are_those_of_the_sites_zone(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "late", at=datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    assert "1 April 2026" in client.get("/posts/late").text
    assert "1 April" in client.get("/archive").text


def test_the_first_page_is_in_the_sites_language(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
        add(tx, "un", at=datetime(2026, 8, 3, tzinfo=UTC))
    text = client.get("/").text
    assert '<html lang="fr" dir="ltr">' in text
    assert "3 août 2026" in text


def test_lists_go_over_pages(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "posts_per_page", "2")
        for number in range(5):
            add(tx, f"post-{number}", topics=("sea",))
    first = client.get("/")
    assert 'rel="next" href="/?page=2"' in first.text
    assert "post-3" in first.text
    second = client.get("/?page=2").text
    assert 'rel="prev" href="/"' in second
    assert '<link rel="canonical" href="https://hub.test/?page=2">' in second
    assert re.findall(r'href="/posts/([\w-]+)"', second) == ["post-2", "post-1"]
    assert client.get("/?page=3").status_code == 200
    assert client.get("/?page=4").status_code == 404
    assert client.get("/?page=1").text == first.text
    assert client.get("/topics/sea?page=3").status_code == 200


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=²", "page=1%00", "page="])
def test_a_page_that_cannot_be_is_404(client: TestClient, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 404


def test_an_article_shows_what_it_has(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "before")
        add(
            tx,
            "harbour",
            title="The harbour <at> night",
            excerpt="A walk & a talk.",
            html="<p>All of it.</p>",
            plain_text="All of it.",
            cover="/media/ab/cover.jpg",
            authors=("Ada Lovelace", "Grace Hopper"),
            topics=("sea", "night"),
        )
        add(tx, "after")
    text = client.get("/posts/harbour").text
    assert "<h1>The harbour &lt;at&gt; night</h1>" in text
    assert '<p class="lead">A walk &amp; a talk.</p>' in text
    assert "<p>All of it.</p>" in text
    assert '<meta property="og:image" content="https://hub.test/media/ab/cover.jpg">' in text
    assert '<link rel="canonical" href="https://hub.test/posts/harbour">' in text
    assert text.index("Ada Lovelace") < text.index("Grace Hopper")
    assert 'href="/posts/before"' in text
    assert 'href="/posts/after"' in text
    assert text.count("<h1") == 1


def test_an_excerpt_that_is_the_beginning_is_not_shown_twice(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "plain", excerpt="It  begins…", plain_text="It begins here and goes on.")
    assert 'class="lead"' not in client.get("/posts/plain").text


def test_an_article_in_another_language_says_which(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "bonjour", language="fr")
    assert '<article class="article" lang="fr" dir="ltr">' in client.get("/posts/bonjour").text


def test_an_article_that_first_stood_elsewhere_names_that_place(
    client: TestClient, hub: Hub
) -> None:
    with hub.db.write() as tx:
        add(tx, "twice", canonical_url="https://elsewhere.test/first")
    text = client.get("/posts/twice").text
    assert '<link rel="canonical" href="https://elsewhere.test/first">' in text


def test_the_archive_holds_every_article_by_year(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        for year in (2024, 2025):
            add(tx, f"of-{year}", at=datetime(year, 6, 1, tzinfo=UTC))
    text = client.get("/archive").text
    assert text.index('id="y2025"') < text.index("of-2025") < text.index('id="y2024"')


def test_a_long_archive_has_pages_and_every_year_leads_to_its_own(
    client: TestClient, hub: Hub
) -> None:
    with hub.db.write() as tx:
        for number in range(ARCHIVED + 20):
            # Of 2023 there are 5, of 2024 30, of 2025 the rest.
            year = 2023 if number < 5 else 2024 if number < 35 else 2025
            at = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
            add(tx, f"n{number}-", at=at)
    first, second = client.get("/archive").text, client.get("/archive?page=2").text
    assert first.count('href="/posts/') == ARCHIVED
    assert second.count('href="/posts/') == 20
    for text in (first, second):
        # 85 are of 2025: the hundredth stands in 2024, so 2023 begins on the second page.
        links = ["/archive#y2025", "/archive#y2024", "/archive?page=2#y2023"]
        assert re.findall(r'href="(/archive[^"]*#y\d+)"', text) == links
        assert "All 120 articles" in text
    assert 'rel="next" href="/archive?page=2"' in first
    assert '<link rel="canonical" href="https://hub.test/archive?page=2">' in second
    assert [client.get(f"/archive?page={n}").status_code for n in ("3", "0", "x")] == [404] * 3


def test_years_are_those_of_the_sites_zone(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "first-of-2026", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
        add(tx, "last-of-2025", at=datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    text = client.get("/archive").text
    assert re.findall(r'href="/archive#y(\d+)"', text) == ["2026", "2025"]
    assert text.index('id="y2026"') < text.index("first-of-2026") < text.index('id="y2025"')


def test_topics_and_authors_list_their_own(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "one", authors=("Ada Lovelace",), topics=("sea",))
        add(tx, "two", authors=("Grace Hopper",), topics=("land",))
    for path in ("/topics/sea", "/authors/ada-lovelace"):
        text = client.get(path).text
        assert 'href="/posts/one"' in text
        assert 'href="/posts/two"' not in text


def test_a_topic_without_an_article_is_404(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "draft", status="draft", topics=("sea",), authors=("Ada Lovelace",))
    assert client.get("/topics/sea").status_code == 404
    assert client.get("/authors/ada-lovelace").status_code == 404
    assert client.get("/topics/none").status_code == 404


def test_a_page_lives_at_the_root(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "about", kind="page", title="About us")
    assert "<h1>About us</h1>" in client.get("/about").text
    assert client.get("/posts/about").status_code == 404


def test_the_form_stands_beside_what_is_agreed_to(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "consent_text", "You will hear from us on Saturdays.")
        add(tx, "a")
    for path in ("/", "/posts/a"):
        form = client.get(path).text.partition('<form class="subscribe-form"')[2]
        assert 'method="post" action="/subscribe"' in form
        assert 'name="email"' in form
        assert "You will hear from us on Saturdays." in form


@pytest.mark.parametrize("path", ["/", "/archive", "/posts/a", "/topics/sea", "/authors/ada"])
def test_no_page_carries_a_script_that_runs_or_a_style(
    client: TestClient, hub: Hub, path: str
) -> None:
    with hub.db.write() as tx:
        add(tx, "a", authors=("Ada",), topics=("sea",))
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(
        r"<script(?! type=.application/ld\+json.>)|<style|\sstyle=|\son\w+=", answer.text
    )
    assert '<a class="skip-link" href="#main">' in answer.text


def test_an_article_names_those_on_its_subjects(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        for number in range(3):
            add(tx, f"both-{number}", topics=("sea", "wood"))
        add(tx, "one", topics=("sea",))
        add(tx, "hidden", topics=("sea", "wood"), status="draft")
        add(tx, "strange", topics=("land",))
        add(tx, "between")
        add(tx, "here", topics=("sea", "wood"))
        add(tx, "last", topics=("sea", "wood"))
    related = re.search(r'class="related".*?</section>', client.get("/posts/here").text, re.DOTALL)
    assert related is not None
    assert re.findall(r'href="/posts/([\w-]+)"', related[0]) == ["both-2", "both-1", "both-0"]


def test_an_article_without_topics_names_none(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "one")
        add(tx, "two")
    assert 'class="related"' not in client.get("/posts/two").text


def test_an_article_runs_as_its_language_does(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "wood", language="ar")
    assert 'lang="ar" dir="rtl"' in client.get("/posts/wood").text
    assert '<html lang="en" dir="ltr">' in client.get("/").text
    assert 'dir="rtl"' in client.get("/").text
