"""Pictures as mail gets them: no larger than a sharp screen needs, in a format that all can show.

Outlook knows neither WebP nor AVIF, and a photograph of 5 MB costs each reader as much. Such a
picture has an address for mail beside its own; what is behind it is made when it is first asked
for, and kept.
"""

import io
import secrets
import threading
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hub.errors import NotFound
from hub.i18n import N_

# Twice the width of the text, for screens with two dots to a pixel.
WIDEST = 1056
_KNOWN_TO_ALL = (".jpg", ".png", ".gif")
_NAME = "mail"
_QUALITY = 82
# A large photograph fills 150 MB while it is decoded.
_one_at_a_time = threading.Lock()


def address(original: str, width: int) -> str:
    """Where mail finds the picture at `/media/…`, `width` pixels wide (0: not known)."""
    # A GIF may move, and would not any more.
    plain = original.endswith(_KNOWN_TO_ALL) and (width <= WIDEST or original.endswith(".gif"))
    return original if plain else f"{original}/{_NAME}"


def made(file: Path, kept: Path) -> tuple[bytes, str]:
    """The picture in `file` for mail, and its content type; kept in the folder `kept`.

    Raises NotFound for one that is gone or broken.
    """
    with _one_at_a_time:
        for suffix, content_type in (("jpg", "image/jpeg"), ("png", "image/png")):
            ready = kept / f"{file.name}.{suffix}"
            if ready.is_file():
                return ready.read_bytes(), content_type
        try:
            data, suffix = _smaller(file)
        except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
            raise NotFound(N_("There is no such file.")) from error
        _keep(kept, f"{file.name}.{suffix}", data)
    return data, "image/png" if suffix == "png" else "image/jpeg"


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


def _keep(folder: Path, name: str, data: bytes) -> None:
    """Whole or not at all; a disk that is full only means that it is made again."""
    unfinished = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        unfinished.rename(folder / name)
    except OSError:
        unfinished.unlink(missing_ok=True)
