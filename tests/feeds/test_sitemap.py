"""The map of the site: what it names, in parts when there is much, and by few rows at a time."""

import re
from typing import Any

import pytest
from lxml import etree
from starlette.testclient import TestClient

from hub.content import mapping
from hub.feeds import sitemap
from hub.web.state import Hub
from tests.posts import add

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
    "x": "http://www.w3.org/1999/xhtml",
}


def found(xml: bytes, path: str) -> list[str]:
    values: Any = etree.fromstring(xml).xpath(path, namespaces=NAMES)
    return [str(value) for value in values]


def locations(xml: bytes) -> list[str]:
    return [url.removeprefix("https://hub.test") for url in found(xml, "//s:url/s:loc/text()")]


def test_an_address_names_its_pictures(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", cover="/media/aa/c.jpg", pictures=("aa/1.png", "aa/c.jpg", "aa/é&2.png"))
        add(tx, "plain")
        add(tx, "draft", status="draft", pictures=("aa/secret.png",))
        add(tx, "far", cover="https://elsewhere.test/c.jpg")
    xml = client.get("/sitemap.xml").content
    assert found(xml, "//s:url[i:image]/s:loc/text()") == ["https://hub.test/posts/tides"]
    assert found(xml, "//i:loc/text()") == [
        "https://hub.test/media/aa/c.jpg",
        "https://hub.test/media/aa/1.png",
        "https://hub.test/media/aa/%C3%A9&2.png",
    ]


def test_an_address_names_its_languages(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", language="en")
        add(tx, "marees", language="fr", translation_of="tides")
        add(tx, "alone", language="fr")
    xml = client.get("/sitemap.xml").content
    for slug in ("tides", "marees"):
        links = f"//s:url[s:loc='https://hub.test/posts/{slug}']/x:link"
        assert found(xml, f"{links}/@hreflang") == ["x-default", "en", "fr"]
        assert found(xml, f"{links}/@href") == [
            "https://hub.test/posts/tides",
            "https://hub.test/posts/tides",
            "https://hub.test/posts/marees",
        ]
    assert found(xml, "//s:url[s:loc='https://hub.test/posts/alone']/x:link") == []


@pytest.fixture
def many(hub: Hub) -> list[str]:
    """Eleven addresses with what the hub adds itself, in the order of the maps."""
    with hub.db.write() as tx:
        for number in range(7):
            add(tx, f"post-{number}")
        add(tx, "about", kind="page")
        add(tx, "team", kind="page")
    posts = [f"/posts/post-{number}" for number in range(7)]
    return ["/", "/archive", "/about", "/team", *posts]


@pytest.mark.parametrize("largest", [2, 3, 4, 5, 10, 11])
@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_the_parts_hold_everything_once(
    hub: Hub, many: list[str], largest: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "_CHUNK", chunk)
    with hub.db.read() as tx:
        parts = sitemap.parts(tx, largest=largest)
        maps = [
            locations(sitemap.sitemap(tx, hub.site(), number, largest=largest))
            for number in range(1, parts + 1)
        ]
    assert [address for one in maps for address in one] == many
    assert all(0 < len(one) <= largest for one in maps)


def test_older_maps_stay_as_they_are(hub: Hub, many: list[str]) -> None:
    def first() -> bytes:
        with hub.db.read() as tx:
            return sitemap.sitemap(tx, hub.site(), 1, largest=8)

    before = first()
    with hub.db.write() as tx:
        add(tx, "new")
    assert first() == before


def test_a_site_that_is_not_large_has_one_map(client: TestClient, many: list[str]) -> None:
    answer = client.get("/sitemap.xml")
    assert locations(answer.content) == many
    assert client.get("/sitemap-1.xml").status_code == 404


def test_a_large_site_has_a_list_of_maps(
    client: TestClient, hub: Hub, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sitemap.sitemap
    monkeypatch.setattr(sitemap, "parts", lambda tx: 3)
    monkeypatch.setattr(
        sitemap, "sitemap", lambda tx, site, number: real(tx, site, number, largest=4)
    )
    listed = found(client.get("/sitemap.xml").content, "//s:sitemap/s:loc/text()")
    assert listed == [f"https://hub.test/sitemap-{number}.xml" for number in (1, 2, 3)]
    maps = [client.get(re.sub("https://hub.test", "", url)) for url in listed]
    assert [address for answer in maps for address in locations(answer.content)] == many
    for name in ("0", "4", "01", "-1", "x", "9" * 5000, "%00"):
        assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_an_empty_site_has_a_map(client: TestClient) -> None:
    assert locations(client.get("/sitemap.xml").content) == ["/", "/archive"]
