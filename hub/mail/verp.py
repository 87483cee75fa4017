"""Return paths of their own (VERP): what comes back says by itself to whom it had been sent.

`bounces@example.org` becomes `bounces+<token>@example.org`. A token is 32 letters and digits,
the same in capitals (some relays lower-case what they return), and names a mail: edition and
reader, or edition 0 and the number of a letter. Only the hub's key makes one.
"""

import base64
import hmac
import re
from collections.abc import Callable, Iterable

from hub.mail import headers
from hub.mail.model import Mailed
from hub.tokens import Signer

# RFC 5321 §4.5.3.1.1: 64 octets before the @, so the owner's part is 31 at most (site/options.py).
_EDITION_BYTES, _NUMBER_BYTES, _MAC_BYTES = 4, 6, 10
_TOKEN = re.compile(r"\+([a-z2-7]{32})@", re.IGNORECASE)
_MOST_LOOKED_AT = 20


class ReturnPaths:
    """Makes and reads the return paths of a hub."""

    def __init__(self, signer: Signer) -> None:
        self._key = signer.derive("return path")

    def maker(self, address: str) -> Callable[[int, int], str]:
        """What gives the envelope's sender for (edition, number); `address` is the owner's choice
        of mailbox. Raises ValueError for an edition or a number beyond 4 and 6 octets."""
        local, _, domain = headers.ascii_domain_of(address).rpartition("@")

        def made(edition: int, number: int) -> str:
            return f"{local}+{self._token(edition, number)}@{domain}"

        return made

    def find(self, texts: Iterable[str]) -> Mailed | None:
        """The mail that an address in one of `texts` was made for; None when none is ours."""
        looked_at = 0
        for text in texts:
            for found in _TOKEN.finditer(text):
                looked_at += 1
                if looked_at > _MOST_LOOKED_AT:
                    return None
                if mailed := self._read(found[1]):
                    return mailed
        return None

    def _token(self, edition: int, number: int) -> str:
        try:
            body = edition.to_bytes(_EDITION_BYTES, "big") + number.to_bytes(_NUMBER_BYTES, "big")
        except OverflowError as error:
            raise ValueError("no token can hold this number") from error
        return base64.b32encode(body + self._mac(body)).decode().lower()

    def _read(self, token: str) -> Mailed | None:
        raw = base64.b32decode(token.upper())
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            return None
        return Mailed(
            int.from_bytes(body[:_EDITION_BYTES], "big"),
            int.from_bytes(body[_EDITION_BYTES:], "big"),
        )

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC_BYTES]
