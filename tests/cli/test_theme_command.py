"""hub theme: beginning one, and hearing what is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import Conflict, Refused
from hub.web.state import Hub


def run(hub: Hub, *arguments: str) -> Result:
    """The command, its refusal raised."""
    result = CliRunner().invoke(cli, ["--data", str(hub.settings.data), *arguments])
    if result.exception and not isinstance(result.exception, SystemExit | Refused):
        raise result.exception
    return result


def test_a_new_theme_works_at_once_and_says_what_is_next(hub: Hub) -> None:
    made = run(hub, "theme", "new", "quay")
    assert made.exit_code == 0
    assert "settings set theme quay" in made.output
    assert sorted(path.name for path in (hub.settings.themes / "quay").rglob("*.*")) == [
        "post.html",
        "quay.css",
        "theme.toml",
    ]
    assert run(hub, "theme", "check", "quay").output == "Every template of quay works.\n"
    assert run(hub, "settings", "set", "theme", "quay").exit_code == 0
    assert hub.site().theme == "quay"


@pytest.mark.parametrize("name", ["../out", "a/b", ".hidden", "", "pages", "x" * 61, "é", "a b"])
def test_a_name_that_cannot_be_used_is_refused(hub: Hub, name: str) -> None:
    made = run(hub, "theme", "new", name)
    assert isinstance(made.exception, Refused)
    assert not list(hub.settings.data.rglob("theme.toml"))


@pytest.mark.parametrize("name", ["default", "workshop", "mine"])
def test_a_name_that_is_taken_is_refused(hub: Hub, name: str) -> None:
    (hub.settings.themes / "mine").mkdir(parents=True)
    assert isinstance(run(hub, "theme", "new", name).exception, Conflict)
    assert not list(hub.settings.data.rglob("theme.toml"))


def test_faults_are_told_with_file_and_line(hub: Hub) -> None:
    run(hub, "theme", "new", "quay")
    broken: Path = hub.settings.themes / "quay" / "pages" / "post.html"
    broken.write_text("one\n{{ item.post.titel }}")
    checked = run(hub, "theme", "check", "quay")
    assert checked.output.startswith("pages/post.html, line 2: UndefinedError")
    assert isinstance(checked.exception, Refused)
    found = json.loads(run(hub, "theme", "check", "quay", "--json").output)
    assert [(fault["file"], fault["line"]) for fault in found] == [("pages/post.html", 2)]


def test_a_theme_that_is_not_there_cannot_be_set(hub: Hub) -> None:
    assert isinstance(run(hub, "settings", "set", "theme", "nobody").exception, Refused)
    assert isinstance(run(hub, "theme", "check", "nobody").exception, Refused)
    assert hub.site().theme == "default"
