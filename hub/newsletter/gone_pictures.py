"""Pictures that an article, an intro or a letter shows and that are not on the disk any more.

A mail cannot be mended after it has left: such a picture is left out, its description stands in
its place, and the owner is told in the preview and in the log.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import lxml.html

from hub.newsletter.intros import Intro
from hub.newsletter.model import DigestPost

_MEDIA = "/media/"
_SOURCE = re.compile(r'\bsrc="(/media/[^"]+)"')


def left_out(
    posts: Sequence[DigestPost], media: Path
) -> tuple[tuple[DigestPost, ...], tuple[str, ...]]:
    """The posts without pictures that `media` does not hold, and the names of those."""
    mended, gone = list[DigestPost](), list[str]()
    for post in posts:
        if post.cover_size is not None and not _is_there(post.cover, media):
            gone.append(_name(post.cover))
            post = replace(post, cover="", cover_size=None)
        article, missing = out_of(post.html, media)
        gone += missing
        mended.append(replace(post, html=article))
    return tuple(mended), tuple(dict.fromkeys(gone))


def out_of(html: str, media: Path) -> tuple[str, tuple[str, ...]]:
    """The HTML with descriptions in the places of pictures that are gone, and their names."""
    sources = dict.fromkeys(_SOURCE.findall(html))
    gone = {source for source in sources if not _is_there(source, media)}
    if not gone:
        return html, ()
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for picture in list(root.iter("img")):
        if picture.get("src") in gone:
            picture.tag, picture.text = "em", picture.get("alt") or ""
            picture.attrib.clear()
    made = lxml.html.tostring(root, encoding="unicode")
    names = tuple(_name(source) for source in sources if source in gone)
    return made.removeprefix("<div>").removesuffix("</div>"), names


def out_of_intro(intro: Intro | None, media: Path) -> tuple[Intro | None, tuple[str, ...]]:
    """The same of an intro, where there is one."""
    if intro is None:
        return None, ()
    html, gone = out_of(intro.html, media)
    return replace(intro, html=html), gone


def _name(address: str) -> str:
    return unquote(address).removeprefix(_MEDIA)


def _is_there(address: str, media: Path) -> bool:
    return (media / _name(address)).is_file()
