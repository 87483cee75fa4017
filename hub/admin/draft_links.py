"""Links to drafts, for who has no account: good until the article is out, or they are withdrawn."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.confirming import ask
from hub.admin.pages import done
from hub.admin.policy import DeskRoute, Needs
from hub.content import publishing
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import Gone, NotFound
from hub.i18n import N_
from hub.tokens import Signer, claimed
from hub.web.state import hub

# What the token of a link is for.
_SHARED = "draft"
# What anybody can claim, a database cannot always count to.
_LARGEST = 2**63 - 1


def address(request: Request, post: Post) -> str:
    """The link that is good now; empty for what readers see."""
    if post.status == "published":
        return ""
    parts = hub(request)
    token = parts.signer.sign(_SHARED, post.id, _holder(post.links_withdrawn))
    return parts.site().url(f"/admin/preview/{token}")


def post_of(tx: Transaction, signer: Signer, token: str) -> Post:
    """What a link shows. Raises Gone for a withdrawn one, NotFound for one that never was."""
    post = publishing.find(tx, min(claimed(token) or 0, _LARGEST))
    for number in reversed(range(post.links_withdrawn + 1)):
        if signer.verify(_SHARED, token, _holder(number)) is not None:
            if number == post.links_withdrawn:
                return post
            raise Gone(N_("This link was withdrawn. Ask whoever sent it for the new one."))
    raise NotFound(N_("There is no such page."))


def ask_withdraw(request: Request) -> Response:
    with hub(request).db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
    return ask(
        request,
        section="pages" if post.kind == "page" else "posts",
        title=N_("Withdraw the link to “%(title)s”?"),
        text=N_("Who has it sees nothing there any more. A new link is made, for you to give out."),
        button=N_("Withdraw it"),
        back=f"/admin/posts/{post.id}",
        values={"title": post.title},
    )


def withdraw(request: Request) -> Response:
    with hub(request).db.write() as tx:
        post = publishing.withdraw_link(tx, request.path_params["id"])
    return done(f"/admin/posts/{post.id}", "withdrawn")


def _holder(withdrawn: int) -> str:
    """Links from before any was withdrawn name no holder."""
    return str(withdrawn) if withdrawn else ""


ROUTES = [
    DeskRoute("/admin/posts/{id:int}/link", ask_withdraw, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/link", withdraw, needs=Needs.EDITOR, methods=["POST"]),
]
