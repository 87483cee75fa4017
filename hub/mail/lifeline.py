"""A file that a worker keeps locked while it lives; the kernel lets go when its process ends.

So the claims of a worker that was killed are taken up at once, not after 20 s of silence. A
lock proves an end only where the same kernel keeps it on the same file. The mark in the table of
workers says which these are (containers on one machine may share them); whoever finds another
there, or no such file, goes by the silence.
"""

import os
import secrets
import sys
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Lifeline:
    """One worker's file in `folder`, and a look at those of others. Blocking, for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._let_go: weakref.finalize[..., Lifeline] | None = None

    def hold(self) -> str:
        """Make the file and lock it; the mark for others, empty where this cannot be done."""
        self.release()
        name = f"{secrets.token_hex(16)}.lock"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            return ""
        self._path = self._folder / name
        # With the object, also when nobody calls `release`.
        self._let_go = weakref.finalize(self, os.close, file)
        try:
            mark = _mark(file, name)
            _lock(file, alone=True)
        except OSError:
            self.release()
            return ""
        return mark

    def release(self) -> None:
        """Remove the file; there is nothing to take up any more."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self._path = None
        if self._let_go is not None:
            self._let_go()
            self._let_go = None

    def is_cut(self, mark: str) -> bool:
        """Whether the worker that left this mark has certainly ended, so that it sends no more."""
        name = mark.rpartition(":")[2]
        with suppress(OSError):
            file = os.open(self._folder / name, os.O_RDWR)
            try:
                if mark == _mark(file, name):
                    _lock(file, alone=False)
                    return True
            finally:
                os.close(file)
        return False

    def sweep(self, marks: Iterable[str]) -> None:
        """Remove files of workers that have ended, but for those that these marks name."""
        kept = {mark.rpartition(":")[2] for mark in marks}
        for path in self._folder.glob("*.lock"):
            with suppress(OSError):
                if path.name not in kept:
                    file = os.open(path, os.O_RDWR)
                    try:
                        _lock(file, alone=False)
                        path.unlink()
                    finally:
                        os.close(file)


def _mark(file: int, name: str) -> str:
    """The kernel, the file system, the file. Raises OSError where the kernel has no name."""
    status = os.fstat(file)
    return f"{_BOOT_ID.read_text().strip()}:{status.st_dev}:{status.st_ino}:{name}"


def _lock(file: int, *, alone: bool) -> None:
    """Lock an open file until it is closed. Raises OSError at once when another holds it."""
    if sys.platform == "win32":
        raise OSError("no such locks here")
    fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
