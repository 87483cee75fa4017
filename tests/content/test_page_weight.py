"""Every page that a reader can come to by links: its weight, its cookies, where it fetches from.

What is counted is what travels: the page and its style sheets, compressed with gzip (which all
clients take, and which is larger than brotli), without pictures.
"""

import gzip
import random
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import media
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture
from tests.posts import add

HEAVIEST = 60_000
ORIGIN = "https://hub.test"
_LINK = re.compile(r'<a [^>]*href="([^"]+)"')
# What a browser fetches by itself.
_FETCHED = re.compile(
    r'<(?:img|source|script|iframe|video|audio|embed)[^>]* src="([^"]+)"'
    r'|<link [^>]*rel="(?:stylesheet|icon|apple-touch-icon|preload|manifest)"[^>]* href="([^"]+)"'
)
_SRCSET = re.compile(r' srcset="([^"]+)"')
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_IN_CSS = re.compile(r"url\(|@import")


@pytest.fixture
def visitor(hub: Hub) -> Iterator[TestClient]:
    """A reader of a site with 120 articles, one of them of 90 kB, with pictures and an accent."""
    chance = random.Random(5)
    kept = media.keep(hub.settings.media, picture("PNG", (900, 600)))
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
        sites.put(tx, "description", "Tides and timber.")
        sites.put(tx, "accent_colour", "#7a2e4d")
        sites.put(tx, "icon", kept.address)
        sites.put(tx, "logo", kept.address)
        sites.put(tx, "legal_notice", "Who answers for this.")
        for number in range(120):
            html = f'<p>{_words(chance, 400)}</p><img src="{kept.address}" alt="">'
            topics = (chance.choice(("sea", "wood", "rope")),)
            add(
                tx, f"post-{number}", html=html, topics=topics, authors=("Ada",), cover=kept.address
            )
        add(tx, "long", html=f"<p>{_words(chance, 14_000)}</p>", topics=("sea",))
        add(tx, "about", kind="page")
    with TestClient(create_app(hub), base_url=ORIGIN) as client:
        yield client


def _words(chance: random.Random, number: int) -> str:
    """Words that compress about as badly as prose does."""
    letters = "abcdefghijklmnoprstuvw"
    known = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(1_200)]
    return " ".join(chance.choices(known, k=number))


def walk(visitor: TestClient) -> Iterator[tuple[str, str]]:
    """Path and text of each page of the site that links lead to."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert "set-cookie" not in answer.headers, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        yield path, answer.text
        for link in _LINK.findall(answer.text):
            url = urldefrag(urljoin(ORIGIN + path, link.replace("&amp;", "&"))).url
            found = url.removeprefix(ORIGIN)
            if url.startswith(f"{ORIGIN}/") and found not in seen:
                seen.add(found)
                waiting.append(found)


def fetched(page: str) -> set[str]:
    """Everything that a browser would fetch by itself."""
    found = {one or other for one, other in _FETCHED.findall(page)}
    for srcset in _SRCSET.findall(page):
        found |= {candidate.split()[0] for candidate in srcset.split(", ")}
    return found


@pytest.mark.slow
def test_every_page_is_light_and_keeps_to_itself(visitor: TestClient) -> None:
    weights: dict[str, int] = {}
    sheets: dict[str, int] = {}
    asked: set[str] = set()
    for path, page in walk(visitor):
        asked |= fetched(page)
        css = _SHEET.findall(page)
        for sheet in set(css) - set(sheets):
            text = visitor.get(sheet).text
            assert not _IN_CSS.search(text)
            sheets[sheet] = len(gzip.compress(text.encode(), 6))
        page_alone = len(gzip.compress(page.encode(), 6))
        weights[path] = page_alone + sum(sheets[sheet] for sheet in css)
    assert len(weights) > 140
    assert max(weights.values()) < HEAVIEST, max(weights, key=lambda path: weights[path])
    for address in asked:
        assert address.startswith("/")
        assert not address.startswith("//")
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        assert "set-cookie" not in answer.headers
