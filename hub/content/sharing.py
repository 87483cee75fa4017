"""The picture that is shown where a link to a page is shared: a cover, the owner's, or a card."""

from dataclasses import dataclass

from hub.content import cards, mail_pictures, media
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
        return _picture(tx, site, post.cover, post.cover_alt or post.title)
    if site.social_image:
        return of_site(tx, site)
    address = cards.address(cards.of_post(site, post), post)
    return ShareImage(site.url(address), cards.WIDTH, cards.HEIGHT, post.title)


def of_site(tx: Transaction, site: Site) -> ShareImage:
    """What stands for the site: the owner's picture, or a card with its name."""
    if site.social_image:
        return _picture(tx, site, site.social_image, site.title)
    address = cards.address(cards.of_site(site))
    return ShareImage(site.url(address), cards.WIDTH, cards.HEIGHT, site.title)


def _picture(tx: Transaction, site: Site, address: str, alt: str) -> ShareImage:
    """A picture no wider than networks take; one that is not stored here as it is."""
    found = media.picture(tx, address)
    if found is None:
        return ShareImage(site.url(address) if address.startswith("/") else address, 0, 0, alt)
    place = mail_pictures.address(address, found.width, mail_pictures.PAGE)
    width = found.width if place == address else min(found.width, mail_pictures.PAGE.widest)
    return ShareImage(site.url(place), width, found.height * width // found.width, alt)
