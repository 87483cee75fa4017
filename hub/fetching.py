"""Fetches a page of another site for the hub: https only, bounded in size and time.

The name is resolved once, the address must be one of the open Internet, and the connection goes
to that address: no name can lead into the machine's own network. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from hub.errors import Unavailable

SECONDS = 10.0
LARGEST = 100_000
_CHUNK = 16_384

# The body of what an https address answers with 200. Raises Unavailable.
Fetch = Callable[[str], bytes]


def fetch(url: str) -> bytes:
    """The body of an https page, 100 kB at most, within 10 s. Raises Unavailable."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.port:
        raise Unavailable("Only plain https addresses are fetched.")
    deadline = time.monotonic() + SECONDS
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with socket.create_connection((_address(parts.hostname), 443), SECONDS) as plain:
            return _body(plain, parts.hostname, path, deadline)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"{parts.hostname} does not answer: {type(error).__name__}") from error


def _body(plain: socket.socket, host: str, path: str, deadline: float) -> bytes:
    context = ssl.create_default_context()
    with context.wrap_socket(plain, server_hostname=host) as secured:
        connection = http.client.HTTPSConnection(host, context=context)
        connection.sock = secured
        connection.request("GET", path, headers={"Host": host, "Connection": "close"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Unavailable(f"{host} answers {answer.status}.")
        body = b""
        while len(body) <= LARGEST:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unavailable(f"{host} takes too long.")
            secured.settimeout(left)
            if not (chunk := answer.read1(_CHUNK)):
                return body
            body += chunk
        raise Unavailable(f"{host} answers more than {LARGEST // 1000} kB.")


def _address(host: str) -> str:
    """One address of the host, none but open ones; the first that the resolver gives."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    if not found or not all(ipaddress.ip_address(address).is_global for address in found):
        raise Unavailable(f"{host} is not on the open Internet.")
    return found[0]
