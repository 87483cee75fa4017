"""A Markdown file as an article: what its front matter, its name and its place say."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from hub.content import slugs
from hub.content.importers import fields, front_matter
from hub.content.importers.fields import Meta
from hub.content.model import Kind, Newsletter
from hub.errors import Refused
from hub.i18n import N_

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
_DAY_PREFIX = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_ ]?")
_PAGE_SUFFIX = re.compile(r"\.(?:html?|md|markdown|php)$", re.IGNORECASE)
_SITE_VARIABLE = re.compile(r"\{\{\s*site\.(?:baseurl|url)\s*\}\}")
# A name right below the mark: else it is a rule across the page.
_HEAD = re.compile(r"\s*(?:---[ \t]*\n[\w\"'-]+[ \t]*:|\+\+\+[ \t]*\n\[*[\w\"'.-]+)")
# The file of a text that stands in none.
_UNNAMED = "text-without-a-file"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Article:
    """What one file says. `file` is its path in the folder; `slug` is wanted, not yet free.

    `old_addresses` are those that its front matter names, `guessed_addresses` those that the
    usual programs would have given it; `cover` and `audio` are addresses as written.
    """

    file: str
    title: str
    markdown: str
    slug: str
    own_slug: bool
    kind: Kind
    date: datetime | None
    updated: datetime | None
    draft: bool
    excerpt: str
    description: str
    language: str
    canonical_url: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    cover: str
    cover_alt: str
    audio: str
    newsletter: Newsletter | None
    old_addresses: tuple[str, ...]
    guessed_addresses: tuple[str, ...]
    translation_of: str

    def summed_up(self, excerpt: str = "", description: str = "") -> tuple[str, str]:
        """The summary for readers and what is said to search engines; what is there already stays
        where the file says nothing. Most programs know a description only: it is the summary,
        unless there is one."""
        summary = self.excerpt or excerpt
        if not summary:
            return self.description, description
        said = self.description or description
        return summary, "" if said == summary else said


def parse(file: str, data: bytes, zone: ZoneInfo) -> Article:
    """The article in a file's bytes. Raises Refused, with the reason, when there is none."""
    place = PurePosixPath(file)
    if place.name.startswith("_index."):
        raise Refused(N_("This describes a section of the site; it is not an article."))
    return _read(file, *front_matter.split(_decoded(data)), zone)


def parse_typed(title: str, text: str, zone: ZoneInfo) -> Article | None:
    """The article in a text with front matter that somebody wrote; None without any.

    `title` counts where the front matter has none. A slug that nobody chose is empty.
    """
    if not _HEAD.match(text):
        return None
    meta, body = front_matter.split(text)
    if not meta:
        return None
    if title and not fields.text(meta, "title"):
        meta = {**meta, "title": title}
    found = _read(_UNNAMED, meta, body, zone)
    return replace(found, slug="") if found.slug == slugs.slugify(_UNNAMED) else found


def _read(file: str, meta: Meta, body: str, zone: ZoneInfo) -> Article:
    place = PurePosixPath(file)
    body = _SITE_VARIABLE.sub("", body)
    title, body = _title(meta, body)
    extra = fields.inner(meta, "extra")
    taxonomies = fields.inner(meta, "taxonomies")
    stem = place.parent.name if place.stem in ("index", "README") else place.stem
    addresses = tuple(
        address
        for address in (fields.text(meta, name) for name in ("path", "permalink", "url"))
        if address and ":" not in address.removeprefix("https:").removeprefix("http:")
    )
    slug, own = _slug(meta, addresses, stem or title)
    cover, cover_alt = _cover(meta, extra)
    return Article(
        file=file,
        title=title,
        markdown=body.strip("\n") + "\n",
        slug=slug or slugs.slugify(title),
        own_slug=own,
        kind=_kind(meta),
        date=_date(meta, (*addresses, stem, file), zone),
        updated=fields.moment(meta.get("updated") or meta.get("lastmod"), zone),
        draft=_is_draft(meta, place),
        excerpt=fields.text(meta, "excerpt", "summary", "subtitle"),
        description=fields.text(meta, "description"),
        language=_language(meta),
        canonical_url=fields.text(meta, "canonical", "canonical_url", "canonicalurl"),
        authors=fields.names(meta, "authors", "author")
        or fields.names(taxonomies, "authors")
        or fields.names(extra, "authors", "author"),
        topics=tuple(
            dict.fromkeys(
                (
                    *fields.names(meta, "topics", "tags", "categories", "category", "keywords"),
                    *fields.names(taxonomies, "topics", "tags", "categories"),
                )
            )
        ),
        cover=cover,
        cover_alt=cover_alt,
        audio=_audio(meta, extra),
        newsletter=_newsletter(meta),
        old_addresses=(
            *addresses,
            *fields.lines(meta, "aliases", "alias", "redirect_from"),
        ),
        guessed_addresses=() if addresses else _guessed(place, stem),
        translation_of=_translation_of(meta, extra),
    )


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            N_(
                "This file is not UTF-8 text (byte %(place)s).",
            ),
            place=error.start,
        ) from error
    if "\0" in text:
        raise Refused(N_("This file holds NUL bytes; it is not text."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _title(meta: Meta, body: str) -> tuple[str, str]:
    """The title, and the body without a first heading that only repeats it."""
    title = fields.text(meta, "title")
    written, rest = _first_heading(body)
    if not written:
        if not title:
            raise Refused(N_("This file has no title."))
        return title, body
    if not title or " ".join(written.split()).casefold() == " ".join(title.split()).casefold():
        return title or re.sub(r"[*_`]", "", written), rest
    return title, body


def _first_heading(body: str) -> tuple[str, str]:
    """The heading that a text begins with, and what is below it; empty when it begins otherwise.

    Line by line: a pattern over both would try every way to part a megabyte of spaces.
    """
    line, _, rest = body.lstrip().partition("\n")
    if line.startswith(("# ", "#\t")):
        return line[1:].strip().rstrip("#").strip(), rest
    below, _, after = rest.partition("\n")
    if below.startswith("=") and not below.rstrip(" \t").strip("="):
        return line.strip(), after
    return "", body


def _slug(meta: Meta, addresses: tuple[str, ...], stem: str) -> tuple[str, bool]:
    """The slug, and whether its writer chose it."""
    wanted = fields.text(meta, "slug")
    for address in (wanted, *addresses):
        last = _PAGE_SUFFIX.sub("", address.strip("/").rpartition("/")[2])
        if slug := slugs.slugify(last):
            return slug, address == wanted
    return slugs.slugify(_DAY_PREFIX.sub("", stem) or stem), False


def _date(meta: Meta, places: tuple[str, ...], zone: ZoneInfo) -> datetime | None:
    for name in ("date", "publishdate", "pubdate", "published_at", "published"):
        value = meta.get(name)
        if value is not None and not isinstance(value, bool):
            return fields.moment(value, zone)
    return next((day for place in places if (day := fields.day_in(place, zone))), None)


def _kind(meta: Meta) -> Kind:
    return "page" if "page" in (meta.get("kind"), meta.get("type"), meta.get("layout")) else "post"


def _is_draft(meta: Meta, place: PurePosixPath) -> bool:
    return (
        fields.flag(meta, "draft")
        or meta.get("published") is False
        or fields.text(meta, "status").lower() in ("draft", "private", "pending")
        or "_drafts" in place.parts
    )


def _language(meta: Meta) -> str:
    language = fields.text(meta, "language", "lang", "locale").replace("_", "-")
    return language if _LANGUAGE.fullmatch(language) else ""


def _translation_of(meta: Meta, extra: Meta) -> str:
    """`translation_of`, or the word that translations share (Hugo: `translationKey`)."""
    names = ("translation_of", "translationkey", "translation_key")
    wanted = fields.text(meta, *names) or fields.text(extra, *names)
    last = wanted.rstrip("/").rpartition("/")[2]
    return _DAY_PREFIX.sub("", last) or last


def _newsletter(meta: Meta) -> Newsletter | None:
    value = fields.text(meta, "newsletter")
    known: dict[str, Newsletter] = {
        "none": "none",
        "digest": "digest",
        "digest+each": "digest+each",
    }
    if value and value not in known:
        raise Refused(N_("newsletter must be one of: none, digest, digest+each."))
    return known.get(value)


def _cover(meta: Meta, extra: Meta) -> tuple[str, str]:
    for source in (meta, extra):
        for name in ("cover", "image", "feature_image", "featured_image", "thumbnail"):
            value = source.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip(), fields.text(source, f"{name}_alt", "cover_alt")
            if isinstance(value, dict):
                nested = fields.inner(source, name)
                if address := fields.text(nested, "image", "src", "path", "url"):
                    return address, fields.text(nested, "alt", "caption")
    return "", ""


def _audio(meta: Meta, extra: Meta) -> str:
    for source in (meta, extra):
        for name in ("audio", "enclosure"):
            nested = fields.inner(source, name)
            if address := fields.text(source, name) or fields.text(
                nested, "file", "src", "path", "url"
            ):
                return address
    return ""


def _guessed(place: PurePosixPath, stem: str) -> tuple[str, ...]:
    """Where Hugo and Zola would have put the file; Jekyll too, when it is named its way."""
    bundle = place.stem in ("index", "README")
    own = place.parent.as_posix() if bundle else place.with_suffix("").as_posix()
    guessed = [] if own == "." else [own]
    if day := _DAY_PREFIX.match(stem):
        parts = "/".join(part.zfill(2) for part in re.findall(r"\d+", day.group())[:3])
        guessed += [f"{parts}/{stem[day.end() :]}", f"{parts}/{stem[day.end() :]}.html"]
    return tuple(guessed)
