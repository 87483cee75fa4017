"""Pictures as they may be published: what a file is by its bytes, and without what its
camera wrote into it.

Pixels are never touched where that can be helped: metadata is cut out of JPEG, PNG and
WebP, a GIF is taken as it is, and only an AVIF that carries metadata is encoded again.
"""

import hashlib
import io
import struct
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from hub.errors import Refused, TooLarge
from hub.i18n import N_

LARGEST = 20_000_000
MOST_PIXELS = 50_000_000
_TYPES = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
    "AVIF": ("image/avif", "avif"),
}
# Chunks of PNG that say how the pixels look; everything else is talk.
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL "
    b"fdAT".split()
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ORIENTATION = 0x0112
# A large photograph fills 150 MB while it is decoded.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be published: `width` and `height` in pixels, as it is shown.

    `sha256` and `size` (in bytes) are those of `data`.
    """

    data: bytes
    sha256: str
    size: int
    content_type: str
    suffix: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """What follows /media/: the same bytes always have the same address."""
        return f"{self.sha256[:2]}/{self.sha256[2:34]}.{self.suffix}"

    @property
    def address(self) -> str:
        return f"/media/{self.path}"


def read(data: bytes) -> Picture:
    """The picture in these bytes, without metadata such as the place where it was taken.

    Raises TooLarge for too many bytes or pixels, Refused for what is no PNG, JPEG, GIF, WebP
    or AVIF (an SVG is a program, not a picture) and for a broken file.
    """
    if len(data) > LARGEST:
        raise TooLarge(
            N_("A picture has at most %(most)s MB."), field="picture", most=LARGEST // 1_000_000
        )
    try:
        kind, orientation, (width, height) = _looked_at(data)
        clean = _without_metadata(data, kind, orientation)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error) as error:
        raise Refused(
            N_("This is not a picture the hub can show (PNG, JPEG, GIF, WebP, AVIF)."),
            field="picture",
        ) from error
    if orientation >= 5:
        width, height = height, width
    content_type, suffix = _TYPES[kind]
    digest = hashlib.sha256(clean).hexdigest()
    return Picture(clean, digest, len(clean), content_type, suffix, width, height)


def _looked_at(data: bytes) -> tuple[str, int, tuple[int, int]]:
    """Format, Exif orientation (1 to 8) and size; the first frame is decoded, to be sure."""
    with _one_at_a_time, warnings.catch_warnings():
        # We count the pixels ourselves, before any is decoded; broken Exif is cut out anyway.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=list(_TYPES)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_many_pixels()
                orientation = image.getexif().get(_ORIENTATION, 1)
                size = image.size
                image.load()
                kind = "JPEG" if image.format == "MPO" else str(image.format)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
    good = isinstance(orientation, int) and 1 <= orientation <= 8
    return kind, orientation if good and kind == "JPEG" else 1, size


def _too_many_pixels() -> TooLarge:
    return TooLarge(
        N_("A picture has at most %(most)s million pixels."),
        field="picture",
        most=MOST_PIXELS // 1_000_000,
    )


def _without_metadata(data: bytes, kind: str, orientation: int) -> bytes:
    if kind == "JPEG":
        return _jpeg(data, orientation)
    if kind == "PNG":
        return _png(data)
    if kind == "WEBP":
        return _webp(data)
    if kind == "AVIF":
        return _avif(data)
    return data


def _jpeg(data: bytes, orientation: int) -> bytes:
    """Without Exif, XMP, IPTC, comments and what follows the end; which way is up stays."""
    parts = [b"\xff\xd8"]
    if orientation != 1:
        parts.append(_exif_of(orientation))
    position = 2
    while position < len(data):
        if data[position] != 0xFF:
            raise ValueError("a JPEG without a marker where one must be")
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xD9:
            break
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == 0xDA:
            end = _end_of_scan(data, end)
        if not _is_talk(marker, data[position + 4 : position + 18]):
            parts.append(data[position:end])
        position = end
    return b"".join([*parts, b"\xff\xd9"])


def _is_talk(marker: int, head: bytes) -> bool:
    """APP1 to APP15 and comments, but not the colour profile and Adobe's colour transform."""
    if marker == 0xFE:
        return True
    if not 0xE1 <= marker <= 0xEF:
        return False
    return not (head.startswith(b"ICC_PROFILE\0") or (marker == 0xEE and head[:5] == b"Adobe"))


def _end_of_scan(data: bytes, position: int) -> int:
    """Where the compressed pixels end: at a marker that is neither stuffing nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        if data[position + 1] != 0 and not 0xD0 <= data[position + 1] <= 0xD7:
            return position
        position += 2


def _exif_of(orientation: int) -> bytes:
    """An Exif segment that holds the orientation and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    parts = [_PNG_SIGNATURE]
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        end = position + 12 + length
        if name in _PNG_KEPT:
            parts.append(data[position:end])
        if name == b"IEND":
            break
        position = end
    return b"".join(parts)


def _webp(data: bytes) -> bytes:
    kept: list[bytes] = []
    for name, body in _riff_chunks(data):
        if name in (b"EXIF", b"XMP "):
            continue
        if name == b"VP8X":
            # The flags must not announce what is gone: Exif 0x08, XMP 0x04.
            body = bytes([body[0] & ~0x0C & 0xFF]) + body[1:]
        kept.append(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    position = 12
    while position + 8 <= end:
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _avif(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=["AVIF"]) as image:
        if not image.info.get("exif") and not image.info.get("xmp"):
            return data
        out = io.BytesIO()
        # The decoder has turned the picture the right way up already.
        image.save(out, "AVIF", quality=85, exif=b"", save_all=getattr(image, "is_animated", False))
        return out.getvalue()
