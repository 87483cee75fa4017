"""DKIM signatures (RFC 6376, rsa-sha256, relaxed/relaxed): 0.3 ms a message, all of it RSA.

Our own bodies are canonical by construction (hub/mail/mime.py), so a search that finds nothing to
mend replaces the canonicalisation that makes libraries thirty times slower.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_BITS = 2048
# RFC 8058 §4 wants both List-Unsubscribe fields in; a second one of the first row, added by
# somebody on the way, breaks the signature (RFC 6376 §8.15).
_ONCE = (b"from", b"to", b"subject", b"reply-to", b"date", b"message-id")
_SIGNED = frozenset(
    (
        *_ONCE,
        b"mime-version",
        b"content-type",
        b"list-id",
        b"list-unsubscribe",
        b"list-unsubscribe-post",
        b"feedback-id",
        b"auto-submitted",
    )
)
_PADDING, _HASH = padding.PKCS1v15(), hashes.SHA256()
_MOST_KNOWN = 100
_UNTIDY = (b"  ", b"\t", b" \r\n")
_SPACES = re.compile(rb"[ \t]+")
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: `selector`._domainkey.`domain` (A-labels) is where the public key stands."""

    domain: str
    selector: str

    @property
    def name(self) -> str:
        """The DNS name of the record."""
        return f"{self.selector}._domainkey.{self.domain}"


class DkimSigner:
    """Signs for one identity. The same message always gets the same signature."""

    def __init__(self, identity: Identity, pem: bytes) -> None:
        key = load_pem_private_key(pem, password=None)
        assert isinstance(key, rsa.RSAPrivateKey)  # made by `new_key`
        self._made_of = (identity, pem)
        self._key = key
        # No time in it: a message that is sent again is byte-identical.
        self._start = (
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
            f"d={identity.domain};\r\n s={identity.selector}; h="
        ).encode()
        everything = b"".join(name + b": x\r\n" for name in (*_SIGNED, *_ONCE))
        self._known: dict[tuple[bytes, ...], tuple[bytes, bytes]] = {}
        # What a signature takes at most: RFC 1870 lets a size be announced that is too large.
        self.most = len(self.signature(everything + b"\r\n"))

    def is_of(self, identity: Identity, pem: bytes) -> bool:
        return self._made_of == (identity, pem)

    def signed(self, message: bytes) -> bytes:
        """The message (CRLF lines) with its signature on top."""
        return self.signature(message) + message

    def signature(self, message: bytes, *, canonical: bool = False) -> bytes:
        """The header field that belongs on top of the message (CRLF lines).

        `canonical`: its body is known to be in relaxed form already.
        """
        head, _, body = message.partition(b"\r\n\r\n")
        fields = [field for field in _fields(head) if field[0] in _SIGNED]
        start, relaxed_start = self._starts(tuple([name for name, _ in fields]))
        hashed = hashlib.sha256(body if canonical else _relaxed(body)).digest()
        body_hash = binascii.b2a_base64(hashed, newline=False)
        # From the last to the first of a name; what a name is listed for beyond that is nothing.
        signed = b"".join([name + b":" + value + b"\r\n" for name, value in fields])
        value = self._key.sign(signed + relaxed_start + body_hash + b"; b=", _PADDING, _HASH)
        signature = _wrapped(binascii.b2a_base64(value, newline=False))
        return start + body_hash + b";\r\n b=" + signature + b"\r\n"

    def _starts(self, names: tuple[bytes, ...]) -> tuple[bytes, bytes]:
        """What a signature of these fields begins with, as it stands and in relaxed form.

        The same for all mails of an edition.
        """
        known = self._known.get(names)
        if known is None:
            listed = [*names, *(name for name in _ONCE if name in names)]
            start = _folded_names(self._start + b":".join(listed) + b";\r\n bh=")
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[names] = start, _field(start)
        return known


def new_key() -> bytes:
    """A private RSA key of 2048 bits, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def record(pem: bytes) -> str:
    """What the TXT record at `Identity.name` says (RFC 6376 §3.6.1)."""
    public = load_pem_private_key(pem, password=None).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def is_canonical(body: bytes) -> bool:
    """Whether a body (CRLF lines) is in relaxed form already (RFC 6376 §3.4.4)."""
    ends_once = body.endswith(b"\r\n") and not body.endswith(b"\r\n\r\n") and body != b"\r\n"
    return ends_once and not any(sign in body for sign in _UNTIDY)


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Each header field as name and value in relaxed form (RFC 6376 §3.4.2)."""
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    found = []
    for line in unfolded.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if b"  " in value or b"\t" in value:
            value = _SPACES.sub(b" ", value)
        found.append((name.strip().lower(), value.strip()))
    return found


def _field(line: bytes) -> bytes:
    [(name, value)] = _fields(line)
    return name + b":" + value


def _relaxed(body: bytes) -> bytes:
    """RFC 6376 §3.4.4."""
    if is_canonical(body):
        return body
    tidy = _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n")
    # A last line without its end, and empty ones after it.
    tidy = tidy.removesuffix(b" ")
    while tidy.endswith(b"\r\n"):
        tidy = tidy[:-2]
    return tidy + b"\r\n" if tidy else b""


def _folded_names(line: bytes) -> bytes:
    """The list of names on lines of its own, none too long."""
    start, _, rest = line.partition(b" h=")
    names, _, end = rest.partition(b";")
    rows, row = [], b""
    for name in names.split(b":"):
        if row and len(row) + len(name) > _WIDTH - 4:
            rows.append(row)
            row = b""
        row += (b":" if row or rows else b"") + name
    return start + b"\r\n h=" + b"\r\n  ".join([*rows, row]) + b";" + end


def _wrapped(text: bytes) -> bytes:
    return b"\r\n  ".join(text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH))
