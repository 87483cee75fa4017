"""What pictures show, in words: whether a text says it, and words that only stood for it."""

import re

from hub import i18n
from hub.i18n import N_

# A line that the desk writes or shows asks for a description with these words.
_STAND_INS = (N_("what the picture shows"), N_("what it shows"))
_MISSING = re.compile(r'<img [^>]*\balt=""')


def without_stand_ins(markdown: str) -> str:
    """The text in which words that nobody typed describe no picture, in any language."""
    return _stand_ins().sub("![](", markdown)


def missing(html: str) -> int:
    """How many pictures of a rendered text have no description."""
    return len(_MISSING.findall(html))


def _stand_ins() -> re.Pattern[str]:
    words = {i18n.translate(code, text) for code in i18n.LANGUAGES for text in _STAND_INS}
    return re.compile(rf"!\[\s*(?:{'|'.join(map(re.escape, sorted(words)))})\s*\]\((?=/media/)")
