"""Markdown as most people write it, CommonMark, brought into the form that the library
`markdown` reads: fences anywhere, lists with any indentation and without an empty line
before them, raw HTML that ends at an empty line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.codehilite import CodeHilite
from markdown.extensions.toc import slugify as ascii_slugify
from markdown.extensions.toc import slugify_unicode
from markdown.inlinepatterns import SimpleTagInlineProcessor, SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor

_TAB = 4
_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})([^\n]*)")
_ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])(?:( +)(?=\S)|$)")
_RULE = re.compile(r" {0,3}([-*_])( *\1){2,} *$")
_QUOTE = re.compile(r" {0,3}> ?")
_BLOCK_START = re.compile(r" {0,3}(#{1,6}(\s|$)|>|`{3}|~{3})")
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|"
    "header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|noscript|ol|optgroup|"
    "option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
# CommonMark 0.31 §4.6, the kinds of HTML blocks: where one begins, and where it ends.
_HTML_UNTIL_MARK = (
    (re.compile(r" {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)", re.I), re.compile(
        r"</(?:pre|script|style|textarea)>", re.I)),
    (re.compile(r" {0,3}<!--"), re.compile(r"-->")),
)  # fmt: skip
_HTML_UNTIL_EMPTY = re.compile(rf" {{0,3}}</?(?:{_BLOCK_TAGS})(?=[\s>]|/>|$)", re.I)
_HTML_TAG_ALONE = re.compile(
    r" {0,3}(?:<[a-z][a-z0-9-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))"
    r"?)*\s*/?>|</[a-z][a-z0-9-]*\s*>)\s*$",
    re.I,
)
# `<div markdown="1">`: the library reads what is inside itself.
_ASKS_FOR_MARKDOWN = re.compile(r"<[^>]*\smarkdown\s*=", re.I)
_MORE_ESCAPES = list("\"$%&',/:;<=>?@^|~")


class CommonMark(Extension):
    """Adds all of the above to a Markdown instance; in the place of `fenced_code`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the library's name
        md.preprocessors.register(_Adapting(md), "fenced_code_block", 25)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(~~)(?=\S)(.+?)~~", "del"), "del", 65)
        md.inlinePatterns.register(
            SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash_break", 185
        )
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, *_MORE_ESCAPES]


def anchor(value: str, separator: str) -> str:
    """The id of a heading: ASCII where that leaves something, as other programs make it."""
    return ascii_slugify(value, separator) or slugify_unicode(value, separator)


class _Adapting(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        assert self.md is not None
        return _Adapter(lines, self.md.htmlStash.store).adapted()


@dataclass(slots=True)
class _Adapter:
    """One container's lines, from top to bottom.

    `items` holds, for each list item that is open, the column at which its contents begin;
    the library wants four columns for each.
    """

    lines: list[str]
    store: Callable[[str], str]
    out: list[str] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    at: int = 0
    in_paragraph: bool = False
    # An empty line came since the last item began: the library wants one before the next too.
    gap: bool = False
    # Whether the last item at each depth was numbered: a list of the other kind is a new list.
    numbered: dict[int, bool] = field(default_factory=dict)

    def adapted(self) -> list[str]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.out.append("")
                self.in_paragraph = False
                self.gap = True
                self.at += 1
                continue
            self._leave_items(line)
            self._block(self.lines[self.at][self._offset :], _TAB * len(self.items) * " ")
        return self.out

    @property
    def _offset(self) -> int:
        return self.items[-1] if self.items else 0

    def _leave_items(self, line: str) -> None:
        """Close the items that this line is not indented enough for."""
        indent = len(line) - len(line.lstrip(" "))
        # Text that follows a paragraph without an empty line goes on with it (§5.2, laziness).
        begins = _ITEM.match(line.lstrip(" ")) or _BLOCK_START.match(line.lstrip(" "))
        if self.in_paragraph and not begins:
            if indent < self._offset:
                self.lines[self.at] = " " * self._offset + line.lstrip(" ")
            return
        while self.items and indent < self.items[-1]:
            self.items.pop()
            # The paragraph ended with its item.
            self.in_paragraph = False

    def _block(self, rest: str, lead: str) -> None:
        """What begins in this line, seen from inside its list item."""
        fence = _FENCE.match(rest)
        if fence and (fence.group(2)[0] == "~" or "`" not in fence.group(3)):
            self._fence(fence, lead)
            return
        if not self.in_paragraph or not rest.startswith("    "):
            if _QUOTE.match(rest):
                self._quote(lead)
                return
            if not _RULE.match(rest) and (item := _ITEM.match(rest)) and self._may_begin(item):
                self._item(item, rest, lead)
                return
            if rest.lstrip().startswith("<") and self._html(rest, lead):
                return
        self.out.append(lead + rest)
        self.in_paragraph = not (rest.startswith("    ") and not self.in_paragraph) and not (
            _BLOCK_START.match(rest) or _RULE.match(rest)
        )
        self.at += 1

    def _may_begin(self, item: re.Match[str]) -> bool:
        """Inside a paragraph only a list that begins with 1, or with a bullet, may begin (§5.3)."""
        if not self.in_paragraph or self.items:
            return True
        return item.group(3) is not None and item.group(2) in ("-", "*", "+", "1.", "1)")

    def _item(self, item: re.Match[str], rest: str, lead: str) -> None:
        before, mark, spaces = item.groups()
        numbered, depth = mark[-1] in ".)", len(self.items)
        interrupts = self.in_paragraph and not self.items
        other_kind = self.numbered.get(depth, numbered) != numbered
        self.numbered[depth] = numbered
        if (interrupts or self.gap or other_kind) and self.out and self.out[-1].strip():
            self.out.append("")
        self.gap = False
        width = len(before) + len(mark) + (len(spaces) if spaces and len(spaces) <= 4 else 1)
        self.items.append(self._offset + width)
        content = rest[width:]
        bullet = mark.replace(")", ".") if numbered else "-"
        head = f"{lead}{bullet} "
        self.in_paragraph = False
        # What is in the line after the marker is a block of its own: a fence, another list.
        self.lines[self.at] = " " * self._offset + content
        if not content.strip():
            self.out.append(head.rstrip() + " ")
            self.at += 1
            return
        mark_line = len(self.out)
        self._block(content, _TAB * len(self.items) * " ")
        first = self.out[mark_line]
        while not first.strip() and mark_line + 1 < len(self.out):
            del self.out[mark_line]
            first = self.out[mark_line]
        self.out[mark_line] = head + first.lstrip(" ")

    def _quote(self, lead: str) -> None:
        """A quotation is a container of its own; its lines are adapted without their marks."""
        inner: list[str] = []
        while self.at < len(self.lines):
            rest = self.lines[self.at][self._offset :]
            mark = _QUOTE.match(rest)
            if mark is None or self.lines[self.at][: self._offset].strip():
                break
            inner.append(rest[mark.end() :])
            self.at += 1
        self.out += [f"{lead}> {line}" for line in _Adapter(inner, self.store).adapted()]
        self.in_paragraph = bool(inner and inner[-1].strip())

    def _fence(self, fence: re.Match[str], lead: str) -> None:
        """Everything to the closing fence, or to the end, is code (§4.5)."""
        indent, mark, info = fence.groups()
        closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}} *$")
        margin = self._offset + len(indent)
        code: list[str] = []
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if closing.match(line[self._offset :]) and not line[: self._offset].strip():
                self.at += 1
                break
            if self.items and line.strip() and len(line) - len(line.lstrip(" ")) < self._offset:
                break
            cut = min(margin, len(line) - len(line.lstrip(" ")))
            code.append(line[cut:])
            self.at += 1
        self._stash(_highlighted("\n".join(code), _language(info)), lead)

    def _html(self, rest: str, lead: str) -> bool:
        if _ASKS_FOR_MARKDOWN.search(rest):
            return False
        for begins, ends in _HTML_UNTIL_MARK:
            if begins.match(rest):
                self._raw(lambda line, ends=ends: bool(ends.search(line)), lead, whole=True)  # type: ignore[misc]
                return True
        if _HTML_UNTIL_EMPTY.match(rest) or (not self.in_paragraph and _HTML_TAG_ALONE.match(rest)):
            self._raw(lambda line: not line.strip(), lead, whole=False)
            return True
        return False

    def _raw(self, ends: Callable[[str], bool], lead: str, *, whole: bool) -> None:
        """Lines of HTML as they are; `whole`: the line that ends them belongs to them."""
        raw: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if ends(line) and not whole:
                break
            raw.append(line[min(self._offset, len(line) - len(line.lstrip(" "))) :])
            self.at += 1
            if whole and ends(line):
                break
        self._stash("\n".join(raw), lead)

    def _stash(self, html: str, lead: str) -> None:
        self.out += ["", lead + self.store(html), ""]
        self.in_paragraph = False
        self.gap = True


def _language(info: str) -> str:
    """`rust,ignore` → `rust`; `{.python .numbered}` → `python`."""
    words = re.findall(r"[\w#+-]+", info)
    return words[0] if words else ""


def _highlighted(code: str, language: str) -> str:
    return CodeHilite(
        code, lang=language or None, guess_lang=False, css_class="codehilite", use_pygments=True
    ).hilite(shebang=False)
