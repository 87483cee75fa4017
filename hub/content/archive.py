"""Posts as they leave for good and come back: Markdown files whose front matter holds the rest.

Any other program reads the common names in it (title, date, slug, draft, tags…); `uid` keeps
feeds from showing an article anew. What was published is not announced again where it comes
back, so the front matter says only of drafts whether they are meant for the newsletter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from hub.content import (
    redirect_store,
    redirects,
    rendering,
    search,
    store,
    translations,
    writing,
)
from hub.content.model import Draft, Post
from hub.content.rendering import Rendered
from hub.db import Transaction
from hub.errors import Refused
from hub.i18n import N_
from hub.site.model import Site
from hub.times import from_text, to_text

_FENCE = "---\n"
_KINDS = ("post", "page")
_PAGE = 500


def files(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Every post, page and trace of a deleted one: the name of its file, and the text."""
    named = {_name(shelved): shelved.id for shelved in store.shelved(tx)}
    for name in sorted(named):
        post = store.by_id(tx, named[name])
        if post is not None:
            yield name, _document(tx, post)


def _name(post: store.Shelved) -> str:
    if post.status == "deleted":
        return f"deleted/{post.uid.rpartition(':')[2]}.md"
    return f"{post.kind}s/{post.slug}.md"


def _document(tx: Transaction, post: Post) -> str:
    authors = [author.name for author in store.authors_of(tx, post.id)]
    topics = [topic.name for topic in store.topics_of(tx, post.id)]
    values: dict[str, object] = {
        "title": post.title,
        "slug": post.slug,
        "kind": post.kind,
        "uid": post.uid,
        "status": post.status,
        "draft": post.status == "draft",
        "date": to_text(post.published_at) if post.published_at else None,
        "updated": to_text(post.updated_at),
        "created": to_text(post.created_at),
        "newsletter": post.newsletter if post.status == "draft" else None,
        "language": post.language,
        "excerpt": post.excerpt,
        "description": post.description,
        "authors": authors,
        "tags": topics,
        "canonical": post.canonical_url,
        "cover": post.cover,
        "cover_alt": post.cover_alt,
        "audio": post.audio,
        # A link that was withdrawn stays so, wherever the article comes back.
        "links_withdrawn": post.links_withdrawn or None,
        "menu": None if post.in_menu else False,
        "translation_of": translations.original_of(tx, post.id),
        "aliases": [f"/{path}" for path in store.redirects_to(tx, post.id)],
        "source": post.source,
        "source_hash": post.source_hash,
    }
    kept = {name: value for name, value in values.items() if value not in ("", None, [])}
    head = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1_000_000)
    return f"{_FENCE}{head}{_FENCE}\n{post.markdown}"


def led_elsewhere(tx: Transaction) -> Iterator[tuple[str, str]]:
    """Old addresses that lead to no article, and the address that each leads to."""
    after = ""
    while found := redirect_store.listed(tx, after=after, limit=_PAGE):
        yield from ((one.path, one.target) for one in found if one.target)
        after = found[-1].path


def lead_elsewhere(tx: Transaction, path: str, target: str, now: datetime) -> bool:
    """Let an old address lead to another one; False when it leads somewhere already."""
    known = redirects.normalised(path)
    if not known or not target or store.redirect_target(tx, known) is not None:
        return False
    redirect_store.put_address(tx, known, target, now)
    tx.site_changed()
    return True


def age(text: str) -> tuple[str, str]:
    """What sorts texts as their articles came."""
    try:
        values, _ = parsed(text)
    except Refused:
        return "", ""
    return _text(values, "created"), _text(values, "uid")


def is_here(tx: Transaction, text: str) -> bool:
    """Whether the article of a text is in this hub, or was and is deleted."""
    return store.uid_taken(tx, _text(parsed(text)[0], "uid"))


def restore(
    tx: Transaction,
    text: str,
    rendered: Rendered,
    *,
    site: Site,
    now: datetime,
) -> bool:
    """Bring one post back, with its uid, dates and old addresses; False when it is here already.

    Raises Refused for a text that is no such file, Conflict for an address that another has.
    """
    values, markdown = parsed(text)
    uid = _text(values, "uid")
    if store.uid_taken(tx, uid):
        return False
    status = _text(values, "status")
    if not uid or status not in ("draft", "published", "deleted"):
        raise Refused(N_("This is not an article of a hub’s archive."))
    row = store.PostRow(
        uid=uid,
        slug=_text(values, "slug"),
        kind=_one_of(values, "kind", _KINDS),
        status=status,
        created_at=_moment(values, "created") or now,
        updated_at=_moment(values, "updated") or now,
        published_at=_moment(values, "date"),
        source=_text(values, "source") or None,
        source_hash=_text(values, "source_hash") or None,
        language=_text(values, "language"),
        links_withdrawn=_count(values, "links_withdrawn"),
    )
    if status == "deleted":
        number = store.insert(tx, row)
        for alias in _texts(values, "aliases"):
            redirects.add(tx, alias, number, now)
        return True
    draft = Draft(
        title=_text(values, "title"),
        markdown=markdown,
        kind="page" if row.kind == "page" else "post",
        slug=row.slug,
        excerpt=_text(values, "excerpt"),
        description=_text(values, "description"),
        language=row.language,
        canonical_url=_text(values, "canonical"),
        cover=_text(values, "cover"),
        cover_alt=_text(values, "cover_alt"),
        audio=_text(values, "audio"),
        translation_of=_text(values, "translation_of"),
        in_menu=values.get("menu") is not False,
        authors=_texts(values, "authors"),
        topics=_texts(values, "tags"),
        aliases=_texts(values, "aliases"),
        source=row.source,
        source_hash=row.source_hash,
    )
    meant = _text(values, "newsletter")
    draft = replace(draft, newsletter="none")
    if status == "draft" and meant in ("digest", "digest+each"):
        draft = replace(draft, newsletter="digest+each" if meant == "digest+each" else "digest")
    writing.restore(tx, row, draft, rendered, site=site, now=now)
    return True


def parsed(text: str) -> tuple[Mapping[str, Any], str]:
    """The front matter and the exact text below it. Raises Refused when there is none."""
    head, fence, markdown = text.removeprefix(_FENCE).partition(f"\n{_FENCE}\n")
    try:
        values = yaml.safe_load(head) if text.startswith(_FENCE) and fence else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(N_("This is not an article of a hub’s archive.")) from error
    if not isinstance(values, dict):
        raise Refused(N_("This is not an article of a hub’s archive."))
    return values, markdown


def rendered(
    text: str, *, site: Site, render: Callable[..., Rendered] = rendering.render
) -> Rendered:
    """The article of a file as readers see it. Raises Refused as `rendering.render` does."""
    values, markdown = parsed(text)
    language = _text(values, "language") or site.language
    made = render(markdown, language=language)
    search.learn(made.plain_text, language)
    return made


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = values.get(name)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _count(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    return value if type(value) is int and 0 <= value < 10_000 else 0


def _one_of(values: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = _text(values, name)
    if value not in allowed:
        raise Refused(N_("This is not an article of a hub’s archive."))
    return value


def _moment(values: Mapping[str, Any], name: str) -> datetime | None:
    value = _text(values, name)
    try:
        return from_text(value) if value else None
    except ValueError as error:
        raise Refused(N_("This is not an article of a hub’s archive.")) from error
