"""Files that appear whole or not at all, readable by their owner alone."""

import errno
import os
import secrets
from pathlib import Path

from hub.errors import StorageFull, Unavailable
from hub.i18n import N_


def save(base: Path, path: str, data: bytes) -> Path:
    """Write `path` below `base`, so that it is on the disk before this returns; where it is.

    Raises StorageFull or Unavailable when it cannot be written; then nothing is there.
    """
    target = base / path
    try:
        between = reversed(target.relative_to(base).parents[:-1])
        for made in (base, *(base / folder for folder in between)):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(target, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(N_("The disk is full. Nothing was saved.")) from error
        raise Unavailable(
            N_("The picture could not be saved: %(reason)s"), reason=error.strerror or str(error)
        ) from error
    return target


def _write_whole(target: Path, data: bytes) -> None:
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
