"""Signed links: a number and what it may be used for, bound by a keyed hash.

A token of one purpose is worth nothing for another: the purpose is part of what is
signed, so a link to unsubscribe can never export or erase.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

_MAC_BYTES = 16
_ID_BYTES = 8


class Signer:
    """Makes and checks tokens with the hub's secret key (32 bytes or more)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, number: int) -> str:
        """A URL-safe token of 32 characters for `number` (0 to 2^63), good for `purpose` only."""
        body = number.to_bytes(_ID_BYTES, "big")
        return base64.urlsafe_b64encode(body + self._mac(purpose, body)).decode()

    def verify(self, purpose: str, token: str) -> int | None:
        """The number that was signed for `purpose`, or None when the token is not ours."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        body, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
        if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, self._mac(purpose, body)):
            return None
        return int.from_bytes(body, "big")

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes of its own for `purpose`."""
        return hmac.digest(self._key, b"derive\0" + purpose.encode(), "sha256")

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]


def new_token() -> str:
    """A random token of 256 bits, for links and sessions that are looked up by hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a random token. SHA-256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
