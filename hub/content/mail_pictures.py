"""Pictures as mail gets them: no larger than a sharp screen needs, in a format that all can show.

Outlook knows neither WebP nor AVIF, and a photograph of 5 MB costs each reader as much. Such a
picture has an address for mail beside its own, and one for feeds and for browsers that take no
other format; what is behind them is made when it is first asked for, and kept.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hub import logs
from hub.content import files
from hub.errors import NotFound, Unavailable
from hub.i18n import N_


@dataclass(frozen=True, slots=True)
class Use:
    """What a picture is made for: the end of its address, the folder in data/cache/, and how wide
    it is at most, in pixels."""

    name: str
    folder: str
    widest: int


# Twice the width of the text, for screens with two dots to a pixel.
MAIL = Use("mail", "mail", 1056)
PAGE = Use("page", "plain", 1600)
_KNOWN_TO_ALL = (".jpg", ".png", ".gif")
_QUALITY = 82
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def address(original: str, width: int, use: Use = MAIL) -> str:
    """Where mail finds the picture at `/media/…`, `width` pixels wide (0: not known)."""
    # A GIF may move, and would not any more.
    plain = original.endswith(_KNOWN_TO_ALL) and (width <= use.widest or original.endswith(".gif"))
    return original if plain else f"{original}/{use.name}"


def kept(file: Path, cache: Path, use: Use) -> Path | None:
    """Where the picture in `file` is kept for this use; None when it is to be made."""
    ready = (cache / use.folder / f"{file.name}.{suffix}" for suffix in CONTENT_TYPES)
    return next((path for path in ready if path.is_file()), None)


def make(file: Path, cache: Path, use: Use) -> tuple[bytes, str]:
    """The picture in `file` as it is used, and its content type; kept below `cache`, if that has
    room.

    Raises NotFound for one that is gone or broken.
    """
    try:
        data, suffix = _smaller(file, use.widest)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise NotFound(N_("There is no such file.")) from error
    try:
        files.save(cache, f"{use.folder}/{file.name}.{suffix}", data)
    except Unavailable as error:
        logs.warning("picture.not_kept", reason=type(error).__name__)
    return data, CONTENT_TYPES[suffix]


def _smaller(file: Path, widest: int) -> tuple[bytes, str]:
    """As a PNG where something shows through, else as a JPEG."""
    with Image.open(file) as found:
        found.draft("RGB", (2 * widest, 2 * widest))
        picture = ImageOps.exif_transpose(found)
    profile = picture.info.get("icc_profile", b"") if picture.mode in ("RGB", "RGBA") else b""
    if picture.width > widest:
        picture = picture.resize((widest, max(1, picture.height * widest // picture.width)))
    out = io.BytesIO()
    if picture.has_transparency_data:
        picture.convert("RGBA").save(out, "PNG", optimize=True, icc_profile=profile)
        return out.getvalue(), "png"
    options = {"quality": _QUALITY, "optimize": True, "progressive": True}
    picture.convert("RGB").save(out, "JPEG", icc_profile=profile, **options)
    return out.getvalue(), "jpg"
