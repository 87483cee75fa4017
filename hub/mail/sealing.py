"""Secrets that must be read again, such as a password for another server: sealed with AES-256-GCM
under a key of their own (HKDF-SHA256 of the hub's secret key, RFC 5869)."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM = b"\1"
_NONCE_BYTES = 12


def seal(key: bytes, purpose: str, text: str) -> bytes:
    """`text`, which only who has the hub's secret `key` can read, and for this purpose only."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _cipher(key, purpose).encrypt(nonce, text.encode(), purpose.encode())
    return _FORM + nonce + sealed


def unseal(key: bytes, purpose: str, sealed: bytes) -> str | None:
    """What was sealed; None with another key or purpose, or when a bit of it was changed."""
    nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _FORM or len(nonce) < _NONCE_BYTES:
        return None
    try:
        return _cipher(key, purpose).decrypt(nonce, rest, purpose.encode()).decode()
    except InvalidTag:
        return None


def _cipher(key: bytes, purpose: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=b"hub sealed\0" + purpose.encode()).derive(key)
    return AESGCM(derived)
