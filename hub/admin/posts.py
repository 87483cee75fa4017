"""Articles and pages at the desk: the lists, the form, saving."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from starlette.requests import Request
from starlette.responses import Response

from hub.admin import share_preview, words, writing_form
from hub.admin import working_copies as copies
from hub.admin.forms import Errors, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.post_actions import SHARED
from hub.admin.writing_form import Typed
from hub.content import (
    descriptions,
    link_cards,
    pictures,
    publishing,
    rendering,
    revisions,
    search,
    shelf,
    store,
    working_copies,
    writing,
)
from hub.content.model import Kind, Post
from hub.content.rendering import Rendered, render
from hub.content.revisions import Revision
from hub.content.working_copies import WorkingCopy
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import LANGUAGES, N_
from hub.newsletter import moments
from hub.site.model import Site
from hub.times import to_text
from hub.web import paging
from hub.web.forms import Form, View
from hub.web.paging import Paging
from hub.web.state import hub

PER_PAGE = 30
# Of the pages on which new articles are written.
_PAGES = UUID("6b0d3f0e-7a52-4a39-9a54-0f3d5a8f6c11")
_FOLDERS: dict[str, Kind] = {"posts": "post", "pages": "page"}


def article_list(request: Request) -> Response:
    return _list(request, "posts")


def page_list(request: Request) -> Response:
    return _list(request, "pages")


def new_article(request: Request) -> Response:
    return _new(request, Typed(kind="post", authors=request.state.user.name))


def new_page(request: Request) -> Response:
    return _new(request, Typed(kind="page", newsletter="none"))


def _new(request: Request, typed: Typed) -> Response:
    with hub(request).db.read() as tx:
        copy = _asked_copy(tx, request)
    if copy is not None:
        typed = writing_form.of_fields(copy.typed)
    return _form_page(request, typed, Errors(hub(request).site().language), copy=copy)


def edit(request: Request) -> Response:
    """The form of a post, as it was saved, as it was typed and not saved, or in an older version;
    after saving one with pictures that nobody can see, which these are."""
    asked = number(request.query_params.get("revision", ""))
    with hub(request).db.read() as tx:
        post = publishing.find(tx, request.path_params["id"])
        typed = writing_form.of_post(tx, post)
        copy = _asked_copy(tx, request)
        revision = revisions.find(tx, post.id, asked) if asked is not None else None
    if revision is not None:
        current = {"slug": typed.slug, "in_menu": typed.in_menu}
        typed = writing_form.of_fields({**revision.fields, **current})
    elif copy is not None:
        typed = writing_form.of_fields(copy.typed)
    missing: tuple[str, ...] = ()
    if request.query_params.get("done") == "pictures":
        rendered = render(post.markdown, language=post.language)
        missing = rendered.missing_images + rendered.remote_images
    return _form_page(
        request,
        typed,
        Errors(hub(request).site().language),
        post=post,
        missing=missing,
        copy=copy,
        revision=revision,
    )


def create(request: Request) -> Response:
    return _save(request, None)


def save(request: Request) -> Response:
    return _save(request, request.path_params["id"])


@dataclass(frozen=True, slots=True)
class _Saved:
    post: Post
    notice: str


class _Deleted(Exception):  # not an error of the hub: what was typed becomes a new article
    pass


class _SavedByAnother(Exception):  # not an error of the hub: both versions are shown
    def __init__(self, theirs: Post, typed: Typed) -> None:
        self.post = theirs
        self.theirs = typed


def _save(request: Request, post_id: int | None) -> Response:
    parts = hub(request)
    site = parts.site()
    typed = as_typed = writing_form.read(request.state.form)
    errors = Errors(site.language, main="title")
    rendered = dated = None
    with errors.caught():
        typed, dated = writing_form.unfolded(as_typed, site.timezone)
        rendered = render(typed.markdown, language=typed.language or site.language)
    if rendered is not None:
        search.learn(rendered.plain_text, typed.language or site.language)
        try:
            with errors.caught(), parts.db.write() as tx:
                saved = _write(tx, request, post_id, typed, rendered, site, dated)
                return _after(request, saved, rendered, unfolded=typed is not as_typed)
        except _Deleted:
            return _form_page(request, typed, errors, gone=True, status=409)
        except _SavedByAnother as race:
            return _form_page(
                request, typed, errors, post=race.post, theirs=race.theirs, status=409
            )
    post = None
    if post_id is not None:
        with parts.db.read() as tx:
            post = _there(tx, post_id)
    gone = post_id is not None and post is None
    return _form_page(request, typed, errors, post=post, gone=gone)


def _write(
    tx: Transaction,
    request: Request,
    post_id: int | None,
    typed: Typed,
    rendered: Rendered,
    site: Site,
    dated: datetime | None,
) -> _Saved:
    now, user = hub(request).now(), request.state.user
    action = request.state.form.text("action")
    publish = action == "publish"
    draft = writing_form.draft(typed)
    token = request.state.form.text("copy")
    old = _made_of(tx, token) if post_id is None else _there(tx, post_id)
    if old is None and post_id is not None:
        raise _Deleted
    if old is None:
        post = writing.create(
            tx,
            replace(draft, published_at=dated),
            rendered,
            site=site,
            now=now,
            publish=publish,
            new_uid=lambda: _uid(tx, token),
        )
        published_now = publish
    else:
        # Who comes back to the page of a new article goes on with what it became.
        seen = writing_form.seen(request.state.form) if post_id else old.created_at
        if seen != old.updated_at:
            raise _SavedByAnother(old, writing_form.of_post(tx, old))
        by = user.name or user.email
        post = writing.update(tx, old.id, draft, rendered, site=site, now=now, by=by)
        if publish:
            post = publishing.publish(tx, old.id, now)
        published_now = publish and old.status != "published"
    if action in ("schedule", "unschedule"):
        at = _time(request, site, now) if action == "schedule" else None
        post = publishing.schedule(tx, post.id, at, now)
    link_cards.want(tx, site, post, now)
    working_copies.drop(tx, request.state.form.text("copy"), user_id=user.id)
    notice = {"schedule": "timed", "unschedule": "untimed"}.get(action, "saved")
    return _Saved(post, "published" if published_now else notice)


def _there(tx: Transaction, post_id: int) -> Post | None:
    post = store.by_id(tx, post_id)
    return None if post is None or post.status == "deleted" else post


def _made_of(tx: Transaction, token: str) -> Post | None:
    """The article that the page with this token made already; not one that was deleted since."""
    post = store.by_uid(tx, uuid5(_PAGES, token).urn) if token else None
    return None if post is None or post.status == "deleted" else post


def _uid(tx: Transaction, token: str) -> UUID:
    """Each page of a new article has a token of its own: sent twice, it makes one article."""
    own = uuid5(_PAGES, token)
    return own if token and not store.uid_taken(tx, own.urn) else uuid4()


def _time(request: Request, site: Site, now: datetime) -> datetime:
    """When it is to appear, as it was typed. Raises Refused beside the field."""
    typed = request.state.form.text("publish_at")
    try:
        return moments.ahead(typed, timezone=site.timezone, language=site.language, now=now)
    except Refused as error:
        raise Refused(error.message, field="publish_at", **error.values) from error


def _after(
    request: Request, saved: _Saved, rendered: Rendered, *, unfolded: bool = False
) -> Response:
    """On to the article. The address names what was saved, so that a browser forgets just that."""
    notice = "unfolded" if unfolded and saved.notice == "saved" else saved.notice
    if rendered.missing_images or rendered.remote_images:
        notice = "pictures"
    form = request.state.form
    copy = urlencode({"saved": form.text("copy"), "version": form.text("version")[:40]})
    return done(f"/admin/posts/{saved.post.id}?{copy}", notice)


def _asked_copy(tx: Transaction, request: Request) -> WorkingCopy | None:
    """What was typed and not saved, if the address asks for it."""
    name = request.query_params.get("copy", "")
    return working_copies.get(tx, name, user_id=request.state.user.id) if name else None


def _list(request: Request, folder: str) -> Response:
    parts, kind = hub(request), _FOLDERS[folder]
    status = request.query_params.get("status", "")
    number = paging.asked(request.scope["query_string"]) or 1
    window = {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    with parts.db.read() as tx:
        counts = shelf.counts(tx, kind)
        new = copies.unsaved(tx, request.state.user.id, None) if number == 1 else []
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
        unsaved=[(copy, copy.typed) for copy in new if copy.typed.get("kind", "post") == kind],
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
    gone: bool = False,
    missing: tuple[str, ...] = (),
    status: int = 200,
    copy: WorkingCopy | None = None,
    revision: Revision | None = None,
) -> Response:
    form: Form = getattr(request.state, "form", Form())
    site = hub(request).site()
    with hub(request).db.read() as tx:
        unsaved = copies.unsaved(tx, request.state.user.id, post.id) if post else []
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
        gone=gone,
        errors=errors.by_field,
        post=post,
        updated_at=to_text(copy.seen if copy and copy.seen else post.updated_at) if post else "",
        copy=form.text("copy") or (copy.name if copy else secrets.token_urlsafe(16)),
        taken_up=copy,
        revision=revision,
        unsaved=[] if copy or revision or form.values else unsaved,
        publish_at=form.text("publish_at")
        or (moments.typed(post.publish_at, site.timezone) if post and post.publish_at else ""),
        earliest=moments.typed(hub(request).now(), site.timezone),
        draft_url=site.url(f"/admin/preview/{hub(request).signer.sign(SHARED, post.id)}")
        if post and post.status != "published"
        else "",
        missing=missing,
        undescribed=descriptions.missing(post.html) if post else 0,
        longest=rendering.LARGEST,
        largest_picture=pictures.LARGEST,
        **({"notice": ""} if missing else {}),
        topics=topics,
        authors=authors,
        old_addresses=old_addresses,
        sounds=sounds,
        shared=share_preview.of(site, post) if post else None,
        languages=list(LANGUAGES.items()),
        newsletter_words=words.NEWSLETTER,
    )


def _saving(path: str, view: View) -> DeskRoute:
    return DeskRoute(
        path,
        view,
        needs=Needs.EDITOR,
        methods=["POST"],
        largest=writing_form.LARGEST_SENT,
        slow=True,
    )


ROUTES = [
    DeskRoute("/admin/posts", article_list, needs=Needs.EDITOR),
    DeskRoute("/admin/pages", page_list, needs=Needs.EDITOR),
    DeskRoute("/admin/posts/new", new_article, needs=Needs.EDITOR),
    DeskRoute("/admin/pages/new", new_page, needs=Needs.EDITOR),
    _saving("/admin/posts/new", create),
    _saving("/admin/pages/new", create),
    DeskRoute("/admin/posts/{id:int}", edit, needs=Needs.EDITOR, slow=True),
    _saving("/admin/posts/{id:int}", save),
]
