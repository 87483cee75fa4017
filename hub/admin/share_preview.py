"""What a link to an article looks like where it is shared, shown beside its form."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.policy import DeskRoute, Needs
from hub.content import card_drawing, cards, publishing
from hub.content.model import Post
from hub.site.model import Site
from hub.web.state import hub


@dataclass(frozen=True, slots=True)
class SharedLink:
    """The parts of a share card. `picture` is an address of this site; empty for a cover that lies
    elsewhere, which the desk does not load."""

    title: str
    description: str
    site_name: str
    host: str
    picture: str
    alt: str


def of(site: Site, post: Post) -> SharedLink:
    """What the head of its page says, as it was saved."""
    own_card = f"/admin/posts/{post.id}/card.png?{cards.of_post(site, post).digest}"
    picture = post.cover or site.social_image or own_card
    return SharedLink(
        title=post.title,
        description=post.about or site.description,
        site_name=site.title,
        host=(urlsplit(post.canonical_url or site.base_url).hostname or "").removeprefix("www."),
        picture=picture if picture.startswith("/") else "",
        alt=post.cover_alt,
    )


def card(request: Request) -> Response:
    """The card of an article that readers may not see yet."""
    parts = hub(request)
    with parts.db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
    drawn = card_drawing.draw(cards.of_post(parts.site(), post), parts.settings.media)
    return Response(drawn, media_type="image/png")


ROUTES = [DeskRoute("/admin/posts/{id:int}/card.png", card, needs=Needs.EDITOR, slow=True)]
