"""A form of an article that was sent: checked as a whole, put together with what somebody else
saved meanwhile, and stored."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from starlette.requests import Request

from hub.admin import writing_form
from hub.admin.forms import Errors
from hub.admin.writing_form import Typed
from hub.content import (
    checking,
    link_cards,
    publishing,
    rendering,
    search,
    store,
    working_copies,
    writing,
)
from hub.content.model import Post
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import Refused
from hub.newsletter import moments
from hub.site.model import Site
from hub.web.state import hub

# Of the pages on which new articles are written.
_PAGES = UUID("6b0d3f0e-7a52-4a39-9a54-0f3d5a8f6c11")


@dataclass(frozen=True, slots=True)
class Saved:
    """What was stored, and the name of what is said about it."""

    post: Post
    notice: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it is about to be stored. `seen` is when the post was saved that its page showed,
    `dated` the day that front matter names, `unfolded` whether there was any."""

    typed: Typed
    rendered: Rendered
    seen: datetime | None
    dated: datetime | None
    unfolded: bool


class Deleted(Exception):  # not an error of the hub: what was typed becomes a new article
    pass


class SavedByAnother(Exception):  # not an error of the hub: both versions are put together
    def __init__(self, post: Post, theirs: Typed) -> None:
        self.post = post
        self.theirs = theirs


def read(
    request: Request, as_typed: Typed, post: Post | None, errors: Errors
) -> tuple[Typed, Sent | None]:
    """The fields with what front matter says, and what is to be stored; None when `errors` holds
    what is wrong, beside every field that it is wrong with."""
    parts, site, form = hub(request), hub(request).site(), request.state.form
    typed, dated, rendered = as_typed, None, None
    with errors.caught():
        typed, dated = writing_form.unfolded(as_typed, site.timezone)
    readable = not errors
    with errors.caught("markdown"):
        rendered = rendering.render(typed.markdown, language=typed.language or site.language)
    draft = writing_form.draft(typed)
    if not readable and not draft.title:
        # It may stand in the front matter that could not be read.
        draft = replace(draft, title="…")
    with parts.db.read() as tx:
        errors.extend(checking.typed_faults(tx, draft, post, site.language))
    if form.text("action") == "schedule":
        with errors.caught("publish_at"):
            _time(request, site)
    if errors or rendered is None:
        return typed, None
    search.learn(rendered.plain_text, typed.language or site.language)
    seen = writing_form.seen(form)
    return typed, Sent(typed, rendered, seen, dated, typed is not as_typed)


def store_sent(tx: Transaction, request: Request, post_id: int | None, sent: Sent) -> Saved:
    """Store it, and do what the button says. Raises Deleted and SavedByAnother, which the page
    answers, and Refused beside the field."""
    parts, user, form = hub(request), request.state.user, request.state.form
    now, site, action = parts.now(), parts.site(), form.text("action")
    publish = action == "publish"
    draft, token = writing_form.draft(sent.typed), form.text("copy")
    old = made_of(tx, token) if post_id is None else there(tx, post_id)
    if old is None and post_id is not None:
        raise Deleted
    if old is None:
        post = writing.create(
            tx,
            replace(draft, published_at=sent.dated),
            sent.rendered,
            site=site,
            now=now,
            publish=publish,
            new_uid=lambda: _uid(tx, token),
        )
        published_now = publish
    else:
        # Who comes back to the page of a new article goes on with what it became.
        seen = sent.seen if post_id or sent.seen else old.created_at
        if seen != old.updated_at:
            raise SavedByAnother(old, writing_form.of_post(tx, old))
        by = user.name or user.email
        post = writing.update(tx, old.id, draft, sent.rendered, site=site, now=now, by=by)
        if publish:
            post = publishing.publish(tx, old.id, now)
        published_now = publish and old.status != "published"
    if action in ("schedule", "unschedule"):
        at = _time(request, site) if action == "schedule" else None
        post = publishing.schedule(tx, post.id, at, now)
    link_cards.want(tx, site, post, now)
    working_copies.drop(tx, token, user_id=user.id)
    notice = {"schedule": "timed", "unschedule": "untimed"}.get(action, "saved")
    return Saved(post, "published" if published_now else notice)


def there(tx: Transaction, post_id: int) -> Post | None:
    """The post with this id, unless it was deleted."""
    post = store.by_id(tx, post_id)
    return None if post is None or post.status == "deleted" else post


def made_of(tx: Transaction, token: str) -> Post | None:
    """The article that the page with this token made already; not one that was deleted since."""
    post = store.by_uid(tx, uuid5(_PAGES, token).urn) if token else None
    return None if post is None or post.status == "deleted" else post


def _uid(tx: Transaction, token: str) -> UUID:
    """Each page of a new article has a token of its own: sent twice, it makes one article."""
    own = uuid5(_PAGES, token)
    return own if token and not store.uid_taken(tx, own.urn) else uuid4()


def _time(request: Request, site: Site) -> datetime:
    """When it is to appear, as it was typed. Raises Refused beside the field."""
    parts, text = hub(request), request.state.form.text("publish_at")
    try:
        return moments.ahead(text, timezone=site.timezone, language=site.language, now=parts.now())
    except Refused as error:
        raise Refused(error.message, field="publish_at", **error.values) from error
