"""The accent colour made readable: what the owner chose, as dark or as light as text must be.

Contrast is that of WCAG 2.2 (§1.4.3): 4.5 to 1 at least, on every ground that the hub's themes
put under it, by day and by night.
"""

import colorsys
import re
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-f]{6}")
LEAST_CONTRAST = 4.5

# The darkest ground of a light page, the lightest of a dark one, and their papers.
_DAY, _NIGHT = "#e4e7ec", "#252b3b"
_DAY_PAPER, _NIGHT_PAPER = "#ffffff", "#14161b"
_STEP = 0.01

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Tones:
    """One accent: for links and buttons, when pointed at, the text on it, and a wash of it."""

    accent: str
    strong: str
    on_accent: str
    wash: str


def by_day(colour: str) -> Tones:
    """The tones on light pages of a colour such as `#0b5f50`."""
    accent = readable(colour, _DAY)
    return Tones(
        accent,
        _mixed(accent, "#000000", 0.3),
        "#ffffff",
        _mixed(accent, _DAY_PAPER, 0.92),
    )


def by_night(colour: str) -> Tones:
    """The tones on dark pages."""
    accent = readable(colour, _NIGHT)
    return Tones(
        accent,
        _mixed(accent, "#ffffff", 0.4),
        _NIGHT_PAPER,
        _mixed(accent, _NIGHT_PAPER, 0.9),
    )


def readable(colour: str, ground: str) -> str:
    """The colour nearest in lightness that has enough contrast on this ground; its hue stays."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    step = _STEP if _luminance(_parts(ground)) < 0.5 else -_STEP
    found = colour
    while contrast(found, ground) < LEAST_CONTRAST:
        lightness = min(1.0, max(0.0, lightness + step))
        found = _text(colorsys.hls_to_rgb(hue, lightness, saturation))
        if lightness in (0.0, 1.0):
            break
    return found


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    dark, light = sorted((_luminance(_parts(one)), _luminance(_parts(other))))
    return (light + 0.05) / (dark + 0.05)


def _mixed(one: str, other: str, share: float) -> str:
    """`share` of the other colour in one."""
    red, green, blue = (
        a * (1 - share) + b * share for a, b in zip(_parts(one), _parts(other), strict=True)
    )
    return _text((red, green, blue))


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> Rgb:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def _text(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
