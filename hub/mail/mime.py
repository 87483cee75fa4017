"""multipart/alternative as bytes: text first, quoted-printable, slots that are never cut.

Written by hand, so that a body is canonical by construction (lines end with CRLF, no white
space before it, no two spaces in a row, one CRLF at the end: RFC 6376 §3.4) and a token that
is replaced later stays in one piece.
"""

import re
from collections.abc import Iterable

# 76 octets, less the soft break and what an encoded space at the end would add.
_WIDTH = 73
# What mail programs know the foot of a mail by (RFC 3676 §4.3), its space kept from being trimmed.
_SIGNATURE = b"--=20\r\n"
_SPACES = (b" ", b"=20")
_SAFE = re.compile("[ -<>-~]*")
_OCTETS = tuple(bytes((n,)) if 32 <= n < 127 and n != 61 else b"=%02X" % n for n in range(256))


def alternative(text: str, html: str, *, boundary: str, whole: Iterable[str] = ()) -> bytes:
    """The MIME headers, an empty line and both parts. `whole`: tokens to keep in one piece."""
    tokens = tuple(whole)
    mark = boundary.encode("ascii")
    return b"".join(
        (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="',
            mark,
            b'"\r\n\r\n',
            _part(b"plain", text, mark, tokens),
            _part(b"html", html, mark, tokens),
            b"--",
            mark,
            b"--\r\n",
        )
    )


def quoted_printable(text: str, whole: Iterable[str] = ()) -> bytes:
    """UTF-8 text as quoted-printable (RFC 2045 §6.7), lines of 76 octets at most, CRLF."""
    tokens = tuple(whole)
    atoms = re.compile("|".join([*map(re.escape, tokens), "."]), re.DOTALL)
    lines = re.split(r"\r\n|\r|\n", text.rstrip())
    return b"".join(
        _SIGNATURE if line == "-- " else _encoded_line(line.rstrip(" \t"), atoms) for line in lines
    )


def encoded(text: str) -> bytes:
    """A short text for the middle of a quoted-printable line."""
    if _SAFE.fullmatch(text):
        return text.encode()
    return b"".join([_OCTETS[octet] for octet in text.encode()])


def _part(subtype: bytes, text: str, mark: bytes, tokens: tuple[str, ...]) -> bytes:
    return b"".join(
        (
            b"--",
            mark,
            b"\r\nContent-Type: text/",
            subtype,
            b"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
            quoted_printable(text, tokens),
        )
    )


def _encoded_line(line: str, atoms: re.Pattern[str]) -> bytes:
    pieces: list[bytes] = []
    width = 0
    for match in atoms.finditer(line):
        atom = match.group()
        raw = encoded(atom)
        if raw == b" " and pieces and pieces[-1] in _SPACES:
            raw = b"=20"  # what is one space only cannot become fewer on its way
        if width and width + len(raw) > _WIDTH:
            # White space before a soft break would be lost to a relay that trims lines.
            if pieces[-1] == b" ":
                pieces[-1] = b"=20"
            pieces.append(b"=\r\n")
            width = 0
        if not width and raw == b".":
            raw = b"=2E"  # no line begins with a dot, so none is doubled on its way
        pieces.append(raw)
        width += len(raw)
    whole = b"".join(pieces)
    if whole.startswith(b"From "):
        whole = b"=46" + whole[1:]  # a mailbox file would make it ">From "
    return whole + b"\r\n"
