"""Articles and pages at the desk: the lists, the form, saving."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import words, writing_form
from hub.admin.forms import Errors
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.writing_form import Typed
from hub.content import publishing, search, shelf, store, writing
from hub.content.model import Kind, Post
from hub.content.rendering import Rendered, render
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import LANGUAGES, N_
from hub.site.model import Site
from hub.times import from_text, to_text
from hub.web import paging
from hub.web.paging import Paging
from hub.web.state import hub

PER_PAGE = 30
_FOLDERS: dict[str, Kind] = {"posts": "post", "pages": "page"}


def article_list(request: Request) -> Response:
    return _list(request, "posts")


def page_list(request: Request) -> Response:
    return _list(request, "pages")


def new_article(request: Request) -> Response:
    typed = Typed(kind="post", authors=request.state.user.name)
    return _form_page(request, typed, Errors(hub(request).site().language))


def new_page(request: Request) -> Response:
    typed = Typed(kind="page", newsletter="none")
    return _form_page(request, typed, Errors(hub(request).site().language))


def edit(request: Request) -> Response:
    """The form of a post; after saving one with pictures that nobody can see, which these are."""
    with hub(request).db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
        typed = writing_form.of_post(tx, post)
    missing: tuple[str, ...] = ()
    if request.query_params.get("done") == "pictures":
        rendered = render(post.markdown, language=post.language)
        missing = rendered.missing_images + rendered.remote_images
    return _form_page(
        request, typed, Errors(hub(request).site().language), post=post, missing=missing
    )


def create(request: Request) -> Response:
    return _save(request, None)


def save(request: Request) -> Response:
    return _save(request, request.path_params["id"])


@dataclass(frozen=True, slots=True)
class _Saved:
    post: Post
    published_now: bool


class _SavedByAnother(Exception):  # not an error of the hub: both versions are shown
    def __init__(self, theirs: Post, typed: Typed) -> None:
        self.post = theirs
        self.theirs = typed


def _save(request: Request, post_id: int | None) -> Response:
    parts = hub(request)
    site = parts.site()
    typed = writing_form.read(request.state.form)
    errors = Errors(site.language, main="title")
    rendered = None
    with errors.caught():
        rendered = render(typed.markdown, language=typed.language or site.language)
    if rendered is not None:
        search.learn(rendered.plain_text, typed.language or site.language)
        try:
            with errors.caught(), parts.db.write() as tx:
                saved = _write(tx, request, post_id, typed, rendered, site)
                return _after(saved, rendered)
        except _SavedByAnother as race:
            return _form_page(
                request, typed, errors, post=race.post, theirs=race.theirs, status=409
            )
    post = None
    if post_id is not None:
        with parts.db.read() as tx:
            post = publishing.find(tx, post_id)
    return _form_page(request, typed, errors, post=post)


def _write(
    tx: Transaction,
    request: Request,
    post_id: int | None,
    typed: Typed,
    rendered: Rendered,
    site: Site,
) -> _Saved:
    now = hub(request).now()
    publish = request.state.form.text("action") == "publish"
    draft = writing_form.draft(typed)
    if post_id is None:
        post = writing.create(tx, draft, rendered, site=site, now=now, publish=publish)
        return _Saved(post, publish)
    old = publishing.find(tx, post_id)
    if _seen(request) != old.updated_at:
        raise _SavedByAnother(old, writing_form.of_post(tx, old))
    post = writing.update(tx, post_id, draft, rendered, site=site, now=now)
    if publish:
        post = publishing.publish(tx, post_id, now)
    return _Saved(post, publish and old.status != "published")


def _after(saved: _Saved, rendered: Rendered) -> Response:
    notice = "published" if saved.published_now else "saved"
    if rendered.missing_images or rendered.remote_images:
        notice = "pictures"
    return done(f"/admin/posts/{saved.post.id}", notice)


def _seen(request: Request) -> datetime | None:
    """The version that the form was filled with."""
    try:
        return from_text(request.state.form.text("updated_at"))
    except ValueError:
        return None


def _list(request: Request, folder: str) -> Response:
    parts, kind = hub(request), _FOLDERS[folder]
    status = request.query_params.get("status", "")
    number = paging.asked(request.scope["query_string"]) or 1
    window = {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    with parts.db.read() as tx:
        counts = shelf.counts(tx, kind)
        if status == "draft":
            found, total = shelf.drafts(tx, kind, **window), counts.drafts
        elif status == "published":
            found, total = shelf.published(tx, kind, **window), counts.published
        else:
            found = shelf.everything(tx, kind, drafts_first=counts.drafts, **window)
            total = counts.all
    if number > 1 and not found:
        raise NotFound(N_("There is no such page."))
    return desk_page(
        request,
        "admin/posts.html",
        section=folder,
        folder=folder,
        status=200,
        shown=status,
        found=found,
        counts=counts,
        newsletter_words=words.NEWSLETTER,
        paging=Paging(f"/admin/{folder}", number, paging.pages_of(total, PER_PAGE)),
    )


def _form_page(
    request: Request,
    typed: Typed,
    errors: Errors,
    *,
    post: Post | None = None,
    theirs: Typed | None = None,
    missing: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    with hub(request).db.read() as tx:
        topics, authors = shelf.topic_names(tx), shelf.author_names(tx)
        old_addresses = store.redirects_to(tx, post.id) if post else []
        sounds = shelf.sounds(tx, limit=20)
    return desk_page(
        request,
        "admin/post.html",
        section="pages" if typed.kind == "page" else "posts",
        status=400 if errors else status,
        typed=typed,
        theirs=theirs,
        errors=errors.by_field,
        post=post,
        updated_at=to_text(post.updated_at) if post else "",
        missing=missing,
        **({"notice": ""} if missing else {}),
        topics=topics,
        authors=authors,
        old_addresses=old_addresses,
        sounds=sounds,
        languages=list(LANGUAGES.items()),
        newsletter_words=words.NEWSLETTER,
    )


ROUTES = [
    DeskRoute("/admin/posts", article_list, needs=Needs.EDITOR),
    DeskRoute("/admin/pages", page_list, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/new", new_article, needs=Needs.EDITOR),
    DeskRoute("/admin/pages/new", new_page, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/new", create, needs=Needs.EDITOR, methods=["POST"], slow=True),
    DeskRoute("/admin/pages/new", create, needs=Needs.EDITOR, methods=["POST"], slow=True),
    DeskRoute("/admin/posts/{id:int}", edit, needs=Needs.EDITOR, slow=True),
    DeskRoute("/admin/posts/{id:int}", save, needs=Needs.EDITOR, methods=["POST"], slow=True),
]
