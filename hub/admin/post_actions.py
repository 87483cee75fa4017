"""What happens to a post beside writing: preview, taking back, deleting."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.admin import draft_links, writing_form
from hub.admin.confirming import ask
from hub.admin.pages import done
from hub.admin.policy import DeskRoute, Needs
from hub.content import dressing, outline, pictures, previewing, publishing
from hub.content.model import Post
from hub.content.rendering import render
from hub.errors import Refused
from hub.i18n import N_
from hub.web.pages import message, page, quoted
from hub.web.state import hub


def preview_typed(request: Request) -> Response:
    """What stands in the form, as readers would see it. Nothing is saved."""
    form = request.state.form
    return _preview(request, writing_form.read(form), live=form.flag("live"))


def preview_stored(request: Request) -> Response:
    """The saved version, as readers would see it."""
    with hub(request).db.read() as tx:
        typed = writing_form.of_post(tx, publishing.find(tx, request.path_params["id"]))
    return _preview(request, typed)


def preview_shared(request: Request) -> Response:
    """A draft, for whoever was given its link; after it is published, the article itself."""
    parts = hub(request)
    with parts.db.read() as tx:
        post = draft_links.post_of(tx, parts.signer, request.path_params["token"])
        typed = writing_form.of_post(tx, post)
    if post.status == "published":
        return RedirectResponse(quoted(post.path), status_code=303)
    response = _preview(request, typed)
    response.headers["x-robots-tag"] = "noindex"
    return response


def ask_unpublish(request: Request) -> Response:
    post = _post(request)
    return ask(
        request,
        section=_folder(post),
        title=N_("Take “%(title)s” off the site?"),
        text=N_("It becomes a draft again: readers find nothing at its address until you publish."),
        button=N_("Take it off the site"),
        back=f"/admin/posts/{post.id}",
        values={"title": post.title},
    )


def unpublish(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        post = publishing.unpublish(tx, request.path_params["id"], parts.now())
    return done(f"/admin/posts/{post.id}", "unpublished")


def ask_delete(request: Request) -> Response:
    post = _post(request)
    return ask(
        request,
        section=_folder(post),
        title=N_("Delete “%(title)s”?"),
        text=N_(
            "The text is gone for good, and its address says so. To keep it for later, take it "
            "off the site instead."
        ),
        button=N_("Delete it for good"),
        back=f"/admin/posts/{post.id}",
        values={"title": post.title},
    )


def delete(request: Request) -> Response:
    parts = hub(request)
    with parts.db.write() as tx:
        post = publishing.delete(tx, request.path_params["id"], parts.now())
    return done(f"/admin/{_folder(post)}", "deleted")


def _preview(request: Request, typed: writing_form.Typed, *, live: bool = False) -> Response:
    parts = hub(request)
    site = parts.site()
    draft = writing_form.draft(writing_form.unfolded(typed, site.timezone)[0])
    if not draft.title and live:
        draft = replace(draft, title="…")
    if not draft.title:
        raise Refused(N_("An article needs a title."), field="title")
    rendered = render(draft.markdown, language=draft.language or site.language)
    with parts.db.read() as tx:
        item = previewing.preview(tx, draft, rendered, site=site, now=parts.now())
        label = message(request, outline.CODE_LABEL)
        dressed = dressing.dress(tx, site, item.post, code_label=label)
    template = "page.html" if draft.kind == "page" else "post.html"
    return page(
        request,
        template,
        site=site,
        item=item,
        body=dressed.body,
        cover_picture=dressed.cover_picture,
        share_image=dressed.share_image,
        readings=dressed.readings,
        contents=outline.contents(item.post.html, item.post.reading_minutes),
        creators=[],
        newer=None,
        older=None,
        related=[],
    )


def _post(request: Request) -> Post:
    with hub(request).db.read() as tx:
        return publishing.find(tx, request.path_params["id"])


def _folder(post: Post) -> str:
    return "pages" if post.kind == "page" else "posts"


ROUTES = [
    DeskRoute("/admin/preview/{token}", preview_shared, needs=Needs.NOTHING, slow=True),
    DeskRoute(
        "/admin/posts/preview",
        preview_typed,
        needs=Needs.EDITOR,
        methods=["POST"],
        largest=writing_form.LARGEST_SENT,
        uploads=pictures.LARGEST,
        slow=True,
    ),
    DeskRoute("/admin/posts/{id:int}/preview", preview_stored, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/unpublish", ask_unpublish, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/unpublish", unpublish, needs=Needs.EDITOR, methods=["POST"]),
    DeskRoute("/admin/posts/{id:int}/delete", ask_delete, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/{id:int}/delete", delete, needs=Needs.EDITOR, methods=["POST"]),
]
