"""What other platforms export: recognised, and written as a folder of Markdown that the hub reads.

So everything that holds for Markdown holds for these: what changed and what did not is known, a
broken article stops nobody else, old addresses lead on, and nobody is mailed.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from hub.content.importers import ghost, medium, wordpress
from hub.content.importers.foreign_post import ForeignPost, last_segment, tags
from hub.content.importers.markup import block, body_of
from hub.content.slugs import slugify
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem

_LARGEST_FIELD = 20_000_000
_LARGEST_FILE = 200_000_000
_NUMBERED = re.compile(r"\d+\.(.+)")
_PAID = N_("for paying readers there, so it is a draft here")
_NO_BODY = N_("the export holds no text of it")

Posts = Iterator[ForeignPost | Problem]


@dataclass(frozen=True, slots=True)
class Export:
    """What a platform's export was written to: `folder` holds Markdown."""

    platform: str
    folder: Path
    refused: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def converted(path: Path, into: Path) -> Export | None:
    """The articles of a platform's export, as Markdown files in `into`; None for anything else.

    Raises Refused for an export that cannot be read.
    """
    for platform, read in _PLATFORMS.items():
        posts = read(path)
        if posts is None:
            continue
        export = Export(platform, into)
        (into / platform).mkdir(parents=True)
        for post in posts:
            if isinstance(post, Problem):
                export.refused.append(post)
            else:
                _write(post, into / platform, export)
        return export
    return None


def _write(post: ForeignPost, folder: Path, export: Export) -> None:
    stem = slugify(post.key, longest=100) or "article"
    if post.note:
        export.notes.append(Problem(post.key, post.note))
    head = {name: value for name, value in post.front_matter().items() if value not in ("", [])}
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    (folder / f"{stem}.md").write_text(f"---\n{text}---\n\n{post.body}\n", encoding="utf-8")


def _substack(path: Path) -> Posts | None:
    table = _table(path / "posts.csv", "post_id", "post_date", "is_published", "title")
    return None if table is None else _substack_posts(path, table)


def _substack_posts(path: Path, rows: Iterator[Mapping[str, str]]) -> Posts:
    for row in rows:
        key = row["post_id"]
        file = path / "posts" / f"{Path(key).name}.html"
        if not file.is_file():
            yield Problem(key, _NO_BODY)
            continue
        slug = match[1] if (match := _NUMBERED.fullmatch(key)) else key
        paid = row.get("audience", "") not in ("", "everyone", "only_free")
        yield ForeignPost(
            key=key,
            title=row["title"] or slug,
            body=block(body_of(_read(file))),
            slug=slug,
            date=row["post_date"],
            draft=row["is_published"].lower() != "true" or paid,
            page=row.get("type") == "page",
            excerpt=row.get("subtitle", ""),
            old_addresses=(f"/p/{slug}",),
            note=_PAID if paid else "",
        )


def _buttondown(path: Path) -> Posts | None:
    table = _table(path / "emails.csv", "subject", "publish_date", "slug")
    return None if table is None else _buttondown_posts(path, table)


def _buttondown_posts(path: Path, rows: Iterator[Mapping[str, str]]) -> Posts:
    for row in rows:
        slug = row["slug"] or row.get("id", "")
        file = path / "emails" / f"{Path(slug).name}.md"
        if not file.is_file():
            yield Problem(slug, _NO_BODY)
            continue
        private = row.get("email_type", "public") in ("private", "premium")
        yield ForeignPost(
            key=slug,
            title=row["subject"] or slug,
            body=_read(file),
            slug=slug,
            date=row["publish_date"],
            draft=not row["publish_date"] or private,
            old_addresses=(f"/archive/{slug}",),
            note=_PAID if private else "",
        )


def _beehiiv(path: Path) -> Posts | None:
    files = [path] if path.is_file() else sorted(path.glob("*.csv"))
    for file in files:
        table = _table(file, "web_title", "content_html", "status")
        if table is not None:
            return _beehiiv_posts(table)
    return None


def _beehiiv_posts(rows: Iterator[Mapping[str, str]]) -> Posts:
    for row in rows:
        title = row["web_title"]
        key = row.get("id") or title
        if not row["content_html"].strip():
            yield Problem(title or key, _NO_BODY)
            continue
        address = row.get("url", "")
        slug = last_segment(address)
        paid = row.get("audience", "").lower() in ("premium", "paid")
        yield ForeignPost(
            key=key,
            title=title or slug,
            body=block(body_of(row["content_html"])),
            slug=slug,
            date=row.get("created_at", ""),
            draft=row["status"].lower() not in ("confirmed", "published", "live") or paid,
            tags=tags(row.get("content_tags", ""), ";"),
            excerpt=row.get("web_subtitle", ""),
            old_addresses=(address,) if address else (),
            note=_PAID if paid else "",
        )


def _table(path: Path, *wanted: str) -> Iterator[Mapping[str, str]] | None:
    """The rows of a CSV file with these columns; None for any other file."""
    if not path.is_file() or path.suffix.lower() != ".csv":
        return None
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            header = next(csv.reader(file), [])
        except csv.Error:
            return None
    return _rows(path) if set(wanted) <= set(header) else None


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    before = csv.field_size_limit(_LARGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for row in csv.DictReader(file, strict=True, restval=""):
                yield {name: value.replace("\0", "") for name, value in row.items() if name}
    except csv.Error as error:
        raise Refused(
            N_("%(name)s cannot be read: %(reason)s"), name=path.name, reason=str(error)
        ) from error
    finally:
        csv.field_size_limit(before)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").replace("\0", "")


# The first that knows the source reads it.
_PLATFORMS: Mapping[str, Callable[[Path], Posts | None]] = {
    "substack": _substack,
    "buttondown": _buttondown,
    "medium": medium.posts,
    "ghost": ghost.posts,
    "wordpress": wordpress.posts,
    "beehiiv": _beehiiv,
}
