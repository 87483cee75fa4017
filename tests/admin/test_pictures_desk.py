"""Pictures: what is taken can be used, what is refused leaves nothing behind."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from hub.content import shelf
from hub.web.state import Hub


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def upload(desk: TestClient, data: bytes, name: str = "boat.png") -> int:
    return desk.post("/admin/media", files={"picture": (name, data, "image/png")}).status_code


def files(hub: Hub) -> list[Path]:
    folder = hub.settings.media
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_picture_is_taken_and_shown(desk: TestClient, hub: Hub) -> None:
    assert upload(desk, png()) == 303
    with hub.db.read() as tx:
        (picture,) = shelf.pictures(tx, limit=10)
    assert (picture.width, picture.height) == (40, 30)
    assert f"(/media/{picture.path})" in desk.get("/admin/media").text
    assert desk.get(f"/media/{picture.path}").status_code == 200


@pytest.mark.parametrize("data", [b"", b"not a picture", png()[:40], b"<svg onload='x'/>"])
def test_what_is_no_picture_is_refused(desk: TestClient, hub: Hub, data: bytes) -> None:
    assert upload(desk, data) == 400
    assert files(hub) == []


def test_a_picture_that_is_too_large_is_refused_beside_its_field(
    desk: TestClient, hub: Hub
) -> None:
    picture = {"picture": ("boat.png", b"x" * 20_000_001, "image/png")}
    answer = desk.post("/admin/media", files=picture)
    assert answer.status_code == 400
    assert re.search(r'id="picture-error">[^<]* 20 MB', answer.text)
    assert files(hub) == []
    said = desk.post("/admin/media/upload", files=picture, headers={"accept": "application/json"})
    assert said.status_code == 413
    assert "20 MB" in said.json()["reason"]
