"""A mail's HTML as a light or a dark mail program shows it, whatever the owner's own screen is.

A mail asks its program by a media query, and a browser answers for the whole screen. So the
question is answered in the copy that is shown: the same rules apply as in a mail program that
obeys them, and nothing else is changed.
"""

import re
from typing import Literal

Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
# What is always so, and what never is.
_YES, _NO = "(min-width:0px)", "(min-width:999999px)"
_PLACES = re.compile(
    r"(<style\b[^>]*>)(.*?)(</style\s*>)|(\bmedia=\"[^\"]*\")|(<meta\b[^>]*color-scheme[^>]*>)",
    re.IGNORECASE | re.DOTALL,
)
_ASKED = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![\w-])(color-scheme\s*:)[^;}]*", re.IGNORECASE)
_CONTENT = re.compile(r"content=\"[^\"]*\"", re.IGNORECASE)


def seen(html: str, look: Look) -> str:
    """The HTML of a mail with the question for light or dark answered."""

    def answer(found: re.Match[str]) -> str:
        if found[4]:
            return _answered(found[4], look)
        if found[5]:
            return _CONTENT.sub(f'content="{look}"', found[5])
        rules = _SCHEME.sub(rf"\1 {look}", _answered(found[2], look))
        return f"{found[1]}{rules}{found[3]}"

    return _PLACES.sub(answer, html)


def _answered(rules: str, look: Look) -> str:
    return _ASKED.sub(lambda asked: _YES if asked[1].lower() == look else _NO, rules)
