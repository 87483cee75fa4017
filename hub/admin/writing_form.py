"""The form of an article: what was typed, as it was typed, and the draft it means."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.content import descriptions, store, translations
from hub.content.checking import NEWSLETTER
from hub.content.importers import article
from hub.content.model import Draft, Kind, Newsletter, Post
from hub.db import Transaction
from hub.errors import Refused
from hub.times import from_text
from hub.web.forms import Form

# The longest text, were each of its bytes three signs long on the way, and far longer ones of plain
# letters: what is refused for its length comes back with its text.
LARGEST_SENT = 9_000_000
# Files that front matter names beside itself are not here.
_HERE = "/media/"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form. Authors and topics are names with commas between."""

    kind: Kind = "post"
    title: str = ""
    markdown: str = ""
    slug: str = ""
    excerpt: str = ""
    topics: str = ""
    authors: str = ""
    newsletter: str = "digest"
    language: str = ""
    canonical_url: str = ""
    cover: str = ""
    cover_alt: str = ""
    translation_of: str = ""
    audio: str = ""
    in_menu: str = "yes"
    description: str = ""


def read(form: Form) -> Typed:
    """What was typed."""
    return Typed(
        kind="page" if form.text("kind") == "page" else "post",
        title=form.text("title"),
        # The beginning of a text may be an indented line of code.
        markdown=descriptions.without_stand_ins(
            form.secret("markdown").replace("\r\n", "\n").rstrip()
        ),
        slug=form.text("slug"),
        excerpt=form.text("excerpt"),
        description=form.text("description"),
        topics=form.text("topics"),
        authors=form.text("authors"),
        newsletter=form.text("newsletter", "none"),
        language=form.text("language"),
        canonical_url=form.text("canonical_url"),
        # Chosen among those that are here, or written as an address.
        cover=form.text("cover_chosen") or form.text("cover"),
        cover_alt=form.text("cover_alt"),
        translation_of=form.text("translation_of"),
        audio=form.text("audio"),
        in_menu=form.text("in_menu", "yes"),
    )


def seen(form: Form) -> datetime | None:
    """When the post was saved that the form shows."""
    try:
        return from_text(form.text("updated_at"))
    except ValueError:
        return None


def of_post(tx: Transaction, post: Post) -> Typed:
    """The form filled with a stored post."""
    return Typed(
        kind="page" if post.kind == "page" else "post",
        title=post.title,
        markdown=descriptions.without_stand_ins(post.markdown),
        slug=post.slug,
        excerpt=post.standfirst,
        description=post.description,
        topics=", ".join(topic.name for topic in store.topics_of(tx, post.id)),
        authors=", ".join(author.name for author in store.authors_of(tx, post.id)),
        newsletter=post.newsletter,
        language=post.language,
        canonical_url=post.canonical_url,
        cover=post.cover,
        cover_alt=post.cover_alt,
        translation_of=translations.original_of(tx, post.id),
        audio=post.audio,
        in_menu="yes" if post.in_menu else "no",
    )


def as_fields(typed: Typed) -> dict[str, str]:
    """Every field by its name, for keeping."""
    return asdict(typed)


def of_fields(fields: Mapping[str, str]) -> Typed:
    """What was kept of a form; fields that this version of the hub does not know are left out."""
    known = {field.name for field in dataclass_fields(Typed)} - {"kind"}
    texts = {name: value for name, value in fields.items() if name in known}
    return Typed(kind="page" if fields.get("kind") == "page" else "post", **texts)


def unfolded(typed: Typed, timezone: str) -> tuple[Typed, datetime | None]:
    """What front matter above the text says, in the fields that it is about, and the text without
    it; the day that it names. What it does not name stays as it was typed.

    Raises Refused beside the field `markdown` where it cannot be read.
    """
    try:
        found = article.parse_typed(typed.title, typed.markdown, ZoneInfo(timezone))
    except Refused as error:
        raise Refused(error.message, field="markdown", **error.values) from error
    if found is None:
        return typed, None
    excerpt, description = found.summed_up(typed.excerpt, typed.description)
    return replace(
        typed,
        title=found.title,
        markdown=found.markdown.rstrip(),
        slug=found.slug or typed.slug,
        excerpt=excerpt,
        description=description,
        topics=", ".join(found.topics) or typed.topics,
        authors=", ".join(found.authors) or typed.authors,
        newsletter=found.newsletter or typed.newsletter,
        language=found.language or typed.language,
        canonical_url=found.canonical_url or typed.canonical_url,
        cover=found.cover if found.cover.startswith(_HERE) else typed.cover,
        cover_alt=found.cover_alt or typed.cover_alt,
        translation_of=found.translation_of or typed.translation_of,
        audio=found.audio if found.audio.startswith(_HERE) else typed.audio,
    ), found.date


def draft(typed: Typed) -> Draft:
    """What the writing side is handed; it checks the rest."""
    newsletter: Newsletter = "none"
    for known in NEWSLETTER:
        if known == typed.newsletter and typed.kind == "post":
            newsletter = known  # type: ignore[assignment]  # one of NEWSLETTER, so a Newsletter
    return Draft(
        title=typed.title,
        markdown=typed.markdown,
        kind=typed.kind,
        slug=typed.slug,
        excerpt=typed.excerpt,
        description=typed.description,
        language=typed.language,
        canonical_url=typed.canonical_url,
        cover=typed.cover,
        cover_alt=typed.cover_alt,
        audio=typed.audio,
        newsletter=newsletter,
        authors=_names(typed.authors),
        topics=_names(typed.topics),
        translation_of=typed.translation_of,
        in_menu=typed.in_menu != "no",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
