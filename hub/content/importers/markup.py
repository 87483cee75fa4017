"""HTML that another program wrote, as it stands in a Markdown file.

It stays HTML: Markdown passes it through, the hub sanitises it like everything else, and what
its writer made (captions, tables, embeds) is not lost in a conversion. So that Markdown does not
end it early it holds no empty line, and so that its new owner can edit it each block begins a line.
"""

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL | re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n[ \t\r]*(?=\n)")
_EMPTY = re.compile(r"\n((?:[ \t]*\n)+)")
_BLOCKS = "p|h[1-6]|ul|ol|blockquote|figure|div|pre|table|hr|section|iframe"
_BLOCK_END = re.compile(rf"(</(?:{_BLOCKS})>|<hr\s*/?>)\s*(?=<)", re.IGNORECASE)
_BEGINS_WITH_BLOCK = re.compile(rf"\s*<(?:{_BLOCKS})\b", re.IGNORECASE)
_HEAD = re.compile(r"\A.*?<body[^>]*>|</body>.*\Z", re.DOTALL | re.IGNORECASE)


def block(html: str) -> str:
    """The HTML as one raw block of Markdown; empty for none."""
    html = _COMMENT.sub("", html.replace("\r\n", "\n").replace("\r", "\n")).strip()
    kept: list[str] = []
    end = 0
    for pre in _PRE.finditer(html):
        kept += [_tidy(html[end : pre.start()]), _EMPTY.sub(_written_out, pre.group())]
        end = pre.end()
    text = "".join([*kept, _tidy(html[end:])]).strip()
    # What Markdown would take for the code of a paragraph.
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    if not text or _BEGINS_WITH_BLOCK.match(text):
        return text
    return f"<div>\n{text}\n</div>"


def classic(text: str) -> str:
    """What WordPress stored: HTML of its blocks, or text with empty lines between paragraphs."""
    if "<!-- wp:" in text or _BEGINS_WITH_BLOCK.match(text):
        return block(text)
    return _COMMENT.sub("", text.replace("\r\n", "\n"))


def body_of(document: str) -> str:
    """What stands inside the body of a whole HTML document."""
    return _HEAD.sub("", document)


def _written_out(lines: re.Match[str]) -> str:
    return "\n" + "&#10;" * lines[1].count("\n")


def _tidy(html: str) -> str:
    html = _EMPTY_LINES.sub("", html)
    return _BLOCK_END.sub(r"\1\n", re.sub(r"\n[ \t]+", "\n", html))
