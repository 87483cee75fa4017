"""Text for people who read mail as text: wrapped lines, titles set off, links on their own lines.

`from_html` reads what the hub itself wrote (cleaned by nh3); it is no converter for other HTML.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from urllib.parse import urljoin

import lxml.html
from lxml.html import HtmlElement

WIDTH = 72
_BLOCKS = frozenset(
    "p div section aside details summary figure figcaption h1 h2 h3 h4 h5 h6 ul ol dl dt dd"
    " blockquote pre table hr".split()
)


def wrapped(text: str, width: int = WIDTH, *, first: str = "", rest: str = "") -> str:
    """Each line of the text as lines of `width` columns at most; a long word is not cut.

    `first` stands in front of the first line, `rest` in front of the others.
    """
    made: list[str] = []
    for line in text.split("\n"):
        start = rest if made else first
        made += textwrap.wrap(
            line,
            width,
            initial_indent=start,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [start.rstrip()]
    return "\n".join(made)


def underlined(text: str, mark: str = "-") -> str:
    """A title, wrapped, with a line of `mark` under it that is as long as it looks."""
    title = wrapped(text)
    longest = max(columns(line) for line in title.split("\n"))
    return f"{title}\n{mark * min(WIDTH, longest)}"


def isolated(text: str) -> str:
    """A name whose letters may run the other way than the line it stands in (UAX 9, isolates)."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text):
        return f"\u2068{text}\u2069"
    return text


def columns(text: str) -> int:
    """How many columns a text takes: signs of East Asia and emoji take two, accents none."""
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(c) in ("W", "F")
        else 1
        for c in text
    )


def from_html(html: str, base: str) -> str:
    """An article as text; links are numbered in it and listed below. `base` is its address."""
    if not html.strip():
        return ""
    reader = _Reader(base)
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    text = "\n\n".join(reader.blocks(root))
    listed = "\n".join(f"[{n}] {url}" for n, url in enumerate(reader.links, 1))
    return f"{text}\n\n{listed}" if listed else text


def absolute(base: str, href: str) -> str:
    """The address that `href` means on the page at `base`; what is no address stays."""
    try:
        return urljoin(base, href.strip())
    except ValueError:  # brackets that are no IPv6 address
        return href


class _Reader:
    def __init__(self, base: str) -> None:
        self._base = base
        self.links: list[str] = []

    def blocks(self, parent: HtmlElement, width: int = WIDTH) -> list[str]:
        """What is in an element, a text each block."""
        made: list[str] = []
        inline: list[str] = [parent.text or ""]

        def flush() -> None:
            text = _tidy("".join(inline))
            inline.clear()
            if text:
                made.append(wrapped(text, width))

        for child in parent:
            if isinstance(child.tag, str) and child.tag in _BLOCKS:
                flush()
                made += [text for text in self._block(child, width) if text]
            else:
                inline.append(self._inline(child))
            inline.append(child.tail or "")
        flush()
        return made

    def _block(self, element: HtmlElement, width: int) -> Iterator[str]:
        tag = element.tag
        if tag in ("h1", "h2"):
            yield underlined(_tidy(self._words(element)))
        elif tag in ("h3", "h4", "h5", "h6"):
            yield wrapped(_tidy(self._words(element)), width)
        elif tag in ("ul", "ol"):
            yield self._list(element, width)
        elif tag == "blockquote":
            quoted = "\n\n".join(self.blocks(element, max(20, width - 2)))
            yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        elif tag == "dd":
            yield textwrap.indent("\n\n".join(self.blocks(element, max(20, width - 4))), "    ")
        elif tag == "pre":
            yield textwrap.indent(element.text_content().strip("\n"), "    ")
        elif tag == "hr":
            yield "* * *"
        elif tag == "table":
            yield self._table(element)
        else:
            yield from self.blocks(element, width)

    def _list(self, element: HtmlElement, width: int) -> str:
        items = [child for child in element if child.tag == "li"]
        number = int(element.get("start") or 1)
        made: list[str] = []
        for item in items:
            mark = f"{number}. " if element.tag == "ol" else "- "
            number += 1
            inside = "\n\n".join(self.blocks(item, max(20, width - len(mark))))
            made.append(mark + textwrap.indent(inside, " " * len(mark))[len(mark) :])
        # Items of several paragraphs are set apart.
        return ("\n\n" if any("\n\n" in item for item in made) else "\n").join(made)

    def _table(self, element: HtmlElement) -> str:
        rows = (
            " | ".join(_tidy(self._words(cell)) for cell in row if cell.tag in ("td", "th"))
            for row in element.iter("tr")
        )
        return "\n".join(row for row in rows if row)

    def _words(self, element: HtmlElement) -> str:
        inside = "".join(self._inline(child) + (child.tail or "") for child in element)
        return (element.text or "") + inside

    def _inline(self, element: HtmlElement) -> str:
        tag = element.tag
        if not isinstance(tag, str):
            return ""
        if tag == "br":
            return "\0"
        if tag == "img":
            alt = " ".join((element.get("alt") or "").split())
            return f"[{alt}]" if alt else ""
        if tag == "a":
            return self._link(element)
        return self._words(element)

    def _link(self, element: HtmlElement) -> str:
        words = self._words(element)
        kind, href = element.get("class") or "", element.get("href") or ""
        if "footnote-backref" in kind:
            return ""
        if "footnote-ref" in kind:
            return f" ({words.strip()})"
        if not href or href.startswith("#"):
            return words
        url = absolute(self._base, href)
        if words.strip() in (url, url.removeprefix("mailto:")):
            return words
        if url not in self.links:
            self.links.append(url)
        return f"{words} [{self.links.index(url) + 1}]"


def _tidy(text: str) -> str:
    """White space as HTML shows it: single spaces, and ends of lines only where there is a br."""
    lines = (re.sub(r"[ \t\r\n\f]+", " ", line).strip() for line in text.split("\0"))
    return "\n".join(lines).strip("\n")
