"""Smaller widths of a stored picture, as AVIF and WebP: which there are, where, and how they are
made.

Pages name them as soon as the picture is stored; each is made when a browser first asks for it
(hub/content/media_views.py) and kept in data/cache/, which may be emptied at any time.
"""

import io
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageOps, UnidentifiedImageError, features

from hub.content import mail_pictures
from hub.content.media import Shown
from hub.content.store import Size

# In pixels: a telephone, a telephone with a sharp screen, the column, the column when sharp.
STEPS = (480, 960, 1440, 1920)
# A step that saves less than this share of the width is not worth a file.
_WORTH = 0.8
# An animation stays one file; a GIF often is one.
_SHRUNK = frozenset(("image/jpeg", "image/png", "image/webp", "image/avif"))
_QUALITY = 80
# Photographs alone: a screenshot (PNG) stays sharper as it is.
_SMALLER_AS_AVIF = frozenset(("image/jpeg", "image/webp", "image/avif"))
# A build of Pillow may lack it; then pages offer WebP alone.
AVIF = bool(features.check("avif"))
# As good as WebP of 80, a tenth to a quarter smaller. A step of speed more costs a tenth of that;
# this takes 0.4 s for the largest width, 6 takes 1.3 s.
_AVIF_OPTIONS = {"quality": 60, "speed": 8, "max_threads": 1}
# A large photograph fills 150 MB while it is decoded.
_one_at_a_time = threading.Lock()


def widths(content_type: str, width: int) -> tuple[int, ...]:
    """The widths in which a picture of this type and width is offered; none for a small one."""
    if content_type not in _SHRUNK or width <= STEPS[0]:
        return ()
    largest = min(width, STEPS[-1])
    return (*(step for step in STEPS if step <= largest * _WORTH), largest)


def place(path: str, width: int, suffix: str = "webp") -> str:
    """What follows /media/ for a width of the picture at `path`."""
    return f"{path}/{width}.{suffix}"


def has_avif(content_type: str) -> bool:
    """Whether a picture of this type has its widths as AVIF too."""
    return content_type in _SMALLER_AS_AVIF


def shown(size: Size) -> Shown:
    """A stored picture with the widths that a browser may choose from; `url` is what those get
    that take none of them."""
    offered = widths(size.content_type, size.width)

    def srcset(suffix: str) -> str:
        places = (f"/media/{quote(place(size.path, w, suffix))} {w}w" for w in offered)
        return ", ".join(places)

    avif = srcset("avif") if AVIF and has_avif(size.content_type) else ""
    url = f"/media/{size.path}"
    if offered:
        url = mail_pictures.address(url, size.width, mail_pictures.PAGE)
    return Shown(url, size.width, size.height, srcset("webp"), avif)


def all_shown(sizes: Mapping[str, Size]) -> dict[str, Shown]:
    """Stored pictures by their address (`/media/…`)."""
    return {f"/media/{path}": shown(size) for path, size in sizes.items()}


def shrunk(source: Path, width: int, kind: str = "WEBP") -> bytes | None:
    """The picture as `kind` (WEBP, AVIF), `width` pixels wide; None: the original serves better.

    That is so for an animation, and where this is not smaller. Raises OSError or ValueError for
    a file that is gone or broken, and for one that cannot be made.
    """
    with _one_at_a_time, warnings.catch_warnings():
        # It was checked and counted when it was stored.
        warnings.simplefilter("ignore")
        try:
            with Image.open(source) as found:
                if getattr(found, "is_animated", False):
                    return None
                exact = found.format == "PNG" and found.width == width
                found.draft("RGB", (2 * width, 2 * width))
                picture = _upright(found)
        except UnidentifiedImageError as error:
            raise ValueError("no picture") from error
        except Image.DecompressionBombError:
            return None
        if picture.width != width:
            height = max(1, round(picture.height * width / picture.width))
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        profile = picture.info.get("icc_profile", b"")
        if kind == "AVIF":
            picture.save(out, kind, icc_profile=profile, **_AVIF_OPTIONS)
        else:
            # A screenshot in its own size stays as sharp as it is.
            options = {"lossless": True, "quality": 50} if exact else {"quality": _QUALITY}
            picture.save(out, kind, method=4, icc_profile=profile, **options)
    data = out.getvalue()
    return data if len(data) < source.stat().st_size else None


def _upright(found: Image.Image) -> Image.Image:
    profile = found.info.get("icc_profile", b"") if found.mode in ("RGB", "RGBA") else b""
    picture = ImageOps.exif_transpose(found)
    clear = "A" in picture.getbands() or "transparency" in picture.info
    picture = picture.convert("RGBA" if clear else "RGB")
    picture.info = {"icc_profile": profile} if profile else {}
    return picture
