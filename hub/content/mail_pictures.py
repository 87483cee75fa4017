"""Pictures as mail gets them: no larger than a sharp screen needs, in a format that all can show.

Outlook knows neither WebP nor AVIF, and a photograph of 5 MB costs each reader as much. Such a
picture has an address for mail beside its own; what is behind it is made when it is first asked
for, and kept.
"""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hub import logs
from hub.content import files
from hub.errors import NotFound, Unavailable
from hub.i18n import N_

# Twice the width of the text, for screens with two dots to a pixel.
WIDEST = 1056
_KNOWN_TO_ALL = (".jpg", ".png", ".gif")
_NAME = "mail"
_QUALITY = 82
# Below data/cache/.
_FOLDER = "mail"
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def address(original: str, width: int) -> str:
    """Where mail finds the picture at `/media/…`, `width` pixels wide (0: not known)."""
    # A GIF may move, and would not any more.
    plain = original.endswith(_KNOWN_TO_ALL) and (width <= WIDEST or original.endswith(".gif"))
    return original if plain else f"{original}/{_NAME}"


def kept(file: Path, cache: Path) -> Path | None:
    """Where the picture in `file` is kept for mail; None when it is to be made."""
    ready = (cache / _FOLDER / f"{file.name}.{suffix}" for suffix in CONTENT_TYPES)
    return next((path for path in ready if path.is_file()), None)


def make(file: Path, cache: Path) -> tuple[bytes, str]:
    """The picture in `file` for mail, and its content type; kept below `cache`, if that has room.

    Raises NotFound for one that is gone or broken.
    """
    try:
        data, suffix = _smaller(file)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise NotFound(N_("There is no such file.")) from error
    try:
        files.save(cache, f"{_FOLDER}/{file.name}.{suffix}", data)
    except Unavailable as error:
        logs.warning("picture.not_kept", reason=type(error).__name__)
    return data, CONTENT_TYPES[suffix]


def _smaller(file: Path) -> tuple[bytes, str]:
    """As a PNG where something shows through, else as a JPEG."""
    with Image.open(file) as found:
        found.draft("RGB", (2 * WIDEST, 2 * WIDEST))
        picture = ImageOps.exif_transpose(found)
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, max(1, picture.height * WIDEST // picture.width)))
    out = io.BytesIO()
    if picture.has_transparency_data:
        picture.convert("RGBA").save(out, "PNG", optimize=True)
        return out.getvalue(), "png"
    picture.convert("RGB").save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue(), "jpg"
