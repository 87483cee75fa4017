"""What may be published of a picture file."""

import io
import struct
import zlib

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from hub.content import pictures
from hub.errors import Refused, TooLarge
from tests.content.conftest import picture

PLACE = "Douarnenez harbour"


def exif(orientation: int = 1) -> bytes:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.ImageDescription] = PLACE
    made.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 5.0, 30.0)
    return made.tobytes()


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("kind", "content_type", "suffix"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
        ("AVIF", "image/avif", "avif"),
    ],
)
def test_a_raster_is_known_by_its_bytes(kind: str, content_type: str, suffix: str) -> None:
    read = pictures.read(picture(kind))
    assert (read.content_type, read.suffix, read.width, read.height) == (
        content_type,
        suffix,
        40,
        30,
    )


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "AVIF"])
def test_the_place_where_it_was_taken_goes(kind: str) -> None:
    original = picture(kind, exif=exif())
    assert PLACE.encode() in original
    cleaned = pictures.read(original).data
    assert PLACE.encode() not in cleaned
    with Image.open(io.BytesIO(cleaned)) as image:
        assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "GIF"])
def test_the_pixels_stay(kind: str) -> None:
    original = picture(kind) if kind == "GIF" else picture(kind, exif=exif())
    assert pixels(pictures.read(original).data) == pixels(original)


def test_a_progressive_jpeg_stays_whole() -> None:
    original = picture("JPEG", (400, 300), progressive=True, exif=exif())
    assert pixels(pictures.read(original).data) == pixels(original)


def test_which_way_is_up_stays() -> None:
    read = pictures.read(picture("JPEG", exif=exif(orientation=6)))
    assert (read.width, read.height) == (30, 40)
    with Image.open(io.BytesIO(read.data)) as image:
        assert dict(image.getexif()) == {ExifTags.Base.Orientation: 6}


def test_the_colour_profile_stays() -> None:
    read = pictures.read(picture("JPEG", icc_profile=b"profile" * 20))
    assert b"profile" in read.data


def test_words_in_a_png_go() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PLACE)
    words.add_itxt("XML:com.adobe.xmp", PLACE)
    assert PLACE.encode() not in pictures.read(picture("PNG", pnginfo=words)).data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_hangs_on_behind_goes(kind: str) -> None:
    assert b"<script>" not in pictures.read(picture(kind) + b"<script>alert(1)</script>").data


def test_an_animation_stays_one() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], exif=exif())
    with Image.open(io.BytesIO(pictures.read(out.getvalue()).data)) as image:
        assert getattr(image, "n_frames", 1) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM" + b"\0" * 60,
        b"\xff\xd8\xff\xe0",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="not a picture"):
        pictures.read(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    data = picture(kind, (300, 300))
    with pytest.raises(Refused):
        pictures.read(data[: len(data) // 2])


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head
    chunk += struct.pack(">I", zlib.crc32(b"IHDR" + head))
    with pytest.raises(TooLarge, match="50 million pixels"):
        pictures.read(b"\x89PNG\r\n\x1a\n" + chunk + picture("PNG")[33:])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge, match="20 MB"):
        pictures.read(b"\0" * (pictures.LARGEST + 1))


def test_the_same_bytes_have_the_same_address() -> None:
    first, second = pictures.read(picture("PNG")), pictures.read(picture("PNG"))
    assert first.address == second.address
    assert first.address.startswith("/media/")
