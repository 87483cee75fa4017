"""A mail or a page as a light or a dark screen shows it, whatever the owner's own is.

It asks by a media query, and a browser answers for the whole screen. So the question is answered
in the copy that is shown: the same rules apply as where they are obeyed, and nothing else is
changed.
"""

import re
from typing import Literal

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# What is always so, and what never is.
_YES, _NO = "(min-width:0px)", "(min-width:999999px)"
_PLACES = re.compile(
    r"(<style\b[^>]*>)(.*?)(</style\s*>)|(\bmedia=\"[^\"]*\")|(<meta\b[^>]*color-scheme[^>]*>)",
    re.IGNORECASE | re.DOTALL,
)
_ASKED = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<![\w-])(color-scheme\s*:)[^;}]*", re.IGNORECASE)
_CONTENT = re.compile(r"content=\"[^\"]*\"", re.IGNORECASE)


def seen(html: str, scheme: Scheme) -> str:
    """HTML with the question for light or dark answered, in its own rules and links to sheets."""

    def answer(found: re.Match[str]) -> str:
        if found[4]:
            return _answered(found[4], scheme)
        if found[5]:
            return _CONTENT.sub(f'content="{scheme}"', found[5])
        return f"{found[1]}{sheet(found[2], scheme)}{found[3]}"

    return _PLACES.sub(answer, html)


def sheet(css: str, scheme: Scheme) -> str:
    """A style sheet with the question answered."""
    return _SCHEME.sub(rf"\1 {scheme}", _answered(css, scheme))


def _answered(rules: str, scheme: Scheme) -> str:
    return _ASKED.sub(lambda asked: _YES if asked[1].lower() == scheme else _NO, rules)


def named(name: str) -> Scheme:
    """One of the two; light for anything else."""
    return next((scheme for scheme in SCHEMES if scheme == name), SCHEMES[0])
