"""What a client can invent: targets, headers and bodies, around the routes that the app has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from starlette.routing import Route

Header = tuple[bytes, bytes]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW")
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


T = TypeVar("T")


def one_of_these(values: Sequence[T]) -> SearchStrategy[T]:
    """As `sampled_from`, which would print all of them, with those of 100 kB, as its name."""
    return st.integers(0, len(values) - 1).map(lambda n: values[n])


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `target` as it stands in the request line, in latin-1."""

    target: str
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    chunks: int = field(default=1, compare=False)


def address(route: Route, values: Mapping[str, str]) -> str:
    """The address of a route with these values in its slots; `1` or `x` where none is known."""

    def fill(slot: re.Match[str]) -> str:
        return values.get(slot[1], "1" if slot[2] == "int" else "x")

    return _SLOT.sub(fill, route.path)


_SEGMENTS = (
    *("..", ".", "", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2F", "%5c", "a%2Fb", "//", "a//b"),
    *("%00", "a%00b", "%", "%zz", "%u0041", "%c0%af", "%ff%fe", "%ed%a0%80", "%f4%90%80%80"),
    *("e%CC%81", "%C3%A9", "%E2%84%AA", "%EF%BC%8F", "%E2%80%AE", "%0d%0aX-Evil:1", "%09", "+"),
    *("-1", "0", "00", "1" + "0" * 30, "9" * 5000, "1.5", "%D9%A1", "1e9", "0x10", "NaN"),
    *("'", '"', "%27%20OR%201=1--", "%3Cscript%3E", "{{7*7}}", "%7B%7B7*7%7D%7D", "${x}", "%25s"),
    *("a" * 8000, "%61" * 3000, "x.md", ".md", "feed.xml", "admin", "null", "CON", "~", "*", "@"),
    *("[", "]", "a:b", ";a=b", "a;jsessionid=1", "?", "%3F", "#", "%23", "index.php"),
)


def _unbroken(octets: bytes) -> str:
    """Octets that a request line can hold, as latin-1."""
    return bytes(octet for octet in octets if octet > 32 and octet != 127).decode("latin-1")


_words = st.text(max_size=40).map(lambda text: quote(text, safe="", errors="surrogatepass"))
_octets = st.binary(max_size=40).map(lambda octets: quote_from_bytes(octets, safe=""))
segments: SearchStrategy[str] = st.one_of(one_of_these(_SEGMENTS), _words, _octets)

_VALUES = st.one_of(
    segments, one_of_these(("tide", "1", "2", "-1", "99", "q" * 100_000, "%20" * 3000, "page"))
)
_NAMES = st.sampled_from(
    ("page", "q", "page[]", "page%00", "done", "next", "status", "id", "a.b", "", "_method", "%ff")
)
queries: SearchStrategy[str] = st.one_of(
    st.just(""),
    st.lists(st.tuples(_NAMES, _VALUES), min_size=1, max_size=6).map(
        lambda pairs: "?" + "&".join(f"{name}={value}" for name, value in pairs)
    ),
    one_of_these(("?", "??", "?&&&", "?=", "?page", "?page=1&" + "a=1&" * 3000, "?q=%")),
    _octets.map("?{}".format),
    # Not encoded at all: servers let it pass.
    st.binary(max_size=20).map(lambda octets: "?q=" + _unbroken(octets)),
)


@st.composite
def targets(draw: st.DrawFn, route: Route, values: Mapping[str, str]) -> str:
    """The route's own address (as often as not), or one bent out of shape, with a query."""
    if draw(st.booleans()):
        return address(route, values) + draw(queries)
    slots = [name for name, _ in _SLOT.findall(route.path)]
    bent = {name: draw(segments) for name in slots if draw(st.booleans())}
    path = address(route, {**values, **bent})
    shapes = (path + "/", "/" + path, path.upper(), path + "//", "/." + path, path + "/..")
    more = (path.replace("/", "%2F"), path.replace("/", "\\"), path + "%00", *(path,) * 6)
    shaped: str = draw(st.sampled_from((*shapes, *more)))
    return shaped.replace("?", "") + draw(queries)


_hosts = (
    *("evil.test", "hub.test", "hub.test:99999", "hub.test:evil", "[", "[::1]", "[::1", "]", ""),
    *("hub.test@evil.test", "hub.test/..", "a b", "%00", "\xff\xfe", "a" * 5000, "evil.test#", "?"),
    *("http://evil.test", ":", ":80", "ⓗub".encode().decode("latin-1"), "127.0.0.1", "-", ".."),
)
_dates = ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0", "-1", "yesterday")
_lists = (
    "*",
    "",
    ",",
    ", ,",
    ";",
    ";q=",
    "q=1",
    ";;;",
    "*/*;q=x",
    "a" * 9000,
    ",".join("ab" * 999),
)
_CHOICES: Mapping[str, Sequence[str]] = {
    "host": _hosts,
    "x-forwarded-host": _hosts,
    "x-forwarded-server": _hosts,
    "forwarded": ("for=evil;host=evil.test;proto=ftp", "host=[", ";;"),
    "x-forwarded-for": ("1.2.3.4", "::1", "evil", ",,,", "1.2.3.4, [", "\xff", "1" * 5000),
    "x-forwarded-proto": ("http", "https", "ftp", "javascript", ""),
    "x-forwarded-port": ("0", "99999", "evil"),
    "x-forwarded-prefix": ("/evil", "//evil.test"),
    "x-original-url": ("/admin", "//evil.test"),
    "x-rewrite-url": ("/admin",),
    "x-http-method-override": ("DELETE", "POST"),
    "x-hub-shared": ("1", "paged"),
    "range": (
        *("bytes=0-0", "bytes=-1", "bytes=5-", "bytes=9999999-", "bytes=5-1", "bytes=", "lines=1"),
        *("bytes=0-0,2-3", "bytes=" + "0-1," * 2000, "bytes=-" + "9" * 5000, "bytes=²-³", "-"),
    ),
    "if-range": (*_dates, '"x"', "W/", "[", '"'),
    "if-none-match": (*_lists, '"x"', 'W/"x"', '"', "W/", '"' * 5000),
    "if-match": (*_lists, '"x"'),
    "if-modified-since": (*_dates, "Mon, 99 Foo 99999999 99:99:99 GMT", "\xff"),
    "if-unmodified-since": _dates,
    "accept": (*_lists, "application/json", "image/*", "text/html;q=0", "\xff/\xff"),
    "accept-encoding": (*_lists, "gzip", "gzip;q=0", "br", "zstd", "identity;q=0", "gzip;q=²"),
    "accept-language": (*_lists, "fr", "xx-YY-" * 500, "fr;q=nan", "en;q=1e999", "\xc3\xa9"),
    "cookie": ("hub=x", "__Host-hub=x", "=", ";", "a=" + "b" * 9000, "hub=\xff", '__Host-hub="\\'),
    "content-type": (
        *("application/x-www-form-urlencoded", "multipart/form-data", "application/json", "", "/"),
        *("multipart/form-data; boundary=b", 'multipart/form-data; boundary="', "text/\xff"),
        *(
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data; boundary=\xff",
        ),
        "application/x-www-form-urlencoded; charset=" + "x" * 500,
    ),
    "content-length": ("0", "-1", "²", "5", "99999999", "9" * 5000, "x", ""),
    "content-encoding": ("gzip", "br"),
    "transfer-encoding": ("chunked", "gzip, chunked", "x"),
    "expect": ("100-continue", "x"),
    "origin": ("null", "https://evil.test", "http://[", "https://hub.test", "", "\xff"),
    "referer": ("https://hub.test/", "http://[", "https://hub.test/" + "a" * 9000, "\xff", "//"),
    "sec-fetch-site": ("same-origin", "cross-site", "none", "x", "\xff"),
    "upgrade": ("h2c", "websocket", "x"),
    "connection": ("upgrade", "close", "keep-alive, x", "host"),
    "authorization": ("Basic x", "Bearer \xff"),
    "user-agent": ("", "x" * 9000, "\xff"),
    "sec-purpose": ("prefetch",),
    "x-evil": ("1",),
}
# What reaches an application of what is in a header: no control characters but the tab.
_texts = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60
)


@st.composite
def header(draw: st.DrawFn) -> Header:
    """One header with a value that somebody might try."""
    name = draw(st.sampled_from(sorted(_CHOICES)))
    value = draw(st.one_of(one_of_these(_CHOICES[name]), _texts))
    return name.encode(), value.encode("utf-8" if max(value, default="") > "\xff" else "latin-1")


headers: SearchStrategy[tuple[Header, ...]] = st.lists(header(), max_size=6).map(tuple)

# What the forms of the hub ask for.
_FIELDS = (
    *("email", "name", "cadence", "topics", "language", "paused_until", "password", "next", "q"),
    *("title", "markdown", "slug", "excerpt", "authors", "newsletter", "canonical_url", "cover"),
    *("action", "updated_at", "kind", "status", "stream", "description", "timezone", "base_url"),
    *("weekly_day", "weekly_time", "send_per_second", "theme", "accent_colour", "legal_notice"),
)
_typed = st.one_of(
    one_of_these(("", "ada@mail.test", "weekly", "fr", "2027-01-01", "0001-01-01", "a" * 9000)),
    st.sampled_from(("publish", "save", "1e400", "nan", "25:61", "Mars/Base", "%5B" * 300, "-1")),
    segments,
)
_filled = st.lists(st.tuples(st.sampled_from(_FIELDS), _typed), max_size=12)
_urlencoded = _filled.map(lambda pairs: "&".join(f"{n}={v}" for n, v in pairs).encode("latin-1"))
_PARTS = (
    *(b"--b\r\n", b"--b--\r\n", b"--b", b"\r\n", b"\r\n\r\n", b"\n", b"--", b"x", b"\0", b"\xff"),
    b'Content-Disposition: form-data; name="email"\r\n',
    b'Content-Disposition: form-data; name="file"; filename="../../x"\r\n',
    *(b"Content-Disposition: form-data\r\n", b"Content-Disposition: \xff\r\n"),
    *(b"Content-Type: text/plain; charset=nonsense\r\n", b"ada@mail.test", b"Content-Disposition"),
)
_multipart = st.lists(st.sampled_from(_PARTS), max_size=14).map(b"".join)


def _whole(pairs: list[tuple[str, str]]) -> bytes:
    """A form as a browser sends it in parts."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return "".join((*parts, "--b--\r\n")).encode("latin-1")


_AS_FIELDS = (b"content-type", b"application/x-www-form-urlencoded")
_AS_PARTS = (b"content-type", b"multipart/form-data; boundary=b")
# A body with the headers that belong to it; now and then more than a form may hold.
bodies: SearchStrategy[tuple[tuple[Header, ...], bytes]] = st.one_of(
    st.just(((), b"")),
    st.tuples(st.just((_AS_FIELDS,)), _urlencoded),
    st.tuples(st.just((_AS_PARTS,)), st.one_of(_filled.map(_whole), _multipart)),
    st.tuples(st.sampled_from(((), (_AS_FIELDS,), (_AS_PARTS,))), st.binary(max_size=200)),
    st.tuples(
        st.sampled_from(((_AS_FIELDS,), (_AS_PARTS,))),
        one_of_these((b"a=1&" * 500, b"email=" + b"x" * 100_000, b"x" * 2_600_000)),
    ),
)


@st.composite
def requests(draw: st.DrawFn, route: Route, values: Mapping[str, str]) -> Asked:
    """A request for something at or near a route: any method, mostly those that it takes."""
    own = sorted(route.methods or ("GET",))
    # A form has more in it to go wrong.
    taken = [*own, "POST", "POST", "POST"] if "POST" in own else own
    return draw(requests_at(targets(route, values), taken))


@st.composite
def requests_at(
    draw: st.DrawFn, target: SearchStrategy[str], taken: Sequence[str] = ("GET", "HEAD")
) -> Asked:
    """A request for one of these targets: any method, mostly those that are `taken`."""
    methods = st.sampled_from(taken)
    method = draw(st.one_of(methods, methods, st.sampled_from(METHODS)))
    described, body = draw(bodies) if method not in ("GET", "HEAD") else ((), b"")
    return Asked(
        target=draw(target),
        method=method,
        headers=(*described, *draw(headers)),
        body=body,
        chunks=draw(st.integers(1, 3)),
    )
