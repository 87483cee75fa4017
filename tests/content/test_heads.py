"""What stands in the head of every readers' page, for search engines and shared links."""

import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.newsletter import planning
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import press, publish, subscribe
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

PAGES = {
    "/": "Tides and timber.",
    "/?page=2": "Tides and timber.",
    "/posts/tides": "Twice a day.",
    "/about": "Who we are.",
    "/topics/sea": "Articles about Sea at Harbour Notes.",
    "/authors/ada": "Articles by Ada at Harbour Notes.",
    "/archive": "Every article of Harbour Notes, by year.",
    "/newsletter": "Every issue of the newsletter of Harbour Notes.",
    "/newsletter/1": "Ropes",
    "/subscribe": "Tides and timber.",
    "/legal": "Tides and timber.",
}
_META = re.compile(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">')


@pytest.fixture
def visitor(hub: Hub) -> Iterator[TestClient]:
    with hub.db.write() as tx:
        sites.put(tx, "description", "Tides and timber.")
        sites.put(tx, "posts_per_page", "1")
        sites.put(tx, "legal_notice", "Who answers for this.")
        add(tx, "tides", excerpt="Twice a day.", topics=("sea",), authors=("Ada",))
        add(tx, "about", kind="page", excerpt="Who we are.")
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    with hub.db.write() as tx:
        edition = planning.send_now(tx, press(hub), "weekly", NOW)[0]
    with hub.db.write() as tx:
        while planning.queue(tx, edition.id, NOW):
            continue
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        yield client


def meta(page: str) -> dict[str, str]:
    found = _META.findall(page)
    assert len({name for name, _ in found}) == len(found), "something is said twice"
    return dict(found)


@pytest.mark.parametrize(("path", "about"), PAGES.items())
def test_every_page_says_what_it_is(visitor: TestClient, path: str, about: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    found = meta(answer.text)
    assert found["description"] == found["og:description"] == about
    assert found["og:url"] == f"https://hub.test{path}"
    assert f'<link rel="canonical" href="https://hub.test{path}">' in answer.text
    assert found["og:site_name"] == "Harbour Notes"
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"].startswith("https://hub.test/")
    title = re.search("<title>(.*)</title>", answer.text)
    assert title is not None
    assert title[1].startswith(found["og:title"])
    assert found["og:type"] == ("article" if path.startswith("/posts/") else "website")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_it_to_search_engines(visitor: TestClient, path: str) -> None:
    found = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', visitor.get(path).text
    )
    assert len(found) == 1
    kinds = [part["@type"] for part in json.loads(found[0])["@graph"]]
    assert kinds[0] == "WebSite"
    assert ("BreadcrumbList" in kinds) == (path not in ("/", "/?page=2", "/subscribe"))
    assert ("Article" in kinds) == path.startswith("/posts/")


@pytest.mark.parametrize("path", ["/search?q=sea", "/nowhere", "/confirm/broken"])
def test_what_is_not_to_be_found_claims_nothing(visitor: TestClient, path: str) -> None:
    page = visitor.get(path).text
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page
    assert "og:" not in page
    assert "ld+json" not in page


def test_an_article_tells_its_times(visitor: TestClient, hub: Hub) -> None:
    found = meta(visitor.get("/posts/tides").text)
    assert found["article:published_time"] == found["article:modified_time"]
    assert found["article:author"] == "https://hub.test/authors/ada"
    assert found["article:tag"] == "Sea"


def test_hostile_words_stay_in_their_place(visitor: TestClient, hub: Hub) -> None:
    evil = '"><script>alert(1)</script>'
    with hub.db.write() as tx:
        add(tx, "evil", title=evil, excerpt=evil, topics=("sea",))
        sites.put(tx, "title", evil)
        sites.put(tx, "description", evil)
    for path in ("/", "/posts/evil", "/archive", "/opensearch.xml"):
        assert "<script>" not in visitor.get(path).text
