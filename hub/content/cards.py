"""The picture that stands for a page where its link is shared: what is on it, and its address."""

import hashlib
from dataclasses import astuple, dataclass

from hub import i18n, public_address
from hub.content.model import Post
from hub.site import colours
from hub.site.model import Site

WIDTH, HEIGHT = 1200, 630
# Changes with how cards are drawn, so that those of an older hub are drawn again.
_DRAWING = "1"
_NO_ACCENT = "#0b5f50"


@dataclass(frozen=True, slots=True)
class Card:
    """What is seen on a card. `logo` follows /media/, or is empty; colours are `#rrggbb`.

    `title` is empty on the card of the site itself, whose name then stands large.
    """

    title: str
    name: str
    host: str
    logo: str
    accent: str
    wash: str
    right_to_left: bool

    @property
    def digest(self) -> str:
        """Changes with anything that is seen."""
        seen = repr((_DRAWING, *astuple(self)))
        return hashlib.sha256(seen.encode(errors="replace")).hexdigest()[:16]


def of_site(site: Site) -> Card:
    """The card of pages that are no article."""
    return _card(site, "", site.language)


def of_post(site: Site, post: Post) -> Card:
    """The card of an article or page."""
    return _card(site, post.title, post.language or site.language)


def address(card: Card, post: Post | None = None) -> str:
    """Where the hub serves it: a new look has a new address."""
    return f"/assets/{card.digest}/cards/{post.id if post else 'site'}.png"


def _card(site: Site, title: str, language: str) -> Card:
    tones = colours.by_day(site.accent_colour or _NO_ACCENT)
    return Card(
        title=title,
        name=site.title,
        host=public_address.readable(site.base_url),
        logo=site.logo.removeprefix("/media/"),
        accent=tones.accent,
        wash=tones.wash,
        right_to_left=i18n.direction(language) == "rtl",
    )
