"""Pictures and sounds of the site: files named by their contents under data/media/, and their rows.

A file is written whole before its row exists (temporary name, fsync, rename), so a row
never names a file that is not there; a file without a row harms nobody.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.content import audio, files, pictures, store
from hub.content.audio import Audio
from hub.content.pictures import Picture
from hub.db import Transaction

_IMAGE = re.compile(r'<img src="/media/([^"]+)"([^>]*)>')


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture for a page: its address, its size in pixels, and other widths of it (srcset), as
    WebP and as AVIF where that is made."""

    url: str
    width: int
    height: int
    srcset: str = ""
    avif_srcset: str = ""


def keep(folder: Path, data: bytes) -> Picture:
    """Write a picture under `folder` (data/media) and return it; `record` makes it known.

    Raises as pictures.read does; StorageFull or Unavailable when it cannot be written.
    """
    picture = pictures.read(data)
    write(folder, picture)
    return picture


def keep_audio(folder: Path, data: bytes) -> Audio:
    """As `keep`, for sound. Raises as audio.read does."""
    sound = audio.read(data)
    write(folder, sound)
    return sound


def write(folder: Path, picture: Picture | Audio) -> None:
    """Write the file, unless it is there already, so that it is on the disk before this returns."""
    target = folder / picture.path
    try:
        if target.stat().st_size == picture.size:
            return
    except OSError:
        pass  # not there yet
    files.save(folder, picture.path, picture.data)


def record(tx: Transaction, picture: Picture | Audio, now: datetime) -> None:
    """Make a written file known. Once is enough; again does nothing."""
    store.add_media(
        tx,
        path=picture.path,
        sha256=picture.sha256,
        content_type=picture.content_type,
        size=picture.size,
        width=picture.width if isinstance(picture, Picture) else None,
        height=picture.height if isinstance(picture, Picture) else None,
        now=now,
    )


def picture(tx: Transaction, address: str) -> Shown | None:
    """The picture at `/media/…`, to be shown in its size; None for one that is not known."""
    path = address.removeprefix("/media/")
    size = store.sizes(tx, [path]).get(path)
    return Shown(address, size.width, size.height) if size else None


def paths(tx: Transaction) -> list[str]:
    """What follows /media/, of every picture that is known, sorted."""
    return sorted(store.media_paths(tx))


def with_sizes(tx: Transaction, html: str) -> str:
    """Rendered HTML whose pictures say their size, so that the page does not jump.

    A size that the author wrote stays.
    """
    paths = {match.group(1) for match in _IMAGE.finditer(html)}
    if not paths:
        return html
    known = store.sizes(tx, paths)

    def sized(match: re.Match[str]) -> str:
        size = known.get(match.group(1))
        rest = match.group(2)
        if size is None or ' width="' in rest or ' height="' in rest:
            return match.group()
        return (
            f'<img src="/media/{match.group(1)}" width="{size.width}" height="{size.height}"{rest}>'
        )

    return _IMAGE.sub(sized, html)
