"""A look that is not saved: shown to the owner as the site would be, and to nobody else."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content.model import Post
from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import logged_in

PREVIEW = "/admin/settings/look/preview"
TRIED = {"theme": "loud", "accent_colour": "#7a2e4d"}


@pytest.fixture
def theme(hub: Hub) -> Path:
    """A theme of the owner's that the site does not have."""
    folder = hub.settings.themes / "loud"
    (folder / "css").mkdir(parents=True)
    (folder / "theme.toml").write_text('name = "Loud"\nparent = "default"\ncss = ["loud.css"]\n')
    (folder / "css" / "loud.css").write_text("body { font-size: 3rem }\n")
    return folder


def test_the_first_page_and_an_article_are_shown_in_it(
    desk: TestClient, hub: Hub, theme: Path, article: Post
) -> None:
    for page, text in (("home", article.excerpt), ("article", "<em>back</em>")):
        answer = desk.post(PREVIEW, data={**TRIED, "page": page})
        assert answer.status_code == 200
        assert text in answer.text
        sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
        assert len(sheets) == 2
        css = "".join(desk.get(sheet).text for sheet in sheets)
        assert "font-size: 3rem" in css
        assert "--accent:#7a2e4d" in css


def test_nothing_of_it_reaches_readers(
    desk: TestClient, hub: Hub, theme: Path, article: Post
) -> None:
    before = desk.get("/").text
    answer = desk.post(PREVIEW, data=TRIED)
    assert answer.headers["cache-control"] == "no-store"
    assert "x-hub-shared" not in answer.headers
    assert hub.site().theme == "default"
    assert desk.get("/").text == before
    assert desk.get(f"{PREVIEW}?theme=loud").text != desk.get(PREVIEW).text
    sheet = "/admin/settings/look/preview/themes/loud/dark/site.css"
    assert desk.get(sheet).headers["cache-control"] == "no-store"
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as other:
        assert other.get(sheet).status_code == 303
        logged_in(other, hub, "editor")
        assert other.post(PREVIEW, data=TRIED).status_code == 403


def test_only_the_desk_frames_it_and_nothing_runs_in_it(desk: TestClient) -> None:
    policy = desk.get(PREVIEW).headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self'" in policy
    page = desk.get("/admin/settings/look")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert 'sandbox="allow-same-origin"' in page.text
    assert "frame-src" not in desk.get("/admin/settings/site").headers["content-security-policy"]


def test_without_an_article_a_sample_is_shown(desk: TestClient, theme: Path) -> None:
    answer = desk.post(PREVIEW, data={**TRIED, "page": "article"})
    assert answer.status_code == 200
    assert "themes/loud/light/site.css" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("theme", "nobody"), ("theme", "../x"), ("accent_colour", "red"), ("accent_colour", "#12")],
)
def test_what_cannot_be_saved_cannot_be_tried(desk: TestClient, field: str, value: str) -> None:
    assert desk.post(PREVIEW, data={field: value}).status_code == 400
    assert desk.get(f"{PREVIEW}/themes/nobody/light/site.css").status_code == 400
    assert desk.get(f"{PREVIEW}/colours/12345g/light/accent.css").status_code == 400


def test_a_saved_colour_can_be_tried_away(desk: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "accent_colour", "#7a2e4d")
    assert "7a2e4d" in desk.get(PREVIEW).text
    assert "7a2e4d" not in desk.post(PREVIEW, data={"accent_colour": ""}).text


def test_a_page_is_shown_as_a_dark_screen_shows_it(desk: TestClient, hub: Hub) -> None:
    tried = {"accent_colour": "#ffcc00"}
    for scheme, shown in (("light", "#7a6200"), ("dark", "#ffcc00")):
        answer = desk.post(PREVIEW, data={**tried, "scheme": scheme})
        assert f'<meta name="color-scheme" content="{scheme}">' in answer.text
        sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
        css = "".join(desk.get(sheet).text for sheet in sheets)
        assert "prefers-color-scheme" not in css
        assert f"color-scheme: {scheme};" in css
        rules = css.rpartition("(min-width:0px)")[2] if scheme == "dark" else css
        assert f"--accent:{shown};" in rules


def test_a_colour_that_nobody_could_read_says_what_becomes_of_it(
    desk: TestClient, hub: Hub
) -> None:
    for colour, hidden in (("#ffcc00", False), ("#0b5f50", True), ("", True)):
        with hub.db.write() as tx:
            sites.put(tx, "accent_colour", colour)
        page = desk.get("/admin/settings/look").text
        assert ('id="look-accent" hidden' in page) is hidden
