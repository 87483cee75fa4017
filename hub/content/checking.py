"""What is wrong with an article, each fault beside the field that it is about."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from hub.content import slugs, store, translations
from hub.content.model import Draft, Post
from hub.db import Transaction
from hub.errors import Conflict, Refused
from hub.i18n import N_

LONGEST_TITLE = 300
LONGEST_EXCERPT = 600
LONGEST_DESCRIPTION = 600
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
NEWSLETTER = ("none", "digest", "digest+each")
KINDS = ("post", "page")


def tidied(draft: Draft) -> Draft:
    """The draft as it is stored, without what no database takes. Raises the first of its faults."""
    for fault in faults(draft):
        raise fault
    return replace(
        draft,
        title=_line(draft.title),
        markdown=clean(draft.markdown),
        excerpt=_line(draft.excerpt)[:LONGEST_EXCERPT],
        description=_line(draft.description)[:LONGEST_DESCRIPTION],
        canonical_url=draft.canonical_url.strip(),
        cover_alt=_line(draft.cover_alt),
    )


def faults(draft: Draft) -> Iterator[Refused]:
    """What makes a draft no article, wherever it comes from."""
    title = _line(draft.title)
    if not title:
        yield Refused(N_("An article needs a title."), field="title")
    if len(title) > LONGEST_TITLE:
        yield Refused(
            N_("A title has at most %(longest)s characters."), field="title", longest=LONGEST_TITLE
        )
    if draft.kind not in KINDS:
        yield Refused(N_("This must be one of: post, page."), field="kind")
    if draft.newsletter not in NEWSLETTER:
        yield Refused(N_("This must be one of: none, digest, digest+each."), field="newsletter")
    if draft.language and not _LANGUAGE.fullmatch(draft.language):
        yield Refused(N_("A language is written like en or fr-CA."), field="language")
    url = draft.canonical_url.strip()
    if url and not _is_web_address(url):
        yield Refused(
            N_("The original address must look like https://example.org/article."),
            field="canonical_url",
        )


def typed_faults(tx: Transaction, draft: Draft, post: Post | None, language: str) -> list[Refused]:
    """Everything that is wrong with what somebody typed: `post` is what it changes, `language` that
    of the site. What an import cuts or leaves out is told here, and beside its field."""
    found = list(faults(draft))
    for field, text, longest in (
        ("excerpt", draft.excerpt, LONGEST_EXCERPT),
        ("description", draft.description, LONGEST_DESCRIPTION),
    ):
        if len(_line(text)) > longest:
            found.append(
                Refused(
                    N_("At most %(longest)s characters fit here; these are %(length)s."),
                    field=field,
                    longest=longest,
                    length=len(_line(text)),
                )
            )
    for check in (_slug_fault, _cover_fault, audio_fault):
        if fault := check(tx, draft, post):
            found.append(fault)
    if draft.translation_of:
        fault = translations.fault(
            tx,
            draft.translation_of,
            kind=draft.kind,
            language=draft.language or language,
            post_id=post.id if post else 0,
        )
        found += [fault] if fault else []
    return found


def audio_fault(tx: Transaction, draft: Draft, post: Post | None = None) -> Refused | None:
    """Why the sound of a draft cannot be heard."""
    if not draft.audio or store.is_sound(tx, draft.audio):
        return None
    return Refused(
        N_("There is no sound at this address; upload it first, under Pictures → Sound."),
        field="audio",
    )


def refuse_taken(tx: Transaction, kind: str, slug: str, *, by_other_than: int = 0) -> None:
    """Raises Conflict (field `slug`) for a slug that another one has."""
    if store.taken(tx, kind, slug, by_other_than=by_other_than):
        raise Conflict(
            N_("Another article already lives at “%(slug)s”; choose another address."),
            field="slug",
            slug=slug,
        )


def clean(text: str) -> str:
    """Text that both databases take: PostgreSQL stores no NUL."""
    return text.replace("\0", "")


def _slug_fault(tx: Transaction, draft: Draft, post: Post | None) -> Refused | None:
    if not draft.slug:
        return None
    try:
        slug = slugs.checked(draft.slug, draft.kind)
        refuse_taken(tx, draft.kind, slug, by_other_than=post.id if post else 0)
    except Refused as fault:
        return fault
    return None


def _cover_fault(tx: Transaction, draft: Draft, post: Post | None) -> Refused | None:
    cover = draft.cover
    if cover.startswith("/media/"):
        there = bool(store.sizes(tx, [cover.removeprefix("/media/")]))
    else:
        there = not cover or _is_web_address(cover)
    if there:
        return None
    return Refused(
        N_("There is no picture at this address: upload one, or choose one that is here."),
        field="cover",
    )


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    return good and len(url) <= 2000 and not any(c.isspace() for c in url)
