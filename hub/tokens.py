"""Signed links: a number and what it may be used for, bound by a keyed hash.

A token of one purpose is worth nothing for another: the purpose is part of what is
signed, so a link to unsubscribe can never export or erase.
"""

import base64
import binascii
import copy
import hashlib
import hmac
import secrets
from collections.abc import Callable

_MAC_BYTES = 16
_ID_BYTES = 8
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BLOCK = 64  # of SHA-256, in bytes


class KeyedHash:
    """HMAC-SHA256 with one key (RFC 2104). The key is worked in once: half of a short hash."""

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        key = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in key))
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in key))

    def beginning(self, message: bytes) -> "KeyedHash":
        """The hash of whatever begins with `message`, which is worked in too."""
        longer = copy.copy(self)
        longer._inner = self._inner.copy()
        longer._inner.update(message)
        return longer

    def digest(self, message: bytes) -> bytes:
        """What `hmac.digest(key, message, "sha256")` gives."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class Signer:
    """Makes and checks tokens with the hub's secret key (32 bytes or more)."""

    def __init__(self, key: bytes) -> None:
        self._hash = KeyedHash(key)

    def sign(self, purpose: str, number: int, holder: str = "") -> str:
        """A URL-safe token of 32 characters for `number` (0 to 2^63), good for `purpose` only and,
        where a `holder` is named, for as long as the number has the same."""
        return self.stamp(purpose)(number, holder.encode()).decode()

    def stamp(self, purpose: str) -> Callable[[int, bytes], bytes]:
        """What signs many numbers, and their holders, for one purpose: their tokens as ASCII."""
        digest = self._hash.beginning(purpose.encode() + b"\0").digest

        def stamped(number: int, holder: bytes) -> bytes:
            body = number.to_bytes(_ID_BYTES, "big")
            token = binascii.b2a_base64(body + digest(body + holder)[:_MAC_BYTES], newline=False)
            return token.translate(_URL_SAFE)

        return stamped

    def verify(self, purpose: str, token: str, holder: str = "") -> int | None:
        """The number that was signed for `purpose`, or None when the token is not ours."""
        body, mac = _parted(token)
        ours = self._hash.digest(purpose.encode() + b"\0" + body + holder.encode())[:_MAC_BYTES]
        return int.from_bytes(body, "big") if body and hmac.compare_digest(mac, ours) else None

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes of its own for `purpose`."""
        return self._hash.digest(b"derive\0" + purpose.encode())


def claimed(token: str) -> int | None:
    """The number that a token says it is for, which proves nothing yet: whose holder to ask for."""
    body, _ = _parted(token)
    return int.from_bytes(body, "big") if body else None


def _parted(token: str) -> tuple[bytes, bytes]:
    """The number of a token and its hash; empty for what has not the form of one."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return b"", b""
    body, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
    return (body, mac) if len(mac) == _MAC_BYTES else (b"", b"")


def new_token() -> str:
    """A random token of 256 bits, for links and sessions that are looked up by hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a random token. SHA-256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
