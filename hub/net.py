"""The one way out: every URL that the hub calls by itself goes through here.

It must not be led to what only this machine can reach (SSRF). The name is resolved once, every
address it has must be a public one, and the connection goes to the address that was looked at,
whatever the name says a moment later. Redirects are not followed: whoever wants to does so by
calling again, and each is looked at anew. Time and size are bounded as a whole.

The standard library does the talking: no client in use here lets the address be chosen while
certificate and Host keep the name, without replacing its transport.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hub.errors import Unreachable
from hub.settings import Network

SECONDS = 6.0
LARGEST = 1_000_000
_USER_AGENT = "hub"
_PORTS = {"http": 80, "https": 443}
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not public either, which `is_global` does not know: IPv4 in the old way, NAT64 of a network of
# one's own, and what was site-local.
_NEVER = tuple(map(ipaddress.ip_network, ("::/96", "64:ff9b:1::/48", "fec0::/10")))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The body of what an https address answers with 200. Raises Unreachable.
Fetch = Callable[[str], bytes]
# The addresses that a name has, as text. Raises OSError.
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are lower-cased; the last of several counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points. `host` is ASCII; `place` is the path with its query."""

    scheme: str
    host: str
    port: int
    place: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Calls URLs of the outside world.

    `allowed` are networks that may be called although they are not public. `resolve` and
    `context` (of TLS; None: the system's certificates) are what tests give.
    """

    allowed: tuple[Network, ...] = ()
    seconds: float = SECONDS
    largest: int = LARGEST
    resolve: Resolve = field(default=resolve)
    context: ssl.SSLContext | None = None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a URL. Raises Unreachable."""
        return self._call("GET", url, None, headers or {})

    def beginning(self, url: str, headers: Mapping[str, str]) -> Answer:
        """As `get`, of what is too large its first `largest` bytes. Raises Unreachable."""
        return self._call("GET", url, None, headers, cut=True)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body` to a URL. Raises Unreachable."""
        return self._call("POST", url, body, headers)

    def _call(
        self,
        method: str,
        url: str,
        body: bytes | None,
        given: Mapping[str, str],
        *,
        cut: bool = False,
    ) -> Answer:
        target = parsed(url)
        connection = _Pinned(target, self._address(target), self.seconds, self._context(target))
        late = threading.Event()

        def cut_off() -> None:
            late.set()
            connection.cut_off()

        # A server that sends a byte now and then would keep within every time limit of a socket.
        watch = threading.Timer(self.seconds, cut_off)
        watch.daemon = True
        watch.start()
        try:
            headers = {"user-agent": _USER_AGENT, "accept-encoding": "identity", **given}
            connection.request(method, target.place, body, headers)
            answer = connection.getresponse()
            content = answer.read(self.largest + 1)
            if late.is_set():
                raise TimeoutError
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(self._reason(error, late=late.is_set())) from error
        finally:
            watch.cancel()
            connection.close()
        if len(content) > self.largest and not cut:
            raise Unreachable(f"the answer has more than {self.largest} bytes")
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, content[: self.largest])

    def _address(self, target: Target) -> str:
        """The address to connect to. Every address of the name must be one that may be called."""
        try:
            found = list(self.resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:
            raise Unreachable("the name is not known") from error
        for address in found:
            if not may_be_called(address, self.allowed):
                raise Unreachable("the name leads to an address that is not public")
        if not found:
            raise Unreachable("the name is not known")
        return found[0]

    def _context(self, target: Target) -> ssl.SSLContext | None:
        if target.scheme == "http":
            return None
        return self.context or ssl.create_default_context()

    def _reason(self, error: Exception, *, late: bool) -> str:
        if late or isinstance(error, TimeoutError):
            return f"no answer within {self.seconds:g} seconds"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate is not valid: {error.verify_message}"
        if isinstance(error, ConnectionRefusedError):
            return "the connection is refused"
        return f"the connection failed: {type(error).__name__}"


def body_of(url: str) -> bytes:
    """What an https address of the open Internet answers with 200. Raises Unreachable."""
    if not url.startswith("https://"):
        raise Unreachable("this is no https URL")
    answer = Fetcher().get(url)
    if answer.status != 200:
        raise Unreachable(f"the answer is {answer.status}")
    return answer.body


def parsed(url: str) -> Target:
    """Where a URL points. Raises Unreachable for what is no plain http(s) URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise Unreachable("this is no URL") from error
    if parts.scheme not in _PORTS or not host:
        raise Unreachable("this is no http or https URL")
    if parts.username is not None or parts.password is not None:
        raise Unreachable("a URL with a name or a password is not called")
    place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(not 32 < ord(c) < 127 for c in place + host):
        raise Unreachable("this is no URL")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], place)


def may_be_called(text: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address is public, with whatever IPv4 address it hides, or is in `allowed`."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(address)
    if any(inner in network for network in allowed):
        return True
    if inner.is_multicast or any(inner in network for network in _NEVER):
        return False
    return inner.is_global


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR and address.sixtofour:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, with the name in Host and in the certificate."""

    def __init__(
        self, target: Target, address: str, seconds: float, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.default_port = _PORTS[target.scheme]
        self._address = address
        self._context = context
        self._cut = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
        if self._cut:
            raise TimeoutError

    def cut_off(self) -> None:
        """Let whoever waits for this connection go on, from another thread."""
        self._cut = True
        if (sock := self.sock) is not None:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return
