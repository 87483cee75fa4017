"""Pictures as mail gets them."""

import io

import pytest
from PIL import Image
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import article_pictures, mail_pictures, media
from hub.web.state import Hub
from tests.conftest import NOW


def picture(hub: Hub, kind: str, size: tuple[int, int], mode: str = "RGB") -> str:
    """The address of a stored picture."""
    out = io.BytesIO()
    Image.new(mode, size, (10, 90, 80, 120)[: len(mode)]).save(out, kind)
    kept = media.keep(hub.settings.media, out.getvalue())
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
    return kept.address


@pytest.mark.parametrize(
    ("kind", "mode", "size", "shown"),
    [
        ("JPEG", "RGB", (2112, 1000), ("JPEG", (1056, 500))),
        ("WEBP", "RGB", (300, 200), ("JPEG", (300, 200))),
        ("AVIF", "RGB", (64, 64), ("JPEG", (64, 64))),
        ("WEBP", "RGBA", (300, 200), ("PNG", (300, 200))),
    ],
)
def test_mail_gets_what_every_program_shows(
    hub: Hub, kind: str, mode: str, size: tuple[int, int], shown: tuple[str, tuple[int, int]]
) -> None:
    address = mail_pictures.address(picture(hub, kind, size, mode), size[0])
    assert address.endswith("/mail")
    with TestClient(create_app(hub)) as client:
        for _ in range(2):
            answer = client.get(address)
            assert answer.status_code == 200
            with Image.open(io.BytesIO(answer.content)) as found:
                assert (found.format, found.size) == shown
            assert answer.headers["content-type"] == f"image/{shown[0].lower()}"
            assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pages_and_feeds_fall_back_on_a_smaller_one(hub: Hub, kind: str) -> None:
    original = picture(hub, kind, (2400, 1200))
    with hub.db.read() as tx:
        shown = article_pictures.covers(tx, {original})[original]
        page = article_pictures.for_a_page(tx, f'<img src="{original}" alt="">', below_cover=True)
        places = article_pictures.for_feeds(tx, [f'<p><img src="{original}" alt="Sea"></p>'], [])
    assert shown.url == f"{original}/page"
    assert f'<img src="{original}/page" width="2400" height="1200"' in page
    assert article_pictures.at(f'<img src="{original}" alt="Sea">', places) == (
        f'<img src="{original}/page" alt="Sea">'
    )
    with TestClient(create_app(hub)) as client:
        with Image.open(io.BytesIO(client.get(shown.url).content)) as found:
            assert (found.format, found.size) == ("JPEG", (1600, 800))
        with Image.open(io.BytesIO(client.get(original).content)) as found:
            assert found.size == (2400, 1200)


@pytest.mark.parametrize(("name", "width"), [("a.jpg", 1056), ("a.png", 1), ("a.gif", 4000)])
def test_a_picture_that_is_good_for_mail_keeps_its_address(name: str, width: int) -> None:
    assert mail_pictures.address(f"/media/ab/{name}", width) == f"/media/ab/{name}"


@pytest.mark.parametrize("harm", ["gone", "broken", "never there"])
def test_a_picture_that_cannot_be_shown_is_not_found(hub: Hub, harm: str) -> None:
    address = picture(hub, "WEBP", (30, 20))
    file = hub.settings.media / address.removeprefix("/media/")
    if harm == "gone":
        file.unlink()
    elif harm == "broken":
        file.write_bytes(b"RIFF")
    else:
        address = "/media/../hub.db"
    with TestClient(create_app(hub)) as client:
        assert client.get(f"{address}/mail").status_code == 404
