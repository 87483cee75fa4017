"""Publishing, taking back and deleting."""

from datetime import datetime

from hub import journal
from hub.content import changed_feeds, revisions, search, store
from hub.content.hall import links
from hub.content.hall import store as hall
from hub.content.model import Post
from hub.db import Transaction
from hub.errors import NotFound, Refused
from hub.i18n import N_


def find(tx: Transaction, slug_or_id: str | int) -> Post:
    """The post or page with that slug or id. Raises NotFound; deleted ones are not found.

    `/slug` names the page where a post has the same slug.
    """
    if isinstance(slug_or_id, int):
        post = store.by_id(tx, slug_or_id)
        if post is None or post.status == "deleted":
            raise NotFound(N_("There is no such article."))
        return post
    slug = slug_or_id.strip("/")
    post = None if slug_or_id.startswith("/") else store.by_slug(tx, "post", slug)
    post = post or store.by_slug(tx, "page", slug)
    if post is None and slug.startswith("posts/"):
        post = store.by_slug(tx, "post", slug.removeprefix("posts/"))
    if post is None:
        raise NotFound(N_("There is no article with the address “%(slug)s”."), slug=slug)
    return post


def publish(tx: Transaction, slug_or_id: str | int, now: datetime) -> Post:
    """Readers can see it from now on. A date that was set and is past stays."""
    post = find(tx, slug_or_id)
    if post.status == "published":
        return post
    past = post.published_at is not None and post.published_at <= now
    dated = post.published_at if past and post.published_at is not None else now
    return _publish(tx, post, dated, now)


def schedule(tx: Transaction, post_id: int, at: datetime | None, now: datetime) -> Post:
    """Let a draft be published by itself at a time; None takes that back.

    Raises Refused for a time that is past, and for what readers see already.
    """
    post = find(tx, post_id)
    if post.status == "published":
        raise Refused(N_("It is published already."), field="publish_at")
    if at is not None and at <= now:
        raise Refused(N_("This time is past: choose a later one."), field="publish_at")
    store.set_publish_at(tx, post.id, at)
    return find(tx, post.id)


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether `publish_due` would publish something: a look that takes no lock."""
    return bool(store.to_publish(tx, now))


def publish_due(tx: Transaction, now: datetime) -> list[Post]:
    """Publish the drafts whose time has come, dated as they were meant."""
    return [_publish(tx, post, post.publish_at or now, now) for post in store.to_publish(tx, now)]


def unpublish(tx: Transaction, slug_or_id: str | int, now: datetime) -> Post:
    """A draft again. It keeps its date, and the newsletter's ledger keeps what went out."""
    post = find(tx, slug_or_id)
    if post.status == "published":
        store.set_status(tx, post.id, "draft", post.published_at, now)
        tx.site_changed()
        _note_feeds(tx, post, now)
        _log(tx, "unpublished", post)
        return _as_it_is_now(tx, post.id)
    return post


def withdraw_link(tx: Transaction, post_id: int) -> Post:
    """The link to a draft shows nothing any more, and another one does; the post as it is now."""
    post = find(tx, post_id)
    store.withdraw_link(tx, post.id)
    _log(tx, "link withdrawn", post)
    return find(tx, post.id)


def delete(tx: Transaction, slug_or_id: str | int, now: datetime) -> Post:
    """Take a post away for good; the post as it was.

    An empty row stays: its address answers 410, an import does not bring it back, and the
    newsletter's ledger stays whole.
    """
    post = find(tx, slug_or_id)
    if post.status == "published":
        _note_feeds(tx, post, now)
    store.empty(tx, post.id, now)
    hall.drop_post(tx, post.id)
    search.forget(tx, post.id)
    revisions.forget(tx, post.id)
    _log(tx, "deleted", post)
    tx.site_changed()
    return post


def _publish(tx: Transaction, post: Post, dated: datetime, now: datetime) -> Post:
    store.set_status(tx, post.id, "published", dated, now)
    # What lives here now is no old address of another post any more.
    store.drop_redirect(tx, post.path.strip("/"))
    tx.site_changed()
    _note_feeds(tx, post, now)
    links.follow(tx, find(tx, post.id))
    _log(tx, "published", post)
    return _as_it_is_now(tx, post.id)


def _log(tx: Transaction, deed: str, post: Post) -> None:
    journal.note(tx, "posts", deed, subject=post.title, number=post.id)


def _note_feeds(tx: Transaction, post: Post, now: datetime) -> None:
    if post.kind == "post":
        changed_feeds.note(tx, changed_feeds.pages_of(tx, post.id), now)


def _as_it_is_now(tx: Transaction, post_id: int) -> Post:
    """The post after a change, which search hears of too."""
    post = find(tx, post_id)
    search.reindex(tx, post)
    return post
