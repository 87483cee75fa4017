"""A page as the cache keeps it: its plain form, compressed ones, and what a 304 says.

Each form has an ETag of its own (RFC 9110 §8.8.3.3), so a client never takes one for another.
"""

import hashlib
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Message

from hub.web import codings

_COMPRESSIBLE = (b"text/", b"application/", b"image/svg")
_SMALLEST_TO_COMPRESS = 600

Header = tuple[bytes, bytes]
# A page's path, and the number of a list's page.
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers, as an ASGI message and as the lines of HTTP/1.1 (without `Date`)."""

    start: Message
    lines: bytes


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a page, ready made."""

    etag: bytes
    head: Head
    not_modified: Head
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A page. `modified` is in whole seconds since the epoch, `headers` are those of every form.

    `variants` has its plain form and, when it is `compressible`, those that were asked for.
    """

    key: Key
    status: int
    modified: int
    paged: bool
    compressible: bool
    digest: str
    headers: list[Header]
    variants: dict[bytes, Variant] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(variant.body) + 1_500 for variant in self.variants.values())

    def coding(self, accepted: bytes) -> bytes:
        """The coding for a client's Accept-Encoding."""
        return codings.chosen(accepted) if accepted and self.compressible else codings.PLAIN


class Wish(NamedTuple):
    """What the headers of a request say about the form of the answer; empty where nothing."""

    accepted: bytes
    if_none_match: bytes
    if_modified_since: bytes


def entry_of(
    key: Key, status: int, headers: list[Header], body: bytes, *, changed_at: int, paged: bool
) -> Entry:
    """An answer as it is kept; only a list (`paged`) is another page for each number."""
    replaced = (b"content-length", b"etag", b"last-modified", b"vary")
    common = [header for header in headers if header[0] not in replaced]
    names = {name for name, _ in common}
    common.append((b"last-modified", formatdate(changed_at, usegmt=True).encode()))
    if b"cache-control" not in names:
        common.append((b"cache-control", b"public, max-age=0, must-revalidate"))
    content_type = next((v for n, v in common if n == b"content-type"), b"")
    text = content_type.startswith(_COMPRESSIBLE)
    if text:
        common.append((b"vary", b"accept-encoding"))
    entry = Entry(
        key=key if paged else (key[0], 1),
        status=status,
        modified=changed_at,
        paged=paged,
        compressible=text and len(body) >= _SMALLEST_TO_COMPRESS,
        digest=hashlib.blake2b(body, digest_size=12).hexdigest(),
        headers=common,
    )
    entry.variants[codings.PLAIN] = variant_of(entry, codings.PLAIN, body)
    return entry


def variant_of(entry: Entry, coding: bytes, body: bytes) -> Variant:
    """The form of a page in a coding; `body` is in that coding."""
    tag = f'"{entry.digest}{codings.SUFFIX[coding]}"'.encode()
    said = [(b"content-encoding", coding)] if coding else []
    length = (b"content-length", str(len(body)).encode())
    headers = [*entry.headers, *said, (b"etag", tag), length]
    of_the_body = (b"content-type", b"content-length", b"content-encoding")
    kept = [header for header in headers if header[0] not in of_the_body]
    return Variant(tag, _head(entry.status, headers), _head(304, kept), body)


def _head(status: int, headers: list[Header]) -> Head:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return Head(start, b"\r\n".join(lines) + b"\r\n")


def wish_of(headers: list[Header]) -> Wish:
    """What a client asks for; a header that came twice is one list."""
    accepted = if_none_match = if_modified_since = b""
    for name, value in headers:
        if name == b"accept-encoding":
            accepted = value if not accepted else accepted + b"," + value
        elif name == b"if-none-match":
            if_none_match = value if not if_none_match else if_none_match + b"," + value
        elif name == b"if-modified-since":
            if_modified_since = value
    return Wish(accepted, if_none_match, if_modified_since)


def unchanged(entry: Entry, variant: Variant, wish: Wish) -> bool:
    """Whether the client has that very form of the page already.

    RFC 9110 §13.2.2: If-None-Match decides when it is there, the date only without it.
    """
    if entry.status != 200:
        return False
    if wish.if_none_match:
        if wish.if_none_match.strip() == b"*":
            return True
        tags = {tag.strip().removeprefix(b"W/") for tag in wish.if_none_match.split(b",")}
        return variant.etag in tags
    if not wish.if_modified_since:
        return False
    try:
        since = parsedate_to_datetime(wish.if_modified_since.decode("latin-1"))
        return entry.modified <= since.timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
