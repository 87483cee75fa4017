"""Themes: what they inherit, and that nothing wrong in one takes the site down."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.i18n import translate
from hub.site import store as sites
from hub.web import themes
from hub.web.state import Hub
from tests.posts import add

Write = Callable[[str, str], None]


@pytest.fixture
def mine(hub: Hub) -> Path:
    """The folder of the owner's theme, which is chosen."""
    folder = hub.settings.themes / "mine"
    folder.mkdir(parents=True)
    with hub.db.write() as tx:
        sites.put(tx, "theme", "mine")
        add(tx, "tides", topics=("sea",))
    return folder


@pytest.fixture
def write(mine: Path) -> Write:
    """Writes a file of the owner's theme."""

    def write(name: str, text: str) -> None:
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text(text)

    return write


@pytest.fixture
def visitor(hub: Hub, mine: Path) -> Iterator[TestClient]:
    with TestClient(create_app(hub)) as client:
        yield client


def faults(hub: Hub) -> list[tuple[str, int, str]]:
    found = themes.load("mine", hub.settings.themes).faults
    return [(f.file, f.line, translate("en", f.reason, **f.values)) for f in found]


def test_a_theme_inherits_what_it_lacks(visitor: TestClient, write: Write) -> None:
    write("partials/footer.html", "<footer>My own</footer>")
    page = visitor.get("/").text
    assert "My own" in page
    assert 'class="nameplate' in page


def test_a_template_can_extend_the_one_it_replaces(visitor: TestClient, write: Write) -> None:
    write(
        "pages/post.html",
        '{% extends "default/pages/post.html" %}{% block main %}Before{{ super() }}{% endblock %}',
    )
    page = visitor.get("/posts/tides").text
    assert "Before" in page
    assert "Some words." in page


def test_css_follows_that_of_the_parent(hub: Hub, write: Write) -> None:
    write("theme.toml", 'css = ["mine.css"]')
    write("css/mine.css", ".mine { color: red }")
    sheet = themes.load("mine", hub.settings.themes).style_sheet().body
    assert sheet.startswith(themes.desk().style_sheet().body)
    assert sheet.endswith(b".mine { color: red }")


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("one\n{% if %}", 2, "TemplateSyntaxError"),
        ("one\ntwo\n{{ site.titel }}", 3, "UndefinedError"),
        ("{{ 1 / 0 }}", 1, "ZeroDivisionError"),
        ("{{ site.title.nothing() }}", 1, "UndefinedError"),
        ("\n{{ site.title + 1 }}", 2, "TypeError"),
        ('\n{% include "partials/none.html" %}', 2, "TemplateNotFound"),
        ('{% extends "pages/home.html" %}', 1, "RecursionError"),
        ("{{ ''.__class__.__mro__ }}", 1, "SecurityError"),
        ("{{ range(999999999) | list }}", 1, "OverflowError"),
    ],
)
def test_a_broken_template_is_told_and_the_defaults_serves(
    visitor: TestClient, hub: Hub, write: Write, template: str, line: int, reason: str
) -> None:
    write("pages/home.html", template)
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert 'class="nameplate' in answer.text
    assert [(file, number) for file, number, _ in faults(hub)] == [("pages/home.html", line)]
    assert reason in faults(hub)[0][2]


def test_a_broken_partial_takes_no_page_down(visitor: TestClient, hub: Hub, write: Write) -> None:
    write("partials/masthead.html", "\n{{ nothing }}")
    for path in ("/", "/archive", "/posts/tides", "/subscribe", "/no-such-page"):
        assert visitor.get(path).status_code in (200, 404)
        assert "masthead-row" in visitor.get(path).text
    assert [(file, line) for file, line, _ in faults(hub)] == [("partials/masthead.html", 2)]


def test_a_file_that_is_no_text_takes_no_page_down(
    visitor: TestClient, mine: Path, write: Write
) -> None:
    write("pages/home.html", "")
    (mine / "pages" / "home.html").write_bytes(b"\xff\xfe\x00")
    assert 'class="nameplate' in visitor.get("/").text


@pytest.mark.parametrize(
    ("manifest", "line", "reason"),
    [
        ("css = [", 1, "not TOML"),
        ('name = "x"\nparnet = "default"', 2, "parnet means nothing here"),
        ('css = "a.css"', 1, "list of names"),
        ("parent = 3", 1, "name of a theme"),
        ('parent = "../default"', 1, "name of a theme"),
        ('parent = "nobody"', 0, "no theme called nobody"),
        ('parent = "mine"', 0, "circle"),
    ],
)
def test_a_broken_manifest_leaves_the_default(
    visitor: TestClient, hub: Hub, write: Write, manifest: str, line: int, reason: str
) -> None:
    write("theme.toml", manifest)
    write("pages/home.html", "My own home")
    assert 'class="nameplate' in visitor.get("/").text
    assert [(file, number) for file, number, _ in faults(hub)] == [("theme.toml", line)]
    assert reason in faults(hub)[0][2]


@pytest.mark.parametrize("name", ["gone.css", "../../../hub.db", "../../secret.key", "/etc/passwd"])
def test_a_css_file_that_is_missing_or_strange_is_left_out(
    visitor: TestClient, hub: Hub, write: Write, name: str
) -> None:
    write("theme.toml", f'css = ["good.css", "{name}"]')
    write("css/good.css", ".good{}")
    assert visitor.get("/").status_code == 200
    body = themes.load("mine", hub.settings.themes).style_sheet().body
    assert body.endswith(b".good{}")
    assert [file for file, _, _ in faults(hub)] == ["theme.toml"]


def test_a_theme_whose_folder_is_gone_leaves_the_default(
    visitor: TestClient, hub: Hub, mine: Path
) -> None:
    visitor.get("/")
    mine.rmdir()
    with hub.db.write() as tx:
        tx.site_changed()
    assert 'class="nameplate' in visitor.get("/").text
    assert "no theme called mine" in faults(hub)[0][2]


def test_a_fault_is_logged_once_and_without_what_it_met(
    visitor: TestClient, hub: Hub, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("pages/subscribe.html", "{{ form.text('email') + 1 }}")
    with caplog.at_level(logging.WARNING, logger="hub"):
        for _ in range(3):
            visitor.post("/subscribe", data={"email": "not an address"})
    told = [line for line in caplog.messages if line.startswith("theme.fault")]
    assert told == ["theme.fault theme=mine file=pages/subscribe.html line=1"]


@pytest.mark.slow
def test_a_change_of_a_file_is_seen_soon(visitor: TestClient, write: Write) -> None:
    write("partials/footer.html", "{{ broken }}")
    assert "footer-row" in visitor.get("/").text
    write("partials/footer.html", "<footer>Mended</footer>")
    end = time.monotonic() + 5
    while "Mended" not in visitor.get("/").text:
        assert time.monotonic() < end, "the page stayed old"
        time.sleep(0.02)


def test_a_fault_of_the_hubs_own_is_not_hidden(hub: Hub) -> None:
    with pytest.raises(Exception, match="undefined"):
        themes.load("default", hub.settings.themes).render("pages/home.html", "en", {})
