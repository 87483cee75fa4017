"""Markdown → the HTML of an article, its plain text and its excerpt.

Runs in the render child only: nothing here is bounded in time.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import markdown
from markdown.extensions.footnotes import FootnoteExtension

from hub.content import commonmark, sanitising, typography

LONGEST_EXCERPT = 200
WORDS_A_MINUTE = 220
# nh3 writes every attribute as name="value" and escapes < in text: this finds each tag.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[^\s"=<>/]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([^\s"=<>/]+)="([^"]*)"')
_RAW_IFRAME = re.compile(r"(<iframe[^>]*>).*?(?:</iframe>|\Z)", re.DOTALL)
_INLINE = frozenset(
    "a abbr b cite code del dfn em i ins kbd mark q s samp small span strong sub sup time u var "
    "wbr".split()
)
# A paragraph in one of these is not the article speaking.
_ASIDE = frozenset(("blockquote", "li", "table", "details", "aside", "figure", "div", "dd"))
# A picture that stands alone, with a title: the title becomes its caption.
_TITLED_PICTURE = re.compile(r'<p>(<a [^<>]*>)?<img ([^<>]*?) title="([^"]*)"([^<>]*)>(</a>)?</p>')
# GitHub's list of tasks: a box that nobody can press is a sign.
_TASK = re.compile(r"(<li>(?:\s*<p>)?)\[([ xX])\](?= )")
# An address alone on its line is a link, which others would make of it too.
_BARE_ADDRESS = re.compile(r"<p>(https?://[^\s<>\"]+)</p>")
_ADDRESS = re.compile(r"https?://\S+")
_FOOTNOTE_MARK = re.compile(r'<sup id="fnref[^"]*">.*?</sup>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Converted:
    """What goes back to the parent; hub.content.rendering.Rendered says what it means."""

    html: str
    plain_text: str
    excerpt: str
    reading_minutes: int
    images: list[str]
    missing_images: list[str]
    remote_images: list[str]


class Converter:
    """One Markdown instance, used again and again: making one costs more than most texts."""

    def __init__(self) -> None:
        self._markdown = markdown.Markdown(
            output_format="html",
            extensions=["extra", "toc", "codehilite", "sane_lists", commonmark.CommonMark()],
            extension_configs={
                "extra": {"tables": {"use_align_attribute": True}},
                "codehilite": {"guess_lang": False, "css_class": "codehilite"},
                "toc": {"slugify": commonmark.anchor},
            },
        )
        self._footnotes = next(
            extension
            for extension in self._markdown.registeredExtensions
            if isinstance(extension, FootnoteExtension)
        )

    def convert(self, text: str, labels: Mapping[str, str], language: str = "") -> Converted:
        """The article, written in `language`; `labels` are the words the hub adds, in the language
        of the reader."""
        self._footnotes.setConfig("BACKLINK_TITLE", labels["back"])
        try:
            raw = self._markdown.convert(text)
        finally:
            self._markdown.reset()
        page = _Page(labels)
        shaped = page.shaped(sanitising.first_pass(raw))
        safe = sanitising.last_pass(shaped).replace(' class=""', "")
        safe = _TASK.sub(lambda box: box[1] + ("☐" if box[2] == " " else "☑"), safe)
        if typography.speaks(language):
            safe = typography.bound_html(safe)
        plain = plain_text(safe)
        return Converted(
            html=safe,
            plain_text=plain,
            excerpt=_cut(_first_paragraph(safe) or " ".join(plain.split())),
            reading_minutes=max(1, round(len(plain.split()) / WORDS_A_MINUTE)),
            images=list(dict.fromkeys(page.images)),
            missing_images=list(dict.fromkeys(page.missing)),
            remote_images=list(dict.fromkeys(page.remote)),
        )


@dataclass(slots=True)
class _Page:
    """Brings sanitised HTML into the site's form, tag by tag."""

    labels: Mapping[str, str]
    images: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)
    _shift: int = 0
    _tables: int = 0
    _links: int = 0

    def shaped(self, source: str) -> str:
        source = _RAW_IFRAME.sub(r"\1", source)
        # The page's own title is its h1.
        self._shift = 1 if "<h1" in source else 0
        shaped = _TITLED_PICTURE.sub(_figure, _TAG.sub(self._tag, source))
        return _BARE_ADDRESS.sub(r'<p><a href="\1">\1</a></p>', shaped)

    def _tag(self, match: re.Match[str]) -> str:
        closing, name, rest = match.groups()
        if name == "a":
            self._links += -1 if closing else 1
        elif name == "table":
            return self._table(match.group(), closing)
        elif name in sanitising.EMBEDDED:
            return "" if closing else self._embedded(_attributes(rest))
        elif name == "img":
            return self._image(_attributes(rest))
        elif self._shift and len(name) == 2 and name[0] == "h" and name[1].isdigit():
            return f"<{closing}h{min(6, int(name[1]) + self._shift)}{rest}>"
        return match.group()

    def _table(self, tag: str, closing: str) -> str:
        """A wide table scrolls by itself, with the keyboard too; only the outermost one."""
        if closing:
            self._tables -= 1
            return tag + ("</div>" if self._tables == 0 else "")
        self._tables += 1
        if self._tables > 1:
            return tag
        label = html.escape(self.labels["table"])
        return f'<div class="table-scroll" role="group" tabindex="0" aria-label="{label}">{tag}'

    def _embedded(self, attributes: dict[str, str]) -> str:
        """No page of another site inside ours: a link to it."""
        address = attributes.get("src", "")
        if not address:
            return ""
        shown = html.escape(_shown(html.unescape(address)))
        return (
            f'<p class="embedded"><a href="{address}">'
            f"{html.escape(self.labels['media'])}: {shown}</a></p>"
        )

    def _image(self, attributes: dict[str, str]) -> str:
        address = html.unescape(attributes.get("src", "")).strip()
        alt = attributes.get("alt", "")
        if not address:
            return ""
        if _is_remote(address):
            self.remote.append(address)
            text = alt or f"{html.escape(self.labels['picture'])}: {html.escape(_shown(address))}"
            # A picture that is a link already stays the link that it was.
            return text if self._links else f'<a href="{html.escape(address)}">{text}</a>'
        if not address.startswith("/media/"):
            self.missing.append(address)
            return f'<em class="missing-picture">{alt}</em>' if alt else ""
        self.images.append(address)
        kept = "".join(
            f' {name}="{attributes[name]}"'
            for name in ("title", "width", "height")
            if name in attributes
        )
        source = html.escape(address)
        return f'<img src="{source}" alt="{alt}"{kept} loading="lazy" decoding="async">'


def _figure(match: re.Match[str]) -> str:
    opening, before, title, after, closing = match.groups()
    if bool(opening) != bool(closing) or not title.strip():
        return match.group()
    image = f"{opening or ''}<img {before}{after}>{closing or ''}"
    return f"<figure>{image}<figcaption>{title}</figcaption></figure>"


def plain_text(safe: str) -> str:
    """The words of sanitised HTML: a block a line, without the marks of footnotes."""
    without_marks = _FOOTNOTE_MARK.sub("", safe)
    text = _TAG.sub(lambda m: "" if m.group(2) in _INLINE else "\n", without_marks)
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _first_paragraph(safe: str) -> str:
    """The first paragraph of the article's own text that says something."""
    depth = 0
    begin = -1
    for match in _TAG.finditer(safe):
        closing, name, _ = match.groups()
        if name in _ASIDE:
            depth += -1 if closing else 1
        elif name == "p" and depth == 0:
            if not closing:
                begin = match.end()
            elif begin >= 0:
                text = " ".join(plain_text(safe[begin : match.start()]).split())
                if sum(map(str.isalnum, text)) >= 20 and not _ADDRESS.fullmatch(text):
                    return text
    return ""


def _cut(text: str) -> str:
    """At most LONGEST_EXCERPT characters, cut after a whole word."""
    if len(text) <= LONGEST_EXCERPT:
        return text
    head = text[: LONGEST_EXCERPT - 1]
    cut = head if text[len(head)].isspace() else head.rpartition(" ")[0] or head
    return cut.rstrip(" ,;:–—-(") + "…"


def _attributes(rest: str) -> dict[str, str]:
    """Names and values as they stand in the source, still escaped."""
    return dict(_ATTRIBUTE.findall(rest))


def _is_remote(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc) or address.startswith(("//", "\\", "/\\"))


def _shown(address: str) -> str:
    """An address as a link shows it: host and last segment."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address[:80]
    return (parts.netloc.rpartition("@")[2] or parts.path)[:80]
