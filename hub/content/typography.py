"""Spaces that French sets and a line must not break at (Imprimerie nationale, Lexique).

An author types an ordinary space before « ; » and « ? »; what readers get holds together.
"""

import re

NARROW, WIDE = "\u202f", "\u00a0"
_SPACE = "[ \u00a0\u202f]"
_BEFORE_NARROW = re.compile(rf"(?<=\S){_SPACE}(?=[;!?]+(?:\W|$))")
_BEFORE_WIDE = re.compile(rf"(?<=\S){_SPACE}(?=:(?:\s|$)|»)")
_AFTER_WIDE = re.compile(rf"(?<=«){_SPACE}(?=\S)")
# Tags, and whatever is not prose: its spaces are its own.
_NOT_PROSE = re.compile(r"<(pre|code|kbd|samp|var|math)\b[^>]*>.*?</\1>|<[^>]*>", re.DOTALL)


def speaks(language: str) -> bool:
    """Whether these rules are those of a language."""
    return language.partition("-")[0].lower() == "fr"


def bound(text: str) -> str:
    """French text whose signs stay with their words."""
    text = _BEFORE_NARROW.sub(NARROW, text)
    text = _BEFORE_WIDE.sub(WIDE, text)
    return _AFTER_WIDE.sub(WIDE, text)


def bound_html(html: str) -> str:
    """The same in sanitised HTML, outside code; tags stay as they are.

    An entity ends in « ; » without a space before it, so it is never touched.
    """
    made, end = list[str](), 0
    for tag in _NOT_PROSE.finditer(html):
        made += (bound(html[end : tag.start()]), tag.group())
        end = tag.end()
    return "".join((*made, bound(html[end:])))
