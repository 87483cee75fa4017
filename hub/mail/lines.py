"""What people typed (titles, names), as one line for a header or a list.

Control characters go, since a header refuses them; what scripts and emoji are joined with stays.
"""

import re
import unicodedata

# Controls, ends of lines and paragraphs, marks that turn the direction of whatever follows, and
# what is no text: halves of surrogate pairs, a byte order mark, anchors of annotations.
_NO_TEXT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff]"
)
_SPACES = re.compile(" {2,}")
_JOINER = "\u200d"


def one_line(text: str) -> str:
    """The text in one line without control characters, spaces single."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _SPACES.sub(" ", _NO_TEXT.sub(" ", text)).strip(" ")


def cut(text: str, longest: int) -> str:
    """One line of `longest` characters at most, cut at a word, with … where it was longer."""
    text = one_line(text)
    if len(text) <= longest:
        return text
    end = text.rfind(" ", 0, longest)
    if end < longest // 2:
        # A word that is longer than half of it: cut inside, but not inside a letter or an emoji.
        end = longest - 1
        while end > 1 and (_hangs_on(text[end]) or text[end - 1] == _JOINER):
            end -= 1
    return text[:end].rstrip(" ,;:–—-") + "…"


def _hangs_on(character: str) -> bool:
    """Whether it belongs to the character before it."""
    return character == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Mc", "Sk")
