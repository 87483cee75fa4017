"""Writing posts and pages: a draft is checked and becomes a post."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from hub import journal
from hub.content import (
    changed_feeds,
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
from hub.errors import Conflict, NotFound, Refused
from hub.i18n import N_
from hub.site.model import Site

LONGEST_TITLE = 300
LONGEST_EXCERPT = 600
LONGEST_DESCRIPTION = 600
MOST_NAMES = 50
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
NEWSLETTER = ("none", "digest", "digest+each")
KINDS = ("post", "page")


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
    draft = _checked(draft)
    _check_audio(tx, draft)
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
    draft = _checked(draft)
    _check_audio(tx, draft)
    slug = slugs.checked(draft.slug, draft.kind) if draft.slug else old.slug
    if slug != old.slug or draft.kind != old.kind:
        _refuse_taken(tx, draft.kind, slug, by_other_than=post_id)
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
    draft = _checked(draft)
    _refuse_taken(tx, draft.kind, slugs.checked(draft.slug, draft.kind))
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


def _checked(draft: Draft) -> Draft:
    title = " ".join(_clean(draft.title).split())
    if not title:
        raise Refused(N_("An article needs a title."), field="title")
    if len(title) > LONGEST_TITLE:
        raise Refused(
            N_("A title has at most %(longest)s characters."), field="title", longest=LONGEST_TITLE
        )
    if draft.kind not in KINDS:
        raise Refused(N_("This must be one of: post, page."), field="kind")
    if draft.newsletter not in NEWSLETTER:
        raise Refused(N_("This must be one of: none, digest, digest+each."), field="newsletter")
    if draft.language and not _LANGUAGE.fullmatch(draft.language):
        raise Refused(N_("A language is written like en or fr-CA."), field="language")
    return replace(
        draft,
        title=title,
        markdown=_clean(draft.markdown),
        excerpt=" ".join(_clean(draft.excerpt).split())[:LONGEST_EXCERPT],
        description=" ".join(_clean(draft.description).split())[:LONGEST_DESCRIPTION],
        canonical_url=_checked_url(draft.canonical_url.strip()),
        cover_alt=" ".join(_clean(draft.cover_alt).split()),
    )


def _check_audio(tx: Transaction, draft: Draft) -> None:
    if draft.audio and not store.is_sound(tx, draft.audio):
        raise Refused(
            N_("There is no sound at this address; upload it first, under Pictures → Sound."),
            field="audio",
        )


def _clean(text: str) -> str:
    # PostgreSQL stores no NUL.
    return text.replace("\0", "")


def _checked_url(url: str) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(url) > 2000 or any(c.isspace() for c in url):
        raise Refused(
            N_("The original address must look like https://example.org/article."),
            field="canonical_url",
        )
    return url


def _new_slug(tx: Transaction, draft: Draft) -> str:
    if draft.slug:
        slug = slugs.checked(draft.slug, draft.kind)
        _refuse_taken(tx, draft.kind, slug)
        return slug
    return slugs.free(
        slugs.slugify(draft.title),
        kind=draft.kind,
        taken=lambda slug: store.taken(tx, draft.kind, slug),
    )


def _refuse_taken(tx: Transaction, kind: str, slug: str, *, by_other_than: int = 0) -> None:
    if store.taken(tx, kind, slug, by_other_than=by_other_than):
        raise Conflict(
            N_("Another article already lives at “%(slug)s”; choose another address."),
            field="slug",
            slug=slug,
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
    names = dict.fromkeys(" ".join(_clean(name).split())[:120] for name in draft.authors)
    ids = dict.fromkeys(_author_id(tx, name) for name in list(names)[:MOST_NAMES] if name)
    store.set_authors(tx, post_id, list(ids))
    store.set_topics(tx, post_id, topics_named(map(_clean, draft.topics)))
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
