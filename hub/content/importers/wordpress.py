"""WordPress's export (WXR): RSS 2.0 with its own elements, read item by item."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hub.content.importers.foreign_post import ForeignPost
from hub.content.importers.markup import classic
from hub.errors import Refused
from hub.i18n import N_
from hub.reports import Problem

_WRITTEN = ("post", "page")
_KEPT = ("publish", "draft", "future", "pending", "private")
_BLOCK = 4_000


def posts(path: Path) -> Iterator[ForeignPost | Problem] | None:
    """The articles of the export in a file or folder; None where there is none."""
    files = [path] if path.is_file() else sorted(path.glob("*.xml"))
    for file in files:
        if file.suffix.lower() in (".xml", ".wxr") and _is_one(file):
            return _posts(file)
    return None


def _is_one(file: Path) -> bool:
    with file.open("rb") as opened:
        begins = opened.read(_BLOCK)
    return b"wordpress.org/export/" in begins


def _posts(file: Path) -> Iterator[ForeignPost | Problem]:
    authors: dict[str, str] = {}
    try:
        for _, element in ElementTree.iterparse(_without_entities(file), events=("end",)):
            name = _local(element)
            if name == "author" and "}" in element.tag:
                login = _child(element, "author_login")
                authors[login] = _child(element, "author_display_name") or login
            if name == "item":
                post = _post(element, authors)
                if post is not None:
                    yield post
                element.clear()
    except ElementTree.ParseError as error:
        raise Refused(
            N_("%(name)s cannot be read: %(reason)s"), name=file.name, reason=str(error)
        ) from error


def _without_entities(file: Path) -> Path:
    """Raises Refused for a document type, which an export never has: it may hold a bomb."""
    with file.open("rb") as opened:
        if b"<!DOCTYPE" in opened.read(_BLOCK).upper():
            raise Refused(
                N_("%(name)s cannot be read: %(reason)s"), name=file.name, reason="<!DOCTYPE"
            )
    return file


def _post(item: Element, authors: dict[str, str]) -> ForeignPost | None:
    kind, status = _child(item, "post_type"), _child(item, "status")
    if kind not in _WRITTEN or status not in _KEPT:
        return None
    number, slug = _child(item, "post_id"), _child(item, "post_name")
    title = _child(item, "title")
    link = _child(item, "link")
    date = _child(item, "post_date_gmt")
    if date.startswith("0000"):
        date = ""
    writer = _child(item, "creator")
    return ForeignPost(
        key=f"{number}-{slug or title}",
        title=title or slug or number,
        body=classic(_content(item, "content")),
        slug=slug,
        date=f"{date.replace(' ', 'T')}Z" if date else "",
        draft=status != "publish" or bool(_child(item, "post_password")),
        page=kind == "page",
        excerpt=_content(item, "excerpt"),
        tags=tuple(
            dict.fromkeys(
                (category.text or "").strip()
                for category in item
                if _local(category) == "category"
                and category.get("domain") in ("category", "post_tag")
                and category.get("nicename") != "uncategorized"
            )
        ),
        authors=(authors.get(writer, writer),) if writer else (),
        # An address with a question mark is that of nothing yet.
        old_addresses=(link,) if link and "?" not in link else (),
    )


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(item: Element, name: str) -> str:
    found = next((child for child in item if _local(child) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _content(item: Element, which: str) -> str:
    """`content:encoded` or `excerpt:encoded`, told apart by what they belong to."""
    for child in item:
        if _local(child) == "encoded" and which in child.tag.partition("}")[0]:
            return child.text or ""
    return ""
