"""What may stand in an article: nh3 with a list of what is allowed, and nothing else.

It runs twice: before pictures, tables and embedded pages are brought into the site's
form, and at the very end, so that nothing done in between can open a hole.
"""

import re

import nh3
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]  # no stubs here

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PLAIN = (
    *("p", "br", "hr", "blockquote", "pre", "em", "strong", "b", "i", "u", "s", "del", "ins"),
    *("small", "mark", "cite", "dfn", "var", "samp", "kbd", "figure", "figcaption"),
    *("ul", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "summary"),
    *("sub", "wbr", "section", "aside", "ruby", "rt", "rp"),
)
_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set() for tag in _PLAIN},
    **{tag: {"id"} for tag in _HEADINGS},
    "*": {"lang", "dir"},
    "a": {"href", "title", "id"},
    "abbr": {"title"},
    "code": set(),
    "details": {"open"},
    "div": {"id", "role", "tabindex", "aria-label"},
    "img": {"src", "alt", "title", "width", "height", "loading", "decoding"},
    "li": {"id", "value"},
    "ol": {"start", "reversed"},
    "p": {"id"},
    "q": {"cite"},
    "span": {"id"},
    "sup": {"id"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
}
_CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "div": {"codehilite", "footnote", "table-scroll"},
    "em": {"missing-picture"},
    "p": {"embedded"},
    "span": {name for name in STANDARD_TYPES.values() if name},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_GONE_WITH_CONTENT = {"script", "style", "template", "noscript", "noembed", "title", "xmp"}
_NUMBER = re.compile(r"[0-9]{1,5}")
_ID = re.compile(r"[\w:.\-]{1,200}")
_FIXED = {
    "align": re.compile(r"left|right|center"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    "role": re.compile(r"region|group"),
    "tabindex": re.compile(r"0"),
    "loading": re.compile(r"lazy"),
    "decoding": re.compile(r"async"),
    "id": _ID,
    **dict.fromkeys(("width", "height", "colspan", "rowspan", "start", "value"), _NUMBER),
}
# Become links on the way; never in what readers get.
EMBEDDED = ("iframe", "video", "audio", "source", "embed")


def _allowed(_tag: str, attribute: str, value: str) -> str | None:
    form = _FIXED.get(attribute)
    return value if form is None or form.fullmatch(value) else None


def _cleaner(extra: dict[str, set[str]]) -> nh3.Cleaner:
    attributes = {**_ATTRIBUTES, **extra}
    return nh3.Cleaner(
        tags=set(attributes) - {"*"},
        attributes=attributes,
        attribute_filter=_allowed,
        allowed_classes=_CLASSES,
        clean_content_tags=_GONE_WITH_CONTENT,
        url_schemes=_SCHEMES,
        link_rel="noopener",
    )


_FIRST = _cleaner({tag: {"src"} for tag in EMBEDDED})
_LAST = _cleaner({})


def first_pass(html: str) -> str:
    """Clean, with the tags of EMBEDDED left in; every attribute is written `name="value"`."""
    return _FIRST.clean(html)


def last_pass(html: str) -> str:
    """Clean; what comes out is safe to show."""
    return _LAST.clean(html)
