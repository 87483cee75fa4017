"""Smaller widths of pictures: which there are, how they are made, and how they are served."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from hub.content import files, media, picture_sizes
from hub.content.pictures import Picture
from hub.content.store import Size
from hub.errors import StorageFull
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("kind", "width", "offered"),
    [
        ("image/jpeg", 4000, (480, 960, 1440, 1920)),
        ("image/jpeg", 1920, (480, 960, 1440, 1920)),
        ("image/png", 1500, (480, 960, 1500)),
        ("image/webp", 600, (480, 600)),
        ("image/avif", 500, (500,)),
        ("image/png", 480, ()),
        ("image/gif", 4000, ()),
        ("image/svg+xml", 4000, ()),
    ],
)
def test_the_widths_of_a_picture(kind: str, width: int, offered: tuple[int, ...]) -> None:
    assert picture_sizes.widths(kind, width) == offered


def test_a_browser_chooses_by_width() -> None:
    shown = picture_sizes.shown(Size("ab/c.png", "image/png", 900, 600))
    assert (shown.url, shown.width, shown.height) == ("/media/ab/c.png", 900, 600)
    assert shown.srcset == "/media/ab/c.png/480.webp 480w, /media/ab/c.png/900.webp 900w"


@pytest.fixture
def stored(hub: Hub) -> Picture:
    return keep(hub, noise("JPEG", (1200, 800)))


def noise(kind: str, size: tuple[int, int], **options: object) -> bytes:
    """A picture that no coder makes small, as a photograph is."""
    image = Image.frombytes("RGB", (60, 40), random.Random(7).randbytes(60 * 40 * 3))
    out = io.BytesIO()
    image.resize(size, Image.Resampling.BICUBIC).save(out, kind, **options)
    return out.getvalue()


def keep(hub: Hub, data: bytes) -> Picture:
    kept = media.keep(hub.settings.media, data)
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
    return kept


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_width_is_made_once_and_kept(client: TestClient, hub: Hub, stored: Picture) -> None:
    answer = client.get(f"{stored.address}/480.webp")
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    assert opened(answer.content).size == (480, 320)
    file = hub.settings.cache / "pictures" / stored.path / "480.webp"
    assert file.read_bytes() == answer.content
    assert [p.stat().st_mode & 0o777 for p in (file, file.parent, hub.settings.cache)] == [
        0o600,
        0o700,
        0o700,
    ]
    made = file.stat().st_mtime_ns
    assert client.get(f"{stored.address}/480.webp").content == answer.content
    assert file.stat().st_mtime_ns == made


def test_a_browser_that_has_it_gets_nothing(client: TestClient, stored: Picture) -> None:
    etag = client.get(f"{stored.address}/480.webp").headers["etag"]
    assert etag != client.get(f"{stored.address}/960.webp").headers["etag"]
    again = client.get(f"{stored.address}/480.webp", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["481", "0480", "1920", "0", "-480", "480.0", "9" * 5000, "%00", "x", "٤٨٠"]
)
def test_only_the_widths_that_pages_offer_are_made(
    client: TestClient, hub: Hub, stored: Picture, name: str
) -> None:
    assert client.get(f"{stored.address}/{name}.webp").status_code == 404
    assert not hub.settings.cache.exists()


def test_only_pictures_that_are_known_have_widths(client: TestClient, hub: Hub) -> None:
    assert client.get("/media/ab/unknown.jpg/480.webp").status_code == 404
    small = keep(hub, picture("PNG"))
    assert client.get(f"{small.address}/480.webp").status_code == 404


def test_a_file_that_has_such_a_name_itself_is_served(client: TestClient, hub: Hub) -> None:
    data = picture("WEBP")
    (hub.settings.media / "old").mkdir(parents=True)
    (hub.settings.media / "old/480.webp").write_bytes(data)
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO media (path, sha256, content_type, bytes, created_at)"
            " VALUES ('old/480.webp', 'a', 'image/webp', 1, :now)",
            now=NOW,
        )
    assert client.get("/media/old/480.webp").content == data


def test_a_full_disk_shows_the_original(
    client: TestClient, stored: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise StorageFull("full")

    monkeypatch.setattr(files, "save", full)
    answer = client.get(f"{stored.address}/480.webp")
    assert (answer.status_code, answer.content) == (200, stored.data)
    assert answer.headers["cache-control"] == "no-cache"


def test_a_file_that_was_broken_by_hand_is_served_as_it_is(
    client: TestClient, hub: Hub, stored: Picture
) -> None:
    (hub.settings.media / stored.path).write_bytes(b"broken")
    answer = client.get(f"{stored.address}/480.webp")
    assert (answer.status_code, answer.content) == (200, b"broken")
    assert "immutable" not in answer.headers["cache-control"]


def test_an_animation_stays_one(client: TestClient, hub: Hub) -> None:
    frames = [Image.new("RGB", (600, 400), colour) for colour in ("red", "green")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    stored = keep(hub, out.getvalue())
    for _ in range(2):
        assert client.get(f"{stored.address}/480.webp").content == stored.data


def test_what_webp_does_not_make_smaller_stays_as_it_is(client: TestClient, hub: Hub) -> None:
    stored = keep(hub, noise("WEBP", (800, 600), quality=1))
    answer = client.get(f"{stored.address}/800.webp")
    assert answer.content == stored.data


avif = pytest.mark.skipif(not picture_sizes.AVIF, reason="this build of Pillow has no AVIF")


@avif
def test_a_photograph_is_offered_as_avif_too_and_a_screenshot_is_not() -> None:
    photograph = picture_sizes.shown(Size("ab/c.jpg", "image/jpeg", 600, 400))
    assert photograph.avif_srcset == "/media/ab/c.jpg/480.avif 480w, /media/ab/c.jpg/600.avif 600w"
    assert picture_sizes.shown(Size("ab/c.png", "image/png", 600, 400)).avif_srcset == ""


@avif
def test_an_avif_is_smaller_than_the_webp(client: TestClient, hub: Hub, stored: Picture) -> None:
    made, webp = (client.get(f"{stored.address}/960.{kind}") for kind in ("avif", "webp"))
    assert made.headers["content-type"] == "image/avif"
    assert opened(made.content).size == (960, 640)
    assert len(made.content) < len(webp.content)
    assert made.headers["etag"] != webp.headers["etag"]
    assert (hub.settings.cache / "pictures" / stored.path / "960.avif").read_bytes() == made.content


@pytest.mark.parametrize("can", [False, True])
def test_where_avif_does_not_help_the_webp_is_served(
    client: TestClient, stored: Picture, monkeypatch: pytest.MonkeyPatch, can: bool
) -> None:
    def larger(source: Path, width: int, kind: str = "WEBP") -> bytes:
        return b"x" * 100 if kind == "AVIF" else b"webp"

    monkeypatch.setattr(picture_sizes, "AVIF", can)
    monkeypatch.setattr(picture_sizes, "shrunk", larger)
    for _ in range(2):
        answer = client.get(f"{stored.address}/480.avif")
        assert (answer.content, answer.headers["content-type"]) == (b"webp", "image/webp")
    shown = picture_sizes.shown(Size("ab/c.jpg", "image/jpeg", 600, 400))
    assert bool(shown.avif_srcset) == can


def test_a_screenshot_has_no_avif(client: TestClient, hub: Hub) -> None:
    assert client.get(f"{keep(hub, noise('PNG', (600, 400))).address}/480.avif").status_code == 404


def test_a_picture_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a.jpg").write_bytes(noise("JPEG", (1200, 800), exif=exif))
    made = picture_sizes.shrunk(tmp_path / "a.jpg", 480)
    assert made is not None
    assert opened(made).size == (480, 720)
    assert not opened(made).getexif()


def test_what_is_clear_stays_clear(tmp_path: Path) -> None:
    Image.new("RGBA", (1000, 500), (255, 0, 0, 0)).save(tmp_path / "a.png", compress_level=0)
    made = picture_sizes.shrunk(tmp_path / "a.png", 480)
    assert made is not None
    assert opened(made).convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_a_screenshot_in_its_own_size_keeps_every_pixel(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(noise("PNG", (700, 400), compress_level=0))
    made = picture_sizes.shrunk(tmp_path / "a.png", 700)
    assert made is not None
    with Image.open(tmp_path / "a.png") as original:
        assert opened(made).convert("RGB").tobytes() == original.tobytes()


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "CMYK", "I;16"])
def test_every_kind_of_colour_can_be_made_small(tmp_path: Path, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (1000, 500)).save(tmp_path / f"a.{kind.lower()}")
    # A picture of one colour may be smaller than any WebP; it must only not fail.
    picture_sizes.shrunk(tmp_path / f"a.{kind.lower()}", 480)
