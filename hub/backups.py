"""A backup is one zip: a consistent copy of the database, the pictures, the owner's themes and
the key that signs links. Restoring puts them into a data folder that has no hub yet.

The database in it is an SQLite file on either engine; `hub migrate-to` takes a restored hub to
PostgreSQL.
"""

import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from hub.db import Database, check_file
from hub.errors import Conflict, Refused
from hub.settings import Settings

_DATABASE = "hub.db"
_KEY = "secret.key"
_FOLDERS = ("media", "themes")
_MOST_FILES = 1_000_000
_NAME = re.compile(r"(hub|daily)-(\d{8}T\d{6}Z)\.zip")
_CHUNK = 1 << 20

HOW_TO_RESTORE = """This is a backup of a hub. To bring it back:

    hub --data FOLDER restore THIS-FILE.zip

By hand: unpack this file into an empty folder, `chmod 700` the folder and `chmod 600` hub.db
and secret.key in it, and start `hub --data FOLDER serve`. Never unpack over a hub that runs.
A hub that ran on PostgreSQL goes back there with `hub --data FOLDER migrate-to postgresql://…`.

secret.key signs the links in every mail that was sent: keep this file as safe as a password.
"""


@dataclass(frozen=True, slots=True)
class Backup:
    """A file in the folder of backups; `daily`: made by itself."""

    path: Path
    at: datetime
    size: int
    daily: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def megabytes(self) -> float:
        return round(self.size / 1e6, 1)


class Stopped(Exception):
    """Whoever wrote a backup was told to end; nothing is left of it."""


def file_name(now: datetime, *, daily: bool = False) -> str:
    """What a backup of this moment is called."""
    return f"{'daily' if daily else 'hub'}-{now:%Y%m%dT%H%M%SZ}.zip"


def found(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first; what bears another name is none."""
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.glob("*.zip"))
    backups = [
        Backup(
            path,
            datetime.strptime(name[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
            path.stat().st_size,
            name[1] == "daily",
        )
        for path, name in named
        if name and path.is_file()
    ]
    return sorted(backups, key=lambda backup: (backup.at, backup.name), reverse=True)


def keep_newest(folder: Path, kept: int) -> None:
    """Delete what was made by itself beyond the newest `kept`; what an owner asked for stays."""
    for old in [backup for backup in found(folder) if backup.daily][kept:]:
        old.path.unlink(missing_ok=True)


def write(
    settings: Settings,
    db: Database,
    target: Path,
    *,
    now: datetime,
    prefix: str = ".backup-",
    stopping: Callable[[], bool] = lambda: False,
) -> Path:
    """Write a backup to `target`; it appears whole, by rename, readable by its owner alone. Until
    then it lies in a folder beside it whose name begins with `prefix`.

    Raises Conflict when there is a file already, Refused when there is no such folder, OSError
    when the disk refuses, Stopped soon after `stopping` says so.
    """
    if target.exists():
        raise Conflict("%(path)s exists already; a backup never replaces a file.", path=target)
    if not target.parent.is_dir():
        raise Refused("%(path)s: there is no such folder.", path=target.parent)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as folder:
        copy = Path(folder) / _DATABASE
        db.backup(copy)
        unfinished = Path(folder) / target.name
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                archive.writestr(_info("RESTORE.txt", now), HOW_TO_RESTORE)
                archive.writestr(_info(_KEY, now), settings.secret_key)
                _add(archive, copy, _DATABASE, stopping)
                for name in _FOLDERS:
                    _add_folder(archive, settings.data / name, name, stopping)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
    _sync_folder(target.parent)
    return target


def restore(archive_path: Path, settings: Settings) -> None:
    """Bring a backup into the data folder. Raises Refused, and then nothing has changed."""
    if settings.database:
        raise Refused(
            "A backup is restored to SQLite: leave HUB_DATABASE empty, then run "
            "`hub migrate-to postgresql://…`."
        )
    if settings.database_file.exists():
        raise Conflict("%(path)s holds a hub already; choose an empty folder.", path=settings.data)
    try:
        with (
            zipfile.ZipFile(archive_path) as archive,
            tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data) as folder,
        ):
            unpacked = Path(folder)
            for entry in _checked_entries(archive, settings.data):
                _unpack(archive, entry, unpacked / entry.filename)
            check_file(unpacked / _DATABASE)
            _move_in(unpacked, settings.data)
    # zipfile raises NotImplementedError for a compression it does not know, as zlib.error and
    # EOFError for bytes that are not what the archive's directory says.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise Refused("%(path)s is damaged: %(why)s", path=archive_path, why=error) from error


def _info(name: str, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, now.timetuple()[:6])
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _add(archive: zipfile.ZipFile, path: Path, name: str, stopping: Callable[[], bool]) -> None:
    """A piece at a time: a list of a million readers takes minutes."""
    info = zipfile.ZipInfo.from_file(path, name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(info, "w") as target:
        while piece := source.read(_CHUNK):
            if stopping():
                raise Stopped
            target.write(piece)


def _add_folder(
    archive: zipfile.ZipFile, folder: Path, name: str, stopping: Callable[[], bool]
) -> None:
    for path in sorted(folder.rglob("*")):
        # A name that begins with a dot is a file that is still being written.
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            _add(archive, path, f"{name}/{path.relative_to(folder).as_posix()}", stopping)


def _checked_entries(archive: zipfile.ZipFile, data: Path) -> Iterator[zipfile.ZipInfo]:
    """The files of the archive, when all of them are what a backup holds and there is room."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = {entry.filename for entry in entries}
    if not {_DATABASE, _KEY} <= names:
        raise Refused("This is not a backup of a hub: it holds no hub.db and secret.key.")
    if len(entries) > _MOST_FILES or len(names) != len(entries):
        raise Refused("This archive holds too many files, or one of them twice.")
    if sum(entry.file_size for entry in entries) > shutil.disk_usage(data).free:
        raise Refused("The disk has no room for what this archive holds.")
    for entry in entries:
        if not _belongs(entry):
            raise Refused("%(name)s does not belong into a backup.", name=entry.filename)
    return (entry for entry in entries if entry.filename != "RESTORE.txt")


def _belongs(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16) or "\\" in name or "\0" in name:
        return False
    parts = PurePosixPath(name).parts
    if len(parts) == 1:
        return name in (_DATABASE, _KEY, "RESTORE.txt")
    return parts[0] in _FOLDERS and ".." not in parts and "/".join(parts) == name


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with archive.open(entry) as source, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def _move_in(unpacked: Path, data: Path) -> None:
    for name in _FOLDERS:
        if (data / name).exists() and any((data / name).iterdir()):
            raise Conflict("%(path)s is not empty.", path=data / name)
    # The database last: only with it is there a hub.
    for name in (*_FOLDERS, _KEY, _DATABASE):
        source = unpacked / name
        if source.exists():
            if source.is_dir() and (data / name).exists():
                (data / name).rmdir()
            source.replace(data / name)
    _sync_folder(data)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
