"""The versions of a post at the desk: the list, and what one changed."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.content import differences, publishing, revisions
from hub.i18n import N_
from hub.web.state import hub

# What is said about a text, in the order of the form.
LABELS = {
    "title": N_("Title"),
    "slug": N_("Address"),
    "excerpt": N_("Summary"),
    "description": N_("Description"),
    "topics": N_("Topics"),
    "authors": N_("Authors"),
    "newsletter": N_("Newsletter"),
    "language": N_("Language"),
    "cover": N_("Cover picture"),
    "cover_alt": N_("What the cover shows"),
    "audio": N_("Sound"),
    "translation_of": N_("Translation of"),
    "canonical_url": N_("Original address"),
}


def overview(request: Request) -> Response:
    """Every version, the newest first."""
    with hub(request).db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
        found = revisions.of_post(tx, post.id)
    return desk_page(
        request,
        "admin/revisions.html",
        section="pages" if post.kind == "page" else "posts",
        post=post,
        found=found,
    )


def one(request: Request) -> Response:
    """What a version changed in the one before."""
    with hub(request).db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
        revision = revisions.find(tx, post.id, request.path_params["revision"])
        older = revisions.before(tx, revision)
    fields = revision.fields
    before = older.fields if older else {}
    return desk_page(
        request,
        "admin/revision.html",
        section="pages" if post.kind == "page" else "posts",
        post=post,
        revision=revision,
        older=older,
        changed=[
            (label, before.get(name, ""), fields.get(name, ""))
            for name, label in LABELS.items()
            if older and before.get(name, "") != fields.get(name, "")
        ],
        lines=differences.compare(older.markdown, revision.markdown) if older else None,
    )


ROUTES = [
    DeskRoute("/admin/posts/{id:int}/revisions", overview, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/revisions/{revision:int}", one, needs=Needs.EDITOR, slow=True),
]
