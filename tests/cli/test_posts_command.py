"""`hub posts` and `hub import` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import HubError
from hub.web.state import Hub
from tests.content.conftest import picture


class Line:
    """The command line of a hub that is set up."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.data, self.folder = hub.settings.data, folder

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(cli, ["--data", str(self.data), *arguments])
        if result.exception and not isinstance(result.exception, HubError | SystemExit):
            raise result.exception
        return result

    def done(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.exception
        return result.stdout

    def refused(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert isinstance(result.exception, HubError)
        return str(result.exception)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.done(*arguments, "--json"))

    def file(self, text: str, name: str = "tide.md") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def line(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.delenv("HUB_DATABASE", raising=False)
    if hub.settings.database:
        monkeypatch.setenv("HUB_DATABASE", hub.settings.database)
    return Line(hub, tmp_path / "files")


def test_a_new_article_is_a_draft_and_tells_its_address(line: Line) -> None:
    assert line.done("posts", "new", line.file("# Tide\n\nIt turns.")) == (
        "Draft: https://hub.test/posts/tide\n"
    )


def test_a_new_article_can_be_published_at_once(line: Line) -> None:
    line.done("posts", "new", line.file("# Tide\n\nIt turns."), "--publish")
    (post,) = line.json("posts", "list")
    assert (post["slug"], post["status"], post["newsletter"]) == ("tide", "published", "digest")


def test_front_matter_decides(line: Line) -> None:
    (line.folder).mkdir()
    (line.folder / "t.png").write_bytes(picture("PNG"))
    text = (
        "---\ntitle: High tide\nslug: high\nlanguage: fr\nnewsletter: digest+each\n"
        "cover: t.png\n---\n![t](t.png)"
    )
    assert "/posts/high" in line.done("posts", "new", line.file(text))
    (post,) = line.json("posts", "list", "--status", "draft")
    assert (post["title"], post["language"], post["newsletter"]) == (
        "High tide",
        "fr",
        "digest+each",
    )
    assert len(list((line.data / "media").rglob("*.png"))) == 1


def test_a_page_is_in_no_newsletter(line: Line) -> None:
    line.done("posts", "new", line.file("---\ntitle: About\nkind: page\n---\nUs."))
    (post,) = line.json("posts", "list")
    assert (post["url"], post["newsletter"]) == ("https://hub.test/about", "none")


def test_a_missing_picture_is_said_on_standard_error(line: Line) -> None:
    result = line.run("posts", "new", line.file("# Tide\n\n![x](gone.png)"))
    assert "gone.png: The file is not there" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Just words.", "no title"),
        ("---\ntitle: T\nslug: taken\n---\nx", "already lives at “taken”"),
        ("---\ntitle: T\nkind: page\nslug: admin\n---\nx", "address of the hub itself"),
        (">" * 3_000 + "x", "no title"),
        ("# Deep\n\n" + ">" * 3_000 + "x", "nested too deeply"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(line: Line, text: str, reason: str) -> None:
    line.done("posts", "new", line.file("---\ntitle: Taken\nslug: taken\n---\nx", "first.md"))
    said = line.refused("posts", "new", line.file(text))
    assert reason in said
    assert "\n" not in said


def test_a_missing_file_is_refused(line: Line) -> None:
    assert "there is no such file" in line.refused("posts", "new", "nowhere.md")


def test_publish_take_back_delete(line: Line) -> None:
    line.done("posts", "new", line.file("# Tide\n\nx"))
    assert "https://hub.test/posts/tide" in line.done("posts", "publish", "tide")
    assert line.json("posts", "list")[0]["status"] == "published"
    line.done("posts", "unpublish", "tide")
    assert line.json("posts", "list")[0]["status"] == "draft"
    line.done("posts", "delete", "tide")
    assert line.json("posts", "list") == []
    assert "no article" in line.refused("posts", "publish", "tide")


def test_the_list_has_one_line_an_article(line: Line) -> None:
    line.done("posts", "new", line.file("# One\n\nx"))
    line.done("posts", "new", line.file("# Two\n\nx"), "--publish")
    assert len(line.done("posts", "list").splitlines()) == 2


def test_an_import_prints_one_document(line: Line) -> None:
    line.file("# Tide\n\n![x](gone.png)", "blog/a.md")
    line.file("no title", "blog/b.md")
    report = line.json("import", str(line.folder / "blog"))
    problems = report.pop("problems")
    assert report == {
        "kind": "posts",
        "format": "markdown",
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert [problem["item"] for problem in problems] == ["a.md", "b.md"]


def test_an_import_tells_people_file_by_file(line: Line) -> None:
    line.file("# Tide\n\nx", "blog/a.md")
    line.file("no title", "blog/b.md")
    result = line.run("import", str(line.folder / "blog"))
    assert "b.md: This file has no title." in result.stdout
    assert "1 new, 0 changed, 0 unchanged, 1 refused" in result.stdout
    assert "2 of 2 files" in result.stderr


def test_a_dry_run_says_that_nothing_was_changed(line: Line) -> None:
    line.file("# Tide\n\nx", "blog/a.md")
    assert "Nothing was changed" in line.done("import", str(line.folder / "blog"), "--dry-run")
    assert line.json("posts", "list") == []


def test_announced_articles_wait_for_the_digest(line: Line) -> None:
    line.file("# Tide\n\nx", "blog/a.md")
    line.done("import", str(line.folder / "blog"), "--announce")
    assert line.json("posts", "list")[0]["newsletter"] == "digest"


def test_readers_come_in_by_the_same_command(line: Line) -> None:
    path = line.file("email\nanouk@readers.test\n", "readers.csv")
    report = line.json("import", path, "--consent", "The visitors' book")
    assert (report["kind"], report["new"]) == ("subscribers", 1)


def test_a_list_of_readers_without_consent_is_refused(line: Line) -> None:
    path = line.file("email\nanouk@readers.test\n", "readers.csv")
    assert "--consent" in line.refused("import", path)


def test_what_is_neither_is_refused(line: Line) -> None:
    path = line.file("Nothing of interest.\n", "note.bin")
    assert "neither articles nor a list" in line.refused("import", path)


def test_an_empty_folder_is_refused(line: Line) -> None:
    line.folder.mkdir()
    assert "neither articles nor a list" in line.refused("import", str(line.folder))


def test_a_missing_path_is_refused(line: Line) -> None:
    said = line.refused("import", "/nowhere/at/all")
    assert said == "/nowhere/at/all: there is no such file or folder"
