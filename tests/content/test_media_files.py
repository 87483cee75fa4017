"""/media/…"""

import hashlib

import pytest
from starlette.testclient import TestClient

from hub.web.state import Hub
from tests.posts import FIRST

PICTURE = b"\x89PNG not really a picture"


def put(hub: Hub, path: str, content: bytes, content_type: str) -> str:
    file = hub.settings.media / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO media (path, sha256, content_type, bytes, created_at) "
            "VALUES (:path, :sha256, :content_type, :bytes, :at)",
            path=path,
            sha256=sha256,
            content_type=content_type,
            bytes=len(content),
            at=FIRST,
        )
    return sha256


def test_a_picture_is_kept_for_ever(client: TestClient, hub: Hub) -> None:
    sha256 = put(hub, "ab/sea.png", PICTURE, "image/png")
    answer = client.get("/media/ab/sea.png")
    assert answer.content == PICTURE
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = client.get("/media/ab/sea.png", headers={"if-none-match": f'W/"{sha256}"'})
    assert (again.status_code, again.content) == (304, b"")


def test_head_and_ranges_work(client: TestClient, hub: Hub) -> None:
    put(hub, "sea.png", PICTURE, "image/png")
    head = client.head("/media/sea.png")
    assert (head.headers["content-length"], head.content) == (str(len(PICTURE)), b"")
    part = client.get("/media/sea.png", headers={"range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/zip"])
def test_what_could_run_is_only_saved(client: TestClient, hub: Hub, kind: str) -> None:
    put(hub, "file", b"<svg onload='x()'/>", kind)
    answer = client.get("/media/file")
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_only_what_the_hub_knows_is_served(client: TestClient, hub: Hub) -> None:
    put(hub, "sea.png", PICTURE, "image/png")
    (hub.settings.media / "stray.txt").write_text("left here")
    paths = ("../hub.db", "%2e%2e/hub.db", "..%2fhub.db", "stray.txt", "", ".", "//etc/passwd")
    for path in paths:
        assert client.get(f"/media/{path}").status_code == 404, path


def test_a_path_in_the_database_cannot_leave_the_folder(client: TestClient, hub: Hub) -> None:
    put(hub, "../secret.txt", b"a secret", "text/plain")
    assert client.get("/media/%2e%2e/secret.txt").status_code == 404


def test_a_file_that_is_lost_is_404(client: TestClient, hub: Hub) -> None:
    put(hub, "sea.png", PICTURE, "image/png")
    (hub.settings.media / "sea.png").unlink()
    assert client.get("/media/sea.png").status_code == 404
