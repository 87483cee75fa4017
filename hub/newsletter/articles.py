"""An article's own HTML as mail can show it: in blocks, so that it can be cut between them.

Mail programs know no anchors and no classes of ours, fetch pictures or do not, and Outlook knows
neither figure nor details. Pictures of other hosts become links: what a mail fetches tells who
reads it, and the reader agreed to no one else.
"""

import html
from collections.abc import Callable, Sequence

import lxml.html
from lxml.html import HtmlElement

from hub.content import mail_pictures
from hub.mail.pictures import fitted
from hub.mail.plain_text import absolute

# A portrait that fills more than a screen hides what is said about it.
_TALLEST = 720
_KEPT = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
}
_EVERYWHERE = {"lang", "dir"}
_RENAMED = {
    "h1": "h2",
    "details": "div",
    "section": "div",
    "aside": "div",
    "figure": "div",
    "summary": "p",
    "figcaption": "p",
}


def blocks(body: str, base: str) -> tuple[str, ...]:
    """The article in order, a piece of HTML each; `base` is its address on the site."""
    if not body.strip():
        return ()
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    for element in list(root.iter()):
        if element is not root and isinstance(element.tag, str):
            _adapt(element, base)
    made = [f"<p>{html.escape(root.text)}</p>"] if (root.text or "").strip() else []
    made += [lxml.html.tostring(child, encoding="unicode").strip() for child in root]
    return tuple(piece for piece in made if piece)


def most_that_fit(pieces: Sequence[str], fits: Callable[[int], bool]) -> int:
    """How many of the pieces, from the first, `fits` takes: by halves, so a dozen tries."""
    if fits(len(pieces)):
        return len(pieces)
    low, high = 0, len(pieces)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _adapt(element: HtmlElement, base: str) -> None:
    kind = element.get("class") or ""
    if "footnote-backref" in kind:
        element.drop_tree()
        return
    if element.tag == "img" and not _picture(element, base):
        return
    if element.tag == "span":
        # Colours of code: nothing that an inlined style could not cost five times over.
        element.drop_tag()
        return
    if element.tag == "a" and element.get("href"):
        element.set("href", absolute(base, element.get("href")))
    caption = element.tag == "figcaption"
    is_table = element.tag == "table"
    element.tag = _RENAMED.get(element.tag, element.tag)
    kept = (
        _KEPT.get(element.tag, set())
        | _EVERYWHERE
        | ({"style", "class"} if element.tag == "img" else set())
    )
    for name in list(element.attrib):
        if name not in kept:
            del element.attrib[name]
    if caption:
        element.set("class", "caption")
    if element.tag == "pre":
        # Code runs from the left in every language.
        element.set("dir", "ltr")
    if is_table:
        for name, value in (("class", "data"), ("cellpadding", "0"), ("cellspacing", "0")):
            element.set(name, value)


def _picture(element: HtmlElement, base: str) -> bool:
    """Make a picture of the site fit; whether it is one. Others become links to themselves."""
    source, alt = element.get("src") or "", element.get("alt") or ""
    if not source.startswith("/media/"):
        element.tag = "a"
        words = alt or source
        href = absolute(base, source)
        element.attrib.clear()
        element.set("href", href)
        element.text = words
        return False
    width, height = (_number(element.get(name)) for name in ("width", "height"))
    element.set("src", absolute(base, mail_pictures.address(source, width)))
    element.set("class", "cover")
    if width and height:
        size = fitted("", width, height, tallest=_TALLEST)
        element.set("width", str(size.width))
        element.set("height", str(size.height))
        element.set("style", f"max-width: {size.width}px")
    return True


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0
