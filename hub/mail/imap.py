"""A mailbox over IMAP (RFC 3501): what is new in it, and a mark on what was dealt with.

Blocking, with a time limit on each answer: run it in a thread.
"""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from hub.mail.returned import LOOKED_AT
from hub.settings import ImapBox

T = TypeVar("T")

ANSWER_SECONDS = 10.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):
    """The mailbox cannot be read now; the reason in words."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message: how large it is in octets, and its first LOOKED_AT."""

    size: int
    content: bytes


class Mailbox:
    """An open mailbox: `with Mailbox(box) as mailbox`. Everything raises MailboxAway."""

    def __init__(self, box: ImapBox, *, tls: ssl.SSLContext | None = None) -> None:
        self._box = box
        self._imap = self._asked(lambda: _connected(box, tls or ssl.create_default_context()))
        try:
            self._log_in()
            self.uid_validity = self._select()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye; never fails."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        # Said in vain, the goodbye leaves the connection open.
        with contextlib.suppress(OSError):
            self._imap.shutdown()

    def after(self, uid: int) -> list[int]:
        """The UIDs of messages that came after `uid`, in their order (RFC 3501 §2.3.1.1)."""
        found = self._uid("SEARCH", f"UID {uid + 1}:*")
        words = b" ".join(part for part in found if isinstance(part, bytes)).split()
        # `n:*` names the last message even when it is older.
        return sorted({int(word) for word in words if word.isdigit() and int(word) > uid})

    def fetch(self, uid: int) -> Fetched | None:
        """One message, unseen as before; None when it was taken away meanwhile."""
        found = self._uid("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{LOOKED_AT}>)")
        for part in found:
            if isinstance(part, tuple):
                size = _SIZE.search(part[0])
                return Fetched(int(size[1]) if size else len(part[1]), part[1])
        return None

    def done(self, uid: int) -> None:
        """This message was dealt with: seen, and in the owner's folder if there is one."""
        self._uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")
        if not self._box.moved_to:
            return
        try:
            self._move(uid)
        except MailboxAway:
            # The folder may be missing; who made it meanwhile made it too.
            self._asked(lambda: self._imap.create(_quoted(self._box.moved_to)))
            self._move(uid)

    def _move(self, uid: int) -> None:
        folder = _quoted(self._box.moved_to)
        if "MOVE" in self._imap.capabilities:
            self._uid("MOVE", str(uid), folder)
            return
        self._uid("COPY", str(uid), folder)
        self._uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
        if "UIDPLUS" in self._imap.capabilities:
            self._uid("EXPUNGE", str(uid))

    def _log_in(self) -> None:
        box = self._box

        def log_in() -> None:
            if "AUTH=PLAIN" in self._imap.capabilities:
                secret = f"\0{box.username}\0{box.password}".encode()
                self._imap.authenticate("PLAIN", lambda _challenge: secret)
            else:
                self._imap.login(_quoted(box.username), box.password)
            # What a server offers after the log-in is often more.
            _, found = self._imap.capability()
            self._imap.capabilities = tuple(found[0].decode("ascii", "replace").upper().split())

        self._asked(log_in)

    def _select(self) -> int:
        self._checked(self._asked(lambda: self._imap.select(_quoted(self._box.folder))))
        _, found = self._imap.response("UIDVALIDITY")
        # A server without it (RFC 3501 §2.3.1.1) keeps no numbers: each look is at everything.
        return int(found[0]) if found and isinstance(found[0], bytes) else 0

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        return self._checked(self._asked(lambda: self._imap.uid(command, *arguments)))

    def _checked(self, answer: tuple[str, list[Any]]) -> list[Any]:
        state, found = answer
        if state != "OK":
            said = found[0] if found else b""
            raise MailboxAway(_words(said if isinstance(said, bytes) else b"no"))
        return found

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            raise MailboxAway(_reason(error)) from error


def _connected(box: ImapBox, tls: ssl.SSLContext) -> imaplib.IMAP4:
    if box.tls == "implicit":
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=tls, timeout=ANSWER_SECONDS)
    imap = imaplib.IMAP4(box.host, box.port, timeout=ANSWER_SECONDS)
    try:
        if box.tls == "required":
            imap.starttls(tls)
    except BaseException:
        imap.shutdown()
        raise
    return imap


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    if isinstance(error, OSError) and error.strerror:
        said = error.strerror
    return _words(said if isinstance(said, bytes) else str(said).encode()) or type(error).__name__


def _words(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:200]
