"""Writing posts and pages: a draft is checked and becomes a post."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from hub import journal
from hub.content import (
    changed_feeds,
    checking,
    media,
    redirects,
    revisions,
    search,
    slugs,
    store,
    translations,
    typography,
)
from hub.content.hall import links
from hub.content.model import Draft, Post, Topic, path_of
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import NotFound
from hub.i18n import N_
from hub.site.model import Site

MOST_NAMES = 50


def create(
    tx: Transaction,
    draft: Draft,
    rendered: Rendered,
    *,
    site: Site,
    now: datetime,
    publish: bool,
    new_uid: Callable[[], UUID] = uuid4,
) -> Post:
    """A new post or page. Without a slug one is made of the title, with a number if need be.

    Raises Refused with the field for what cannot be used, Conflict (field `slug`) for a slug
    that another one has.
    """
    draft = checking.tidied(draft)
    if fault := checking.audio_fault(tx, draft):
        raise fault
    wanted = _new_slug(tx, draft)
    published_at = draft.published_at
    if publish and (published_at is None or published_at > now):
        published_at = now
    fresh = store.PostRow(
        uid=f"urn:uuid:{new_uid()}",
        slug=wanted,
        status="published" if publish else "draft",
        created_at=now,
        updated_at=draft.updated_at or (published_at if draft.source else None) or now,
        published_at=published_at,
    )
    post_id = store.insert(tx, _filled(tx, fresh, draft, rendered, site))
    _join(tx, post_id, draft, now)
    if publish:
        store.drop_redirect(tx, path_of(draft.kind, wanted).strip("/"))
        tx.site_changed()
        if draft.kind == "post":
            changed_feeds.note(tx, changed_feeds.pages_of(tx, post_id), now)
    post = _stored(tx, post_id)
    _show(tx, post, draft, rendered)
    links.follow(tx, post)
    search.reindex(tx, post)
    # Of an import there is one line, however many come.
    if publish and not draft.source:
        journal.note(tx, "posts", "published", subject=post.title, number=post.id)
    return post


def update(
    tx: Transaction,
    post_id: int,
    draft: Draft,
    rendered: Rendered,
    *,
    site: Site,
    now: datetime,
    by: str = "",
) -> Post:
    """Write a post anew; its uid stays. A new address leaves a redirect at the old one.

    An empty slug, no date and no source keep what was there; `by` is the name of who writes, for
    the list of versions. Raises as `create` does.
    """
    old = _stored(tx, post_id)
    if old.status == "deleted":
        raise NotFound(N_("There is no such article."))
    draft = checking.tidied(draft)
    if fault := checking.audio_fault(tx, draft):
        raise fault
    slug = slugs.checked(draft.slug, draft.kind) if draft.slug else old.slug
    if slug != old.slug or draft.kind != old.kind:
        checking.refuse_taken(tx, draft.kind, slug, by_other_than=post_id)
    published_at = draft.published_at or old.published_at
    if old.status == "published" and published_at is not None and published_at > now:
        published_at = old.published_at
    row = store.PostRow(
        uid=old.uid,
        slug=slug,
        status=old.status,
        created_at=old.created_at,
        updated_at=draft.updated_at or now,
        published_at=published_at,
        source=old.source,
        source_hash=old.source_hash,
        links_withdrawn=old.links_withdrawn,
    )
    revisions.keep(tx, old, author="", at=old.updated_at)
    store.replace(tx, post_id, _filled(tx, row, draft, rendered, site))
    if path_of(draft.kind, slug) != old.path and old.published_at is not None:
        redirects.moved(tx, old.path, path_of(draft.kind, slug), post_id, now)
    before = changed_feeds.pages_of(tx, post_id)
    _join(tx, post_id, draft, now)
    if old.status == "published":
        tx.site_changed()
        if "post" in (old.kind, draft.kind):
            changed_feeds.note(tx, before | changed_feeds.pages_of(tx, post_id), now)
    post = _stored(tx, post_id)
    if slug != old.slug:
        translations.moved(tx, old.kind, old.slug, slug)
    _show(tx, post, draft, rendered)
    links.follow(tx, post)
    revisions.keep(tx, post, author=by, at=now)
    search.reindex(tx, post)
    return post


def restore(
    tx: Transaction,
    row: store.PostRow,
    draft: Draft,
    rendered: Rendered,
    *,
    site: Site,
    now: datetime,
) -> Post:
    """A post as it was in another hub: `row` says its uid, status and times, `draft` the rest.

    Raises Refused as `create` does, Conflict for an address that another one has.
    """
    draft = checking.tidied(draft)
    checking.refuse_taken(tx, draft.kind, slugs.checked(draft.slug, draft.kind))
    post_id = store.insert(tx, _filled(tx, row, draft, rendered, site))
    _join(tx, post_id, draft, now)
    tx.site_changed()
    post = _stored(tx, post_id)
    store.set_pictures(tx, post_id, (image.removeprefix("/media/") for image in rendered.images))
    # The original may come after it.
    translations.put(tx, post, draft.translation_of, must_exist=False)
    links.follow(tx, post)
    search.reindex(tx, post)
    return post


def topics_named(names: Iterable[str]) -> tuple[Topic, ...]:
    """The topics that these names mean, each once; names without a letter or digit are left out."""
    found: dict[str, Topic] = {}
    for name in names:
        tidy = " ".join(name.split())[:80]
        slug = slugs.slugify(tidy, longest=60)
        if slug:
            found.setdefault(slug, Topic(slug, tidy))
    return tuple(found.values())[:MOST_NAMES]


def _new_slug(tx: Transaction, draft: Draft) -> str:
    if draft.slug:
        slug = slugs.checked(draft.slug, draft.kind)
        checking.refuse_taken(tx, draft.kind, slug)
        return slug
    return slugs.free(
        slugs.slugify(draft.title),
        kind=draft.kind,
        taken=lambda slug: store.taken(tx, draft.kind, slug),
    )


def _filled(
    tx: Transaction, row: store.PostRow, draft: Draft, rendered: Rendered, site: Site
) -> store.PostRow:
    """The row with what draft and rendering say."""
    language = draft.language or site.language
    said = typography.bound if typography.speaks(language) else str
    return replace(
        row,
        kind=draft.kind,
        title=said(draft.title),
        excerpt=said(draft.excerpt or rendered.excerpt),
        description=said(draft.description),
        markdown=draft.markdown,
        html=media.with_sizes(tx, rendered.html),
        plain_text=rendered.plain_text,
        reading_minutes=rendered.reading_minutes,
        newsletter=draft.newsletter,
        language=language,
        canonical_url=draft.canonical_url,
        cover=draft.cover,
        cover_alt=draft.cover_alt,
        audio=draft.audio,
        in_menu=int(draft.in_menu),
        source=draft.source if draft.source is not None else row.source,
        source_hash=draft.source_hash if draft.source is not None else row.source_hash,
    )


def _join(tx: Transaction, post_id: int, draft: Draft, now: datetime) -> None:
    names = dict.fromkeys(" ".join(checking.clean(name).split())[:120] for name in draft.authors)
    ids = dict.fromkeys(_author_id(tx, name) for name in list(names)[:MOST_NAMES] if name)
    store.set_authors(tx, post_id, list(ids))
    store.set_topics(tx, post_id, topics_named(map(checking.clean, draft.topics)))
    for alias in draft.aliases:
        redirects.add(tx, alias, post_id, now)


def _show(tx: Transaction, post: Post, draft: Draft, rendered: Rendered) -> None:
    """What stands beside the post itself: its pictures, and which article it translates."""
    store.set_pictures(tx, post.id, (image.removeprefix("/media/") for image in rendered.images))
    # The original of an imported one may come after it.
    translations.put(tx, post, draft.translation_of, must_exist=draft.source is None)


def _author_id(tx: Transaction, name: str) -> int:
    author = store.author_by_name(tx, name)
    if author is not None:
        return author.id
    wanted = slugs.slugify(name, longest=60) or "author"
    same = store.author_by_slug(tx, wanted)
    if same is not None and same.name.casefold() == name.casefold():
        return same.id
    slug = slugs.free(
        wanted, kind="author", taken=lambda slug: store.author_by_slug(tx, slug) is not None
    )
    return store.add_author(tx, slug, name)


def _stored(tx: Transaction, post_id: int) -> Post:
    post = store.by_id(tx, post_id)
    if post is None:
        raise NotFound(N_("There is no such article."))
    return post
