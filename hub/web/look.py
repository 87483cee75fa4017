"""What the owner's choices add to a theme: the accent as a style sheet, and the icons."""

import io
import threading
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hub.errors import NotFound
from hub.i18n import N_
from hub.mail import headers
from hub.mail.pictures import Picture, fitted
from hub.site import colours
from hub.site.colours import Tones
from hub.site.model import Site

ICONS = {"icon.png": 96, "touch.png": 180}
_NO_ACCENT = "#0b5f50"
_WIDEST_LOGO, _TALLEST_LOGO = 280, 64
# A large photograph fills 150 MB while it is decoded.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Look:
    """Addresses for the head of a page; `accent_url` and `touch_icon_url` may be empty."""

    accent_url: str
    icon_url: str
    icon_type: str
    touch_icon_url: str


@dataclass(frozen=True, slots=True)
class Accent:
    """The owner's colour as mail uses it, on light and on dark."""

    day: Tones
    night: Tones


def of(site: Site) -> Look:
    """The look of a site: each address changes with what it gives."""
    accent = f"/assets/{site.accent_colour[1:]}/accent.css" if site.accent_colour else ""
    if not site.icon:
        return Look(accent, "/assets/icon.svg", "image/svg+xml", "")
    digest = digest_of(site.icon)
    return Look(accent, f"/assets/{digest}/icon.png", "image/png", f"/assets/{digest}/touch.png")


def digest_of(address: str) -> str:
    """What changes with a picture's bytes: the name of its file."""
    return Path(address).stem


def accent_sheet(colour: str) -> str:
    """Custom properties that beat those of every theme, on screens; paper stays black and white."""
    return (
        f"@media screen{{:root{{{_properties(colours.by_day(colour))}}}}}\n"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root{{{_properties(colours.by_night(colour))}}}}}\n"
    )


def in_mail(site: Site, media: Path) -> dict[str, object]:
    """What mail templates get beside their own: `accent` (or none) and `logo` (or none).

    A logo whose file is gone is none: the name stands in its place.
    """
    colour = site.accent_colour
    site = replace(site, base_url=headers.ascii_url(site.base_url))
    return {
        "accent": Accent(colours.by_day(colour), colours.by_night(colour)) if colour else None,
        "logo": _logo(site, media) if site.logo else None,
    }


def letter(site: Site) -> str:
    """The icon of a site that chose none: the first letter of its name, on the accent (SVG)."""
    ground = colours.by_day(site.accent_colour or _NO_ACCENT).accent
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="14" fill="{ground}"/>'
        '<text x="32" y="46" text-anchor="middle" fill="#fff" font-family="Georgia,serif"'
        f' font-size="42" font-weight="700">{escape(site.title[:1].upper() or "·")}</text></svg>'
    )


def icon(media: Path, address: str, name: str) -> bytes:
    """The picture at /media/… as a square PNG, as large as ICONS says. Raises NotFound."""
    size = ICONS[name]
    file = (media / address.removeprefix("/media/")).resolve()
    if not file.is_relative_to(media.resolve()):
        raise NotFound(N_("There is no such file."))
    try:
        with _one_at_a_time, Image.open(file) as found:
            found.draft("RGB", (2 * size, 2 * size))
            picture = ImageOps.exif_transpose(found).convert("RGBA")
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise NotFound(N_("There is no such file.")) from error
    square = ImageOps.pad(picture, (size, size), color=(255, 255, 255, 0))
    if name == "touch.png":
        # A telephone puts black under what is clear.
        ground = Image.new("RGBA", square.size, "white")
        square = Image.alpha_composite(ground, square).convert("RGB")
    out = io.BytesIO()
    square.save(out, "PNG", optimize=True)
    return out.getvalue()


def _logo(site: Site, media: Path) -> Picture | None:
    try:
        with Image.open(media / site.logo.removeprefix("/media/")) as found:
            width, height = found.size  # of the head of the file: nothing is decoded
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    return fitted(site.url(site.logo), width, height, widest=_WIDEST_LOGO, tallest=_TALLEST_LOGO)


def _properties(tones: Tones) -> str:
    return (
        f"--accent:{tones.accent};--accent-strong:{tones.strong};"
        f"--on-accent:{tones.on_accent};--accent-wash:{tones.wash}"
    )
