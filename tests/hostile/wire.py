"""Requests as octets: in order, out of order, and what is no HTTP at all."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.hostile.invented import Asked, one_of_these

# Ends whatever is understood before it, and the connection.
END = b"GET /healthz HTTP/1.1\r\nHost: hub.test\r\nConnection: close\r\n\r\n"
_VERSIONS = (b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"http/1.1", b"", b"ICY/1.1")
_BREAKS = (b"\n", b"\r", b"\n\r", b"\r\r\n", b"\0")
_ODD_LINES = (
    *(b"Host", b": x", b" folded: x", b"\tfolded", b"a b: c", b"Host : hub.test", b"\xff: \xff"),
    *(
        b"X: " + b"a" * 100_000,
        b"X: \0",
        b"X: a\rb",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
    ),
    *(
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
    ),
    *(b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked, x"),
    *(b"Host: a\r\nHost: b", b"Connection: close", b"Connection: upgrade\r\nUpgrade: websocket"),
    *(
        b"HTTP2-Settings: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c",
        b"Range: bytes=0-",
    ),
)
_NOT_HTTP = (
    *(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 50,
    ),
    *(
        b"\0" * 200,
        b"GET",
        b"GET / HTTP/1.1",
        b"GET /\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"EHLO x\r\n",
    ),
    *(
        b"CONNECT hub.test:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    ),
    *(b"GET http://evil.test/ HTTP/1.1\r\nHost: hub.test\r\n\r\n", b"GET " + b"/a" * 60_000 + b" "),
    *(b"GET //evil.test/ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET \\ HTTP/1.1\r\nHost: x\r\n\r\n"),
    b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
)
_CHUNKS = (
    *(
        b"5\r\nhello\r\n0\r\n\r\n",
        b"-1\r\nx\r\n",
        b"ffffffffffffffffff\r\nx",
        b"5\r\nhel",
        b"0\r\n\r\n",
    ),
    *(b"5;ext=" + b"a" * 500 + b"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", b"zz\r\n", b"\r\n\r\n"),
)


@st.composite
def _message(draw: st.DrawFn, asked: Asked) -> bytes:
    """A request, as often as not with one thing wrong beside what it asks."""
    wrong = draw(st.sampled_from((*(None,) * 5, "host", "line", "length", "version", "break")))
    lines = [] if wrong == "host" else [b"Host: hub.test"]
    lines += [name + b": " + value for name, value in asked.headers]
    if wrong == "line":
        lines.insert(draw(st.integers(0, len(lines))), draw(one_of_these(_ODD_LINES)))
    body = asked.body
    if any(b"hunked" in line for line in lines):
        body = draw(one_of_these(_CHUNKS))
    elif body:
        missing = draw(st.sampled_from((-1, 1, 100_000))) if wrong == "length" else 0
        lines.append(b"Content-Length: %d" % max(0, len(body) + missing))
    version = draw(st.sampled_from(_VERSIONS)) if wrong == "version" else b"HTTP/1.1"
    start = b" ".join((asked.method.encode(), asked.target.encode("latin-1"), version))
    end = draw(st.sampled_from(_BREAKS)) if wrong == "break" else b"\r\n"
    return end.join((start, *lines, b"", b"")) + body


def messages(asked: SearchStrategy[Asked]) -> SearchStrategy[bytes]:
    """What a client sends: one request or several at once, or octets that are none."""
    one = asked.flatmap(_message)
    several = st.lists(one, min_size=2, max_size=3).map(b"".join)
    none = st.one_of(one_of_these(_NOT_HTTP), st.binary(max_size=300))
    return st.integers(0, 9).flatmap(lambda n: none if n == 0 else several if n < 3 else one)
