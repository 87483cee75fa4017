"""The versions of a post at the desk: the list, and what one changed."""

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import field_words
from hub.admin.pages import desk_page
from hub.admin.policy import DeskRoute, Needs
from hub.content import differences, publishing, revisions
from hub.web.state import hub


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
    unsaid = {"in_menu": "yes"}
    fields = {**unsaid, **revision.fields}
    before = {**unsaid, **(older.fields if older else {})}
    return desk_page(
        request,
        "admin/revision.html",
        section="pages" if post.kind == "page" else "posts",
        post=post,
        revision=revision,
        older=older,
        changed=[
            (
                field_words.label(request, name),
                field_words.shown(request, name, before.get(name, "")),
                field_words.shown(request, name, fields.get(name, "")),
            )
            for name in field_words.LABELS
            if older and name != "markdown" and before.get(name, "") != fields.get(name, "")
        ],
        lines=differences.compare(older.markdown, revision.markdown) if older else None,
    )


ROUTES = [
    DeskRoute("/admin/posts/{id:int}/revisions", overview, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/revisions/{revision:int}", one, needs=Needs.EDITOR, slow=True),
]
