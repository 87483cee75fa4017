"""Addresses inside an article made absolute: feed readers and mail programs know no page to
resolve them against.

Works on what nh3 wrote (attributes in double quotes), so two patterns do it, at a tenth of a
parser's time.
"""

import html
import re
from urllib.parse import urljoin

_TAG = re.compile(r'<[a-zA-Z][a-zA-Z0-9-]*(?:\s+[a-zA-Z][\w:-]*(?:="[^"]*")?)+\s*/?>')
_ADDRESS = re.compile(r'(\s(?:href|src|poster|cite)=")([^"]*)(")')


def absolute(body: str, base: str) -> str:
    """`body` with every href, src, poster and cite resolved against `base` (an absolute URL)."""

    def resolve(match: re.Match[str]) -> str:
        try:
            found = urljoin(base, html.unescape(match[2]).strip())
        except ValueError:  # brackets that are no IPv6 address
            return match[0]
        return f"{match[1]}{html.escape(found)}{match[3]}"

    return _TAG.sub(lambda tag: _ADDRESS.sub(resolve, tag[0]), body)
