"""Markdown as the text part of a mail: it reads well as it is, but for links and pictures."""

import re
from urllib.parse import urljoin

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\((<[^>\n]*>|[^)\s]+)(?:\s+\"[^\"\n]*\")?\)")
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)


def readable(markdown: str, base: str) -> str:
    """Links as `words (https://…)`, pictures as `[what they show]`; code stays as it is.

    `base` is what relative addresses belong to. Linear in the length of the text.
    """
    parts: list[str] = []
    in_code = False
    for line in markdown.replace("\r\n", "\n").strip("\n").split("\n"):
        if _FENCE.match(line.lstrip()):
            in_code = not in_code
            continue
        parts.append(f"    {line}" if in_code else _spelled_out(line, base))
    return "\n".join(parts)


def _spelled_out(line: str, base: str) -> str:
    if "](" not in line:
        return line
    line = _IMAGE.sub(lambda found: f"[{found[1]}]" if found[1].strip() else "", line)
    return _LINK.sub(lambda found: _link(found[1], found[2].strip("<>"), base), line)


def _link(words: str, address: str, base: str) -> str:
    try:
        url = urljoin(base, address)
    except ValueError:  # brackets that are no IPv6 address
        url = address
    return url if words == url else f"{words} ({url})"
