"""The picture that is shown where a link to a page is shared: a cover, the owner's, or a card."""

from dataclasses import dataclass

from hub.content import cards, media
from hub.content.model import Post
from hub.db import Transaction
from hub.site.model import Site


@dataclass(frozen=True, slots=True)
class ShareImage:
    """An absolute address; the size in pixels is 0 × 0 where nobody knows it."""

    url: str
    width: int
    height: int
    alt: str


def of_post(tx: Transaction, site: Site, post: Post) -> ShareImage:
    """The cover of an article; else what stands for the site, or a card with its title."""
    if post.cover:
        found = media.picture(tx, post.cover)
        url = site.url(post.cover) if post.cover.startswith("/") else post.cover
        size = (found.width, found.height) if found else (0, 0)
        return ShareImage(url, *size, post.cover_alt or post.title)
    if site.social_image:
        return of_site(tx, site)
    address = cards.address(cards.of_post(site, post), post)
    return ShareImage(site.url(address), cards.WIDTH, cards.HEIGHT, post.title)


def of_site(tx: Transaction, site: Site) -> ShareImage:
    """What stands for the site: the owner's picture, or a card with its name."""
    if site.social_image:
        found = media.picture(tx, site.social_image)
        size = (found.width, found.height) if found else (0, 0)
        return ShareImage(site.url(site.social_image), *size, site.title)
    address = cards.address(cards.of_site(site))
    return ShareImage(site.url(address), cards.WIDTH, cards.HEIGHT, site.title)
