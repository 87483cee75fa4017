"""Articles from another place: looked at first, taken or forgotten, and mailed to nobody."""

import io
import re
import zipfile

import pytest
from starlette.testclient import TestClient

from hub.content import shelf
from hub.web.state import Hub

PATH = "/admin/bring/articles"
POST = "---\ntitle: The old tide\ndate: 2020-05-01\n---\n\nIt *was* high.\n"


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/") + ".md", text)
    return buffer.getvalue()


def look(desk: TestClient, content: bytes, name: str = "old.zip") -> tuple[int, str, str]:
    answer = desk.post(PATH, files={"file": (name, content)})
    found = re.search(r'name="token" value="(\w+)"', answer.text)
    return answer.status_code, answer.text, found[1] if found else ""


def published(hub: Hub) -> int:
    with hub.db.read() as tx:
        return shelf.counts(tx, "post").published


def kept(hub: Hub) -> list[str]:
    return [path.name for path in hub.settings.imports.glob("*")]


def test_articles_are_looked_at_and_then_taken(desk: TestClient, hub: Hub) -> None:
    status, page, token = look(desk, zipped(blog__tide=POST, blog__empty=""))
    assert status == 200
    assert "This would come" in page
    assert "empty.md" in page
    assert published(hub) == 0
    assert "This came" in desk.post(PATH, data={"token": token, "action": "bring"}).text
    assert published(hub) == 1
    assert "It <em>was</em> high." in desk.get("/posts/tide").text
    assert kept(hub) == []


def test_a_single_file_will_do_and_can_be_forgotten(desk: TestClient, hub: Hub) -> None:
    _, _, token = look(desk, POST.encode(), "tide.md")
    assert desk.post(PATH, data={"token": token, "action": "forget"}).status_code == 303
    assert kept(hub) == []
    assert published(hub) == 0
    again = desk.post(PATH, data={"token": token, "action": "bring"})
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "old.zip"),
        (b"PK\3\4 broken", "old.zip"),
        (b"\x89PNG", "picture.png"),
        (zipped(), "empty.zip"),
    ],
)
def test_what_holds_no_article_is_refused_and_leaves_nothing(
    desk: TestClient, hub: Hub, content: bytes, name: str
) -> None:
    status, page, _ = look(desk, content, name)
    assert status == 400
    assert 'id="file-error"' in page
    assert kept(hub) == []


@pytest.mark.parametrize("token", ["..", "../x", "0" * 24])
def test_a_token_opens_no_other_file(desk: TestClient, hub: Hub, token: str) -> None:
    hub.settings.imports.mkdir()
    for folder in (hub.settings.data, hub.settings.data / "x"):
        folder.mkdir(exist_ok=True)
        (folder / "articles.md").write_text(POST)
    assert desk.post(PATH, data={"token": token, "action": "bring"}).status_code == 404
    assert desk.post(PATH, data={"token": token, "action": "forget"}).status_code == 404
