"""An article made ready for its page: what is added to the stored text, and stands in its head."""

from dataclasses import dataclass

from hub.content import article_pictures, link_cards, outline, sharing, translations
from hub.content.media import Shown
from hub.content.model import Post
from hub.content.sharing import ShareImage
from hub.content.translations import Reading
from hub.db import Transaction
from hub.site.model import Site


@dataclass(frozen=True, slots=True)
class Dressed:
    """`cover_picture` is None for a cover that is not stored here, and where there is none.

    `readings` are the languages it can be read in, its own among them; none when it is the only
    one.
    """

    body: str
    cover_picture: Shown | None
    share_image: ShareImage
    readings: tuple[Reading, ...]


def dress(tx: Transaction, site: Site, post: Post, *, code_label: str) -> Dressed:
    """The article for a page in the site's language."""
    html = article_pictures.for_a_page(tx, post.html, below_cover=bool(post.cover))
    # What was first published elsewhere is no version of ours.
    versions = () if post.canonical_url else translations.versions(tx, post)
    return Dressed(
        body=link_cards.for_a_page(tx, site, outline.for_a_page(html, code_label=code_label)),
        cover_picture=article_pictures.covers(tx, {post.cover}).get(post.cover),
        share_image=sharing.of_post(tx, site, post),
        readings=translations.readings(versions, post, site.language),
    )
