"""ZIP files that others made: taken apart into a folder of their own, or refused whole.

Nothing of an archive is believed: not its sizes, not its names, not its count.
"""

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from hub.errors import Refused
from hub.i18n import N_

MOST_FILES = 100_000
LARGEST_WHOLE = 8_000_000_000
# Text shrinks to a tenth, a file of zeros to a thousandth.
LARGEST_RATIO = 200
_RATIO_FROM = 50_000_000
_CHUNK = 1 << 20
_DAMAGED = N_("%(name)s is damaged, or is no ZIP file.")


def is_archive(path: Path) -> bool:
    """Whether this is to be taken apart: a file that says so by name or by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begins = file.read(4)
    return path.suffix.lower() == ".zip" or begins in (b"PK\3\4", b"PK\5\6")


@contextmanager
def unpacked(path: Path, *, beside: Path | None = None) -> Iterator[Path]:
    """The files of an archive in a folder that is gone at the end.

    `beside`: where the folder is made; the system's place for such things without it. Raises
    Refused for what is damaged, encrypted, too large when unpacked, or holds names that lead
    elsewhere; then nothing is left behind.
    """
    with tempfile.TemporaryDirectory(prefix=".unpacked-", dir=beside) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                entries = _checked(archive.infolist(), path)
                _refuse_large(entries, path, folder)
                for entry in entries:
                    _unpack(archive, entry, folder / entry.filename)
        # zipfile raises NotImplementedError for a compression it does not know, RuntimeError for
        # a password, zlib.error and EOFError for bytes that are not what the directory says.
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
            FileExistsError,
            NotADirectoryError,
            IsADirectoryError,
        ) as error:
            raise Refused(_DAMAGED, name=path.name) from error
        yield folder


def _checked(entries: list[ZipInfo], path: Path) -> list[ZipInfo]:
    if len(entries) > MOST_FILES:
        raise Refused(
            N_("%(name)s holds more than %(most)s files."), name=path.name, most=MOST_FILES
        )
    found = []
    names: set[str] = set()
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused(
                N_("%(name)s is encrypted. Unpack it, and give the folder."), name=path.name
            )
        if not _stays_inside(entry):
            raise Refused(
                N_("%(name)s holds “%(entry)s”, which leads out of the archive."),
                name=path.name,
                entry="".join(c if c.isprintable() else "?" for c in entry.filename[:80]),
            )
        # What a Mac adds says nothing.
        if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
            continue
        if entry.filename in names:
            raise Refused(
                N_("%(name)s holds “%(entry)s” twice."),
                name=path.name,
                entry=entry.filename[:80],
            )
        names.add(entry.filename)
        found.append(entry)
    return found


def _stays_inside(entry: ZipInfo) -> bool:
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16) or "\\" in name or "\0" in name or ":" in name[:2]:
        return False
    return bool(name) and not name.startswith("/") and ".." not in PurePosixPath(name).parts


def _refuse_large(entries: list[ZipInfo], path: Path, folder: Path) -> None:
    whole = sum(entry.file_size for entry in entries)
    bomb = whole > _RATIO_FROM and whole > LARGEST_RATIO * path.stat().st_size
    if whole > LARGEST_WHOLE or bomb:
        raise Refused(
            N_("%(name)s would be far too large when unpacked (%(bytes)s bytes)."),
            name=path.name,
            bytes=whole,
        )
    if whole > shutil.disk_usage(folder).free:
        raise Refused(N_("The disk has no room for what %(name)s holds."), name=path.name)


def _unpack(archive: zipfile.ZipFile, entry: ZipInfo, target: Path) -> None:
    """No more bytes than the archive's directory says; zipfile checks their sum."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("xb") as file:
        while block := source.read(_CHUNK):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile("more bytes than its directory says")
            file.write(block)
