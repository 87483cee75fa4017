"""Articles and pages at the desk: the form in which one is written."""

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.admin import (
    article_saving,
    covers,
    draft_links,
    field_words,
    racing,
    share_preview,
    words,
    writing_form,
)
from hub.admin import working_copies as copies
from hub.admin.forms import Errors, number
from hub.admin.pages import desk_page, done
from hub.admin.policy import DeskRoute, Needs
from hub.admin.racing import Race
from hub.admin.writing_form import Typed
from hub.content import (
    descriptions,
    pictures,
    publishing,
    rendering,
    revisions,
    shelf,
    store,
    working_copies,
)
from hub.content.model import Post
from hub.content.rendering import render
from hub.content.revisions import Revision
from hub.content.working_copies import WorkingCopy
from hub.db import Transaction
from hub.i18n import LANGUAGES
from hub.newsletter import moments
from hub.times import to_text
from hub.web.forms import Form, View
from hub.web.state import hub

# The fields as they come on the page: the first that is refused has the cursor.
_ORDER = ("title", "markdown", "publish_at", *field_words.LABELS)


def new_article(request: Request) -> Response:
    return _new(request, Typed(kind="post", authors=request.state.user.name))


def new_page(request: Request) -> Response:
    return _new(request, Typed(kind="page", newsletter="none"))


def _new(request: Request, typed: Typed) -> Response:
    """The form of a new article. Its token stands in the address: who comes back to the page after
    it made one goes on with that, whatever the browser kept, and makes no second one."""
    name = request.query_params.get("copy", "")
    if not working_copies.is_name(name):
        token = secrets.token_urlsafe(16)
        return RedirectResponse(f"{request.scope['path']}?copy={token}", status_code=303)
    with hub(request).db.read() as tx:
        copy = working_copies.get(tx, name, user_id=request.state.user.id)
        made = article_saving.made_of(tx, name)
    if copy is not None:
        typed = writing_form.of_fields(copy.typed)
    elif made is not None:
        return RedirectResponse(f"/admin/posts/{made.id}", status_code=303)
    return _form_page(request, typed, Errors(hub(request).site().language), copy=copy, token=name)


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


def _save(request: Request, post_id: int | None) -> Response:
    parts, form = hub(request), request.state.form
    errors = Errors(parts.site().language, main="title")
    with parts.db.read() as tx:
        if post_id is None:
            post = article_saving.made_of(tx, form.text("copy"))
        else:
            post = article_saving.there(tx, post_id)
    as_typed = covers.taken(request, writing_form.read(form), errors)
    typed, sent = article_saving.read(request, as_typed, post, errors)
    gone = post_id is not None and post is None
    if sent is not None:
        try:
            with errors.caught():
                return _after(request, *racing.store(request, post_id, sent))
        except article_saving.Deleted:
            gone = True
        except racing.Undecided as asked:
            race = asked.race
            return _form_page(request, race.typed, errors, post=race.post, race=race, status=409)
    shown = None if gone or post_id is None else post
    return _form_page(request, typed, errors, post=shown, gone=gone, status=409)


def _after(
    request: Request,
    saved: article_saving.Saved,
    sent: article_saving.Sent,
    theirs: Sequence[str],
) -> Response:
    """On to the article. The address names what was saved, so that a browser forgets just that,
    and the fields that somebody else had changed."""
    notice = "unfolded" if sent.unfolded and saved.notice == "saved" else saved.notice
    if sent.rendered.missing_images or sent.rendered.remote_images:
        notice = "pictures"
    form = request.state.form
    said = {"saved": form.text("copy"), "version": form.text("version")[:40]}
    if theirs:
        said["merged"] = ".".join(theirs)
    return done(f"/admin/posts/{saved.post.id}?{urlencode(said)}", notice)


def _asked_copy(tx: Transaction, request: Request) -> WorkingCopy | None:
    """What was typed and not saved, if the address asks for it."""
    name = request.query_params.get("copy", "")
    return working_copies.get(tx, name, user_id=request.state.user.id) if name else None


def _form_page(
    request: Request,
    typed: Typed,
    errors: Errors,
    *,
    post: Post | None = None,
    race: Race | None = None,
    gone: bool = False,
    missing: tuple[str, ...] = (),
    status: int = 200,
    copy: WorkingCopy | None = None,
    token: str = "",
    revision: Revision | None = None,
) -> Response:
    form: Form = getattr(request.state, "form", Form())
    site = hub(request).site()
    with hub(request).db.read() as tx:
        unsaved = copies.unsaved(tx, request.state.user.id, post.id) if post else []
        topics, authors = shelf.topic_names(tx), shelf.author_names(tx)
        old_addresses = store.redirects_to(tx, post.id) if post else []
        sounds = shelf.sounds(tx, limit=20)
        offered = covers.offered(tx)
    return desk_page(
        request,
        "admin/post.html",
        section="pages" if typed.kind == "page" else "posts",
        status=400 if errors else status,
        typed=typed,
        race=race,
        merged=_merged_words(request),
        gone=gone,
        errors=errors.by_field,
        wrong=next((field for field in _ORDER if field in errors.by_field), ""),
        post=post,
        updated_at=_seen(post, race, copy, form),
        copy=form.text("copy") or (copy.name if copy else token or secrets.token_urlsafe(16)),
        taken_up=copy,
        revision=revision,
        unsaved=[] if copy or revision or form.values else unsaved,
        publish_at=form.text("publish_at")
        or (moments.typed(post.publish_at, site.timezone) if post and post.publish_at else ""),
        earliest=moments.typed(hub(request).now(), site.timezone),
        draft_url=draft_links.address(request, post) if post else "",
        missing=missing,
        undescribed=descriptions.missing(post.html) if post else 0,
        longest=rendering.LARGEST,
        largest_picture=pictures.LARGEST,
        **({"notice": ""} if missing else {}),
        topics=topics,
        authors=authors,
        old_addresses=old_addresses,
        sounds=sounds,
        offered=offered,
        shared=share_preview.of(site, post) if post else None,
        languages=list(LANGUAGES.items()),
        newsletter_words=words.NEWSLETTER,
    )


def _seen(post: Post | None, race: Race | None, copy: WorkingCopy | None, form: Form) -> str:
    """When the post was saved that the page is about: of a refused form what it showed, so that
    whoever saved meanwhile is not written over."""
    if post is None:
        return ""
    typed_on = copy.seen if copy else None if race else writing_form.seen(form)
    return to_text(typed_on or post.updated_at)


def _merged_words(request: Request) -> list[str]:
    """What the form calls the fields that were taken from somebody else, after they were."""
    names = request.query_params.get("merged", "").split(".")
    return [field_words.label(request, name) for name in names if name in field_words.LABELS]


def _saving(path: str, view: View) -> DeskRoute:
    return DeskRoute(
        path,
        view,
        needs=Needs.EDITOR,
        methods=["POST"],
        largest=writing_form.LARGEST_SENT,
        uploads=pictures.LARGEST,
        slow=True,
    )


ROUTES = [
    DeskRoute("/admin/posts/new", new_article, needs=Needs.EDITOR),
    DeskRoute("/admin/pages/new", new_page, needs=Needs.EDITOR),
    _saving("/admin/posts/new", create),
    _saving("/admin/pages/new", create),
    DeskRoute("/admin/posts/{id:int}", edit, needs=Needs.EDITOR, slow=True),
    _saving("/admin/posts/{id:int}", save),
]
