"""Which typeface can show a text on a card.

The one that comes with Pillow is always there and knows no letter with an accent; those of the
system know more (apt: fonts-dejavu-core, or the Noto fonts for what that lacks).
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from PIL import ImageFont, features

Font = ImageFont.FreeTypeFont

# By the names of their files, the better looking first; the last ones know other scripts.
_FILES = (
    *("NotoSerif-Bold.ttf", "SourceSerif4-Bold.otf", "DejaVuSerif-Bold.ttf"),
    *("LiberationSerif-Bold.ttf", "Georgia Bold.ttf", "georgiab.ttf", "FreeSerifBold.ttf"),
    *("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf", "Arial Bold.ttf"),
    *("NotoSansArabic-Bold.ttf", "NotoSansHebrew-Bold.ttf", "NotoSansDevanagari-Bold.ttf"),
    *("NotoSansThai-Bold.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf"),
    *("NotoSerifCJK-Bold.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc", "Arial Unicode.ttf"),
)
# What Unicode does not take apart, and typographer's signs.
_FOLDED = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "…": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2011": "-",
}
# With less than this share of its letters a text says something else.
_ENOUGH = 0.8
_PROBE = 32
# No typeface has these: for one it draws the box that says so.
_NOBODYS = "\uffff"
# Scripts whose letters change with their neighbours, by the first word of a letter's name.
_SHAPED = ("ARABIC", "HEBREW", "SYRIAC", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "KHMER")


@dataclass(frozen=True, slots=True)
class Setting:
    """A text as it can be shown, and its typeface: a file, or empty for Pillow's own."""

    text: str
    file: str

    def font(self, size: int) -> Font:
        """The typeface, `size` pixels high."""
        return _font(self.file, size)


def fitting(text: str) -> Setting | None:
    """The text in the typeface that shows the most of it.

    What that one lacks loses its accent or is left out (emoji). None when too little is left.
    """
    text = " ".join(text.split())
    if not features.check("raqm") and any(map(_is_shaped, text)):
        return None
    file = max((*_present(), ""), key=lambda each: sum(_has(each, c) for c in text))
    shown = " ".join("".join(_shown(c, file) for c in text).split())
    letters, left = sum(map(str.isalnum, text)), sum(map(str.isalnum, shown))
    return Setting(shown, file) if left and left >= _ENOUGH * letters else None


def _shown(character: str, file: str) -> str:
    if _has(file, character):
        return character
    folded = _FOLDED.get(character)
    if folded is None:
        parts = unicodedata.normalize("NFKD", character)
        folded = "".join(part for part in parts if not unicodedata.combining(part))
    return folded if all(_has(file, c) for c in folded) else ""


@cache
def _present() -> tuple[str, ...]:
    """The typefaces of this machine, as paths."""
    found = []
    for name in _FILES:
        try:
            found.append(str(ImageFont.truetype(name, _PROBE).path))
        except OSError:
            continue
    return tuple(found)


@lru_cache(maxsize=64)
def _font(file: str, size: int) -> Font:
    if file:
        return ImageFont.truetype(file, size)
    own = ImageFont.load_default(size)
    assert isinstance(own, Font)  # a bitmap only where Pillow was built without FreeType
    return own


@lru_cache(maxsize=20_000)
def _has(file: str, character: str) -> bool:
    if character == " ":
        return True
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return False
    return _drawn(file, character) != _drawn(file, _NOBODYS)


@lru_cache(maxsize=1_000)
def _drawn(file: str, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(file, _PROBE).getmask(character)
    return mask.size, bytes(mask)


def _is_shaped(character: str) -> bool:
    return character > "\u058f" and unicodedata.name(character, "").startswith(_SHAPED)
