"""Trying a theme on samples, and telling its owner."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.admin import theme_check
from hub.site import store as sites
from hub.web.state import Hub
from hub.web.theme_files import SHIPPED

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def mine(hub: Hub) -> Path:
    """The folder of the owner's theme, which is chosen."""
    folder = hub.settings.themes / "mine"
    for name in ("pages", "mail", "partials"):
        (folder / name).mkdir(parents=True)
    with hub.db.write() as tx:
        sites.put(tx, "theme", "mine")
    return folder


def told(hub: Hub) -> list[str]:
    return theme_check.told("mine", hub.settings.themes, hub.site())


@pytest.mark.parametrize("name", [folder.name for folder in SHIPPED.glob("*/")])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_themes_of_the_hub_have_no_fault(hub: Hub, name: str, language: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", language)
        sites.put(tx, "description", "Tides and timber.")
    assert theme_check.told(name, hub.settings.themes, hub.site()) == []


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("pages/preferences.html", "\n{{ subscriber.emial }}", "pages/preferences.html, line 2:"),
        ("mail/confirmation.txt", "{{ confirm }}", "mail/confirmation.txt, line 1:"),
        ("partials/unused.html", "{% for %}", "partials/unused.html, line 1:"),
        ("mail/digest.txt", "No way out", "mail/digest.txt: The link to unsubscribe is missing."),
    ],
)
def test_a_fault_is_found_before_a_reader_meets_it(
    hub: Hub, mine: Path, file: str, text: str, line: str
) -> None:
    (mine / file).write_text(text)
    assert [fault.startswith(line) for fault in told(hub)] == [True]


def test_a_mended_template_has_no_fault(hub: Hub, mine: Path) -> None:
    template = mine / "pages" / "home.html"
    template.write_text("{{ nothing }}")
    assert told(hub) != []
    template.write_text("Mended.")
    assert told(hub) == []


def test_the_desk_says_what_is_wrong(desk: TestClient, mine: Path) -> None:
    (mine / "pages" / "home.html").write_text("one\n{{ nothing }}")
    for path in ("/admin", "/admin/settings"):
        page = desk.get(path).text
        assert "pages/home.html, line 2: UndefinedError: &#39;nothing&#39; is undefined" in page


def test_the_desk_keeps_its_own_look(desk: TestClient, mine: Path) -> None:
    (mine / "pages" / "admin").mkdir()
    (mine / "pages" / "admin" / "home.html").write_text("{{ nothing }}")
    assert desk.get("/admin").status_code == 200


def test_a_theme_that_is_not_there_cannot_be_chosen(desk: TestClient, hub: Hub) -> None:
    answer = desk.post("/admin/settings", data={"theme": "nobody"})
    assert answer.status_code == 400
    assert "no theme called nobody" in answer.text
    assert hub.site().theme == "default"


def test_other_settings_can_be_saved_while_the_theme_is_gone(
    desk: TestClient, hub: Hub, mine: Path
) -> None:
    for folder in sorted(mine.rglob("*"), reverse=True):
        folder.rmdir()
    mine.rmdir()
    form = {"theme": "mine", "title": "Quay Letters"}
    assert desk.post("/admin/settings", data=form).status_code == 303
    assert hub.site().title == "Quay Letters"
