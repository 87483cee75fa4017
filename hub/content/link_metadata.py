"""What a page says of itself: Open Graph (ogp.me), `<title>` and the description, from its bytes.

Pages elsewhere may hold anything. Only the beginning is looked at, by expressions that go through
it once; no parser builds a tree of it.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 300
LONGEST_NAME = 80
# A head that is longer than that says what matters before.
_LONGEST_HEAD = 300_000
_META = re.compile(
    r"""<meta\s((?:"[^"<]{0,4000}"|'[^'<]{0,4000}'|[^<>"']){1,4000})>""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"""([a-z:.-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_TITLE = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,2000})", re.IGNORECASE)
_END_OF_HEAD = re.compile(r"</head\b|<body\b", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^<>]{0,200}charset\s{0,9}=\s{0,9}["']?([\w.-]{1,40})""", re.I)
_OF_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.-]{1,40})""", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Plain text, each part one line; `description` and `site_name` may be empty."""

    title: str
    description: str
    site_name: str


def read(body: bytes, content_type: str) -> Metadata | None:
    """What a page says of itself; None for what is no page, and for one without a title."""
    if not content_type.lower().strip().startswith(_HTML):
        return None
    text = _decoded(body[:_LONGEST_HEAD], content_type)
    end = _END_OF_HEAD.search(text)
    head = text[: end.start()] if end else text
    said: dict[str, str] = {}
    for match in _META.finditer(head):
        values = {
            name.lower(): double or single or bare
            for name, double, single, bare in _ATTRIBUTE.findall(match[1])
        }
        name = (values.get("property") or values.get("name") or "").lower()
        if name and values.get("content"):
            said.setdefault(name, values["content"])
    titled = _TITLE.search(head)
    title = said.get("og:title") or said.get("twitter:title") or (titled[1] if titled else "")
    description = said.get("og:description") or said.get("description") or ""
    found = Metadata(
        _line(title, LONGEST_TITLE),
        _line(description, LONGEST_DESCRIPTION),
        _line(said.get("og:site_name", ""), LONGEST_NAME),
    )
    return found if found.title else None


def _decoded(body: bytes, content_type: str) -> str:
    """In the encoding that the header says, else the page, else UTF-8 (HTML §13.2.3.2)."""
    header, page = _OF_HEADER.search(content_type), _CHARSET.search(body[:2048])
    name = header[1] if header else page[1].decode("ascii") if page else "utf-8"
    try:
        return body.decode(name, errors="replace")
    except (LookupError, ValueError):  # no such encoding, or one that is none of text
        return body.decode("utf-8", errors="replace")


def _line(text: str, longest: int) -> str:
    """One line of words, cut after a whole one; nothing that is not seen."""
    seen = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c != "\u200d" else c
        for c in html.unescape(text)
    )
    line = " ".join(seen.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:–—-(") + "…"
