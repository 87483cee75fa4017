"""Medium's export: a page of HTML for each story, marked up as an h-entry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from hub.content.importers.foreign_post import ForeignPost, last_segment
from hub.content.importers.markup import block
from hub.i18n import N_
from hub.reports import Problem

_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "wbr", "col", "embed"))
_NO_TEXT = N_("the export holds no text of it")


def posts(path: Path) -> Iterator[ForeignPost | Problem] | None:
    """The stories of an unpacked export; None where there is none."""
    folder = path / "posts"
    files = sorted(folder.glob("*.html")) if folder.is_dir() else []
    if not files or "h-entry" not in _read(files[0]):
        return None
    return map(_post, files)


def _post(file: Path) -> ForeignPost | Problem:
    story = _Story()
    story.feed(_read(file))
    story.close()
    body = "".join(story.body).strip()
    if not body:
        return Problem(file.name, _NO_TEXT)
    slug = last_segment(story.canonical)
    # Medium adds a number of its own.
    slug = slug.rpartition("-")[0] or slug
    return ForeignPost(
        key=file.stem,
        title=" ".join(story.text["p-name"].split()) or slug or file.stem,
        body=block(body),
        slug=slug,
        date=story.published,
        draft=file.name.startswith("draft_"),
        excerpt=story.text["p-summary"],
        tags=tuple(dict.fromkeys(tag.strip() for tag in story.tags if tag.strip())),
        authors=tuple(filter(None, [" ".join(story.text["p-author"].split())])),
        old_addresses=(story.canonical,) if story.canonical else (),
    )


@dataclass
class _Open:
    tag: str
    classes: frozenset[str] = field(default_factory=frozenset)


class _Story(HTMLParser):
    """Gathers the text of the properties of an h-entry, and the markup inside e-content."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = {"p-name": "", "p-summary": "", "p-author": ""}
        self.tags: list[str] = []
        self.body: list[str] = []
        self.canonical = ""
        self.published = ""
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        if "p-canonical" in classes:
            self.canonical = values.get("href", "")
        if "dt-published" in classes:
            self.published = values.get("datetime", "")
        if self._inside("p-tags") and tag == "a":
            self.tags.append("")
        if self._inside("e-content"):
            shown = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
            self.body.append(f"<{tag}{shown}>")
        if tag not in _VOID:
            self._open.append(_Open(tag, classes))

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, one in enumerate(self._open) if one.tag == tag]
        if not places:
            return
        del self._open[places[-1] :]
        if self._inside("e-content"):
            self.body.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        for name in self.text:
            if self._inside(name):
                self.text[name] += data
        if self._inside("p-tags") and self._inside_tag("a") and self.tags:
            self.tags[-1] += data
        if self._inside("e-content"):
            self.body.append(escape(data, quote=False))

    def _inside(self, name: str) -> bool:
        return any(name in one.classes for one in self._open)

    def _inside_tag(self, tag: str) -> bool:
        return any(one.tag == tag for one in self._open)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").replace("\0", "")
