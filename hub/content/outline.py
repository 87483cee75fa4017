"""What a page adds to an article's stored HTML: anchors at its headings, and its contents.

Feeds and mail get the stored HTML as it is; only a page has a place for these.
"""

import html
import re
from dataclasses import dataclass

from hub.i18n import N_

# The HTML comes from nh3: attributes are in double quotes, every tag is closed.
_HEADING = re.compile(r'<h([2-4]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CODE = '<div class="codehilite">'
_TABLE = '<div class="table-scroll" role="group"'
_OLD_TABLE = '<div class="table-scroll" role="region"'
# What a reader who hears the page is told of a block of code.
CODE_LABEL = N_("Code")
# Below this an article is seen at a glance.
LEAST_HEADINGS = 3
LEAST_MINUTES = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article; `text` is plain, `url` leads to it on its own page."""

    url: str
    text: str


def contents(article: str, reading_minutes: int) -> tuple[Heading, ...]:
    """The chapters (h2) of an article that is long enough to need a list of them, else nothing."""
    if reading_minutes < LEAST_MINUTES:
        return ()
    found = [
        Heading(f"#{html.unescape(match[2])}", " ".join(_plain(match[3]).split()))
        for match in _HEADING.finditer(article)
        if match[1] == "2"
    ]
    return tuple(found) if len(found) >= LEAST_HEADINGS else ()


def for_a_page(article: str, *, code_label: str) -> str:
    """The article with a link at each heading, and code that a keyboard can scroll.

    The links are for the pointer alone: a screen reader hears headings, not their signs.
    """
    sign = r'<a class="anchor" href="#\2" aria-hidden="true" tabindex="-1">#</a>'
    anchored = _HEADING.sub(rf'<h\1 id="\2">\3 {sign}</h\1>', article)
    label = html.escape(code_label)
    # What an older version of the hub rendered: a page with many regions has none.
    anchored = anchored.replace(_OLD_TABLE, _TABLE)
    return anchored.replace(
        _CODE, f'<div class="codehilite" role="group" tabindex="0" aria-label="{label}">'
    )


def _plain(fragment: str) -> str:
    return html.unescape(_TAG.sub("", fragment))
