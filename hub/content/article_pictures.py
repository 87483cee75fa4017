"""The pictures of an article as a page shows them: in the width that the window needs.

Stored HTML names the original alone, for feeds and mail, and so that articles of an older hub
profit too; a page adds the widths, what is missing of its size, and what to load first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from hub.content import picture_sizes, store
from hub.content.media import Shown
from hub.db import Transaction

# What nh3 wrote: attributes in double quotes.
_IMAGE = re.compile(r'<img src="(/media/[^"]+)"([^<>]*)>')
_ATTRIBUTE = re.compile(r'\s(width|height)="([0-9]{1,5})"')
_LAZY = ' loading="lazy"'
# The width of the column in the hub's own themes. Not `auto`: that hides a picture whose theme
# says `width: auto`.
_COLUMN, _COLUMN_PIXELS = "min(100vw, 42.5rem)", 680
# A picture that begins the article is what a reader sees first.
_NEAR_THE_TOP = 400


def for_a_page(tx: Transaction, html: str, *, below_cover: bool) -> str:
    """An article's HTML with its pictures ready for a page.

    The first picture does not wait until it is scrolled to, unless there is a cover above.
    """
    paths = {match[1].removeprefix("/media/") for match in _IMAGE.finditer(html)}
    if not paths:
        return html
    known = picture_sizes.all_shown(store.sizes(tx, paths))
    return "".join(_pieces(html, known, first_waits=below_cover))


def covers(tx: Transaction, addresses: set[str]) -> dict[str, Shown]:
    """The pictures at these addresses, as far as they are stored here."""
    paths = [address.removeprefix("/media/") for address in addresses if address]
    return picture_sizes.all_shown(store.sizes(tx, paths)) if paths else {}


def for_feeds(tx: Transaction, bodies: Iterable[str], addresses: Iterable[str]) -> dict[str, str]:
    """Of each picture in these texts and at these addresses, where feed readers find it: no wider
    than a page shows it."""
    found = {match[1] for html in bodies for match in _IMAGE.finditer(html)} | set(addresses)
    return {address: shown.url for address, shown in covers(tx, found).items()}


def at(html: str, places: Mapping[str, str]) -> str:
    """An article's HTML with its pictures at other addresses, as `for_feeds` names them."""
    return _IMAGE.sub(lambda match: f'<img src="{places.get(match[1], match[1])}"{match[2]}>', html)


def _pieces(html: str, known: Mapping[str, Shown], *, first_waits: bool) -> Iterator[str]:
    end = 0
    for match in _IMAGE.finditer(html):
        yield html[end : match.start()]
        first = end == 0 and not first_waits
        yield _picture(match, known.get(match[1]), first, match.start() < _NEAR_THE_TOP)
        end = match.end()
    yield html[end:]


def _picture(match: re.Match[str], picture: Shown | None, first: bool, near_top: bool) -> str:
    rest = match[2]
    if first:
        rest = rest.replace(_LAZY, ' fetchpriority="high"' if near_top else "")
    if picture is None:
        return f'<img src="{match[1]}"{rest}>'
    written = {name: int(number) for name, number in _ATTRIBUTE.findall(rest)}
    rest = _ATTRIBUTE.sub("", rest)
    width, height = _laid_out(picture, written.get("width", 0), written.get("height", 0))
    image = f'<img src="{picture.url}" width="{width}" height="{height}"{rest}>'
    if not picture.srcset:
        return image
    sizes = _COLUMN if width >= _COLUMN_PIXELS else f"min(100vw, {width}px)"
    kinds = (("avif", picture.avif_srcset), ("webp", picture.srcset))
    sources = "".join(
        f'<source type="image/{kind}" srcset="{srcset}" sizes="{sizes}">'
        for kind, srcset in kinds
        if srcset
    )
    return f"<picture>{sources}{image}</picture>"


def _laid_out(picture: Shown, width: int, height: int) -> tuple[int, int]:
    """The size that the author wrote, with what is missing of it; else the picture's own."""
    if width and height:
        return width, height
    if width:
        return width, max(1, round(width * picture.height / picture.width))
    if height:
        return max(1, round(height * picture.width / picture.height)), height
    return picture.width, picture.height
