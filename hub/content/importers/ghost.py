"""Ghost's export: one JSON document with the tables of its database."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.content.importers.foreign_post import ForeignPost
from hub.content.importers.markup import block
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem

_LARGEST = 200_000_000
_SITE = "__GHOST_URL__"
_NO_HTML = N_("the export holds no HTML of it")


def posts(path: Path) -> Iterator[ForeignPost | Problem] | None:
    """The articles of the export in a file or folder; None where there is none."""
    files = [path] if path.is_file() else sorted(path.glob("*.json"))
    for file in files:
        if file.suffix.lower() == ".json" and _looks_like_one(file):
            tables = _tables(file)
            if tables is not None:
                return _posts(tables)
    return None


def _looks_like_one(file: Path) -> bool:
    with file.open("rb") as opened:
        begins = opened.read(2_000)
    return begins.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and (
        b'"db"' in begins or b'"data"' in begins or b'"meta"' in begins
    )


def _tables(file: Path) -> Mapping[str, Any] | None:
    if file.stat().st_size > _LARGEST:
        raise Refused(N_("%(name)s is too large to be read."), name=file.name)
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return None
    whole = document.get("db", document) if isinstance(document, dict) else None
    whole = whole[0] if isinstance(whole, list) and whole else whole
    data = whole.get("data") if isinstance(whole, dict) else None
    return data if isinstance(data, dict) and isinstance(data.get("posts"), list) else None


def _posts(tables: Mapping[str, Any]) -> Iterator[ForeignPost | Problem]:
    tag_names = {tag.get("id"): _text(tag, "name") for tag in _rows(tables, "tags")}
    people = {user.get("id"): _text(user, "name") for user in _rows(tables, "users")}
    tagged = _joined(tables, "posts_tags", "tag_id", tag_names)
    written = _joined(tables, "posts_authors", "author_id", people)
    for row in _rows(tables, "posts"):
        number, title, slug = row.get("id"), _text(row, "title"), _text(row, "slug")
        html = _text(row, "html").replace(_SITE, "")
        if not html.strip():
            yield Problem(title or slug, _NO_HTML)
            continue
        single = people.get(row.get("author_id"), "")
        yield ForeignPost(
            key=slug or str(number),
            title=title or slug,
            body=block(html),
            slug=slug,
            date=_moment(row.get("published_at") or row.get("created_at")),
            draft=_text(row, "status") != "published"
            or _text(row, "visibility") in ("paid", "members", "tiers"),
            page=_text(row, "type") == "page" or row.get("page") in (1, True),
            excerpt=_text(row, "custom_excerpt"),
            # A name that begins with # is for the inside of Ghost.
            tags=tuple(name for name in tagged.get(number, []) if not name.startswith("#")),
            authors=tuple(written.get(number) or ([single] if single else [])),
            old_addresses=(f"/{slug}/",) if slug else (),
            canonical=_text(row, "canonical_url").replace(_SITE, ""),
        )


def _joined(
    tables: Mapping[str, Any], name: str, other: str, names: Mapping[Any, str]
) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    for row in sorted(_rows(tables, name), key=lambda row: row.get("sort_order") or 0):
        if shown := names.get(row.get(other), ""):
            found.setdefault(row.get("post_id"), []).append(shown)
    return found


def _rows(tables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = tables.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.replace("\0", "") if isinstance(value, str) else ""


def _moment(value: object) -> str:
    return value if isinstance(value, str) else ""
