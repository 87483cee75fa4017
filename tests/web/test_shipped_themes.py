"""The themes that ship with the hub: each serves every main page, and keeps the house rules."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.site import store as sites
from hub.web import themes
from hub.web.state import Hub
from hub.web.theme_files import SHIPPED
from tests.posts import add

NAMES = sorted(folder.name for folder in SHIPPED.glob("*/"))
PAGES = (
    "/",
    "/posts/tides",
    "/about",
    "/topics/sea",
    "/authors/ada",
    "/archive",
    "/newsletter",
    "/search",
)
# Mail programs know neither layers nor logical properties.
CSS = sorted(path for path in SHIPPED.glob("*/*/*.css") if path.parent.name != "mail")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PHYSICAL = re.compile(
    r"(?:^|[\s{;])(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?:^|[\s{;])(?:left|right):"
    r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)",
    re.MULTILINE,
)
# JSON-LD is data: nothing runs it.
_ACTIVE = re.compile(r"<script(?! type=.application/ld\+json.>)|\sstyle=|<style|\son\w+=")


@pytest.fixture(params=NAMES)
def visitor(request: pytest.FixtureRequest, hub: Hub) -> Iterator[TestClient]:
    with hub.db.write() as tx:
        sites.put(tx, "theme", request.param)
        sites.put(tx, "description", "Tides and timber.")
        for number in range(3):
            add(tx, f"earlier-{number}", topics=("sea",), authors=("Ada",))
        add(tx, "tides", topics=("sea",), authors=("Ada",), cover="/media/aa/b.jpg")
        add(tx, "about", kind="page")
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        yield client
    assert themes.load(request.param, hub.settings.themes).faults == ()


def test_every_main_page_is_served(visitor: TestClient) -> None:
    for path in (*PAGES, "/subscribe"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1, path
        assert not _ACTIVE.search(answer.text), path


def test_a_page_that_is_not_there_leads_on(visitor: TestClient) -> None:
    answer = visitor.get("/nowhere")
    assert answer.status_code == 404
    assert 'href="/archive"' in answer.text


def test_readers_can_subscribe_and_go_on(visitor: TestClient) -> None:
    for path in ("/", "/posts/tides"):
        assert 'action="/subscribe"' in visitor.get(path).text
    page = visitor.get("/posts/tides").text
    assert 'rel="prev" href="/posts/earlier-2"' in page
    assert 'class="related"' in page


def test_a_page_with_its_css_is_small(visitor: TestClient) -> None:
    page = visitor.get("/posts/tides").text
    sheet = re.search(r'href="(/assets/[^"]+\.css)"', page)
    assert sheet is not None
    assert len(page.encode()) + len(visitor.get(sheet[1]).content) < 60_000


@pytest.mark.parametrize("file", CSS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_css_keeps_the_house_rules(file: Path) -> None:
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))
    assert "!important" not in text
    assert "url(" not in text
    assert not _PHYSICAL.search(text)
    assert text.lstrip().startswith("@layer")


def test_the_second_theme_is_short() -> None:
    files = [path for path in (SHIPPED / "workshop").rglob("*") if path.is_file()]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 220


@pytest.mark.parametrize("name", NAMES)
def test_every_token_that_is_used_is_set(hub: Hub, name: str) -> None:
    css = themes.load(name, hub.settings.themes).style_sheet().body.decode()
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    assert used - set(re.findall(r"(--[\w-]+):", css)) == set()
