"""Pictures on the disk and in the database."""

import os
from pathlib import Path

import pytest

from hub.content import media
from hub.errors import StorageFull
from hub.web.state import Hub
from tests.conftest import NOW


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_is_written_and_known(hub: Hub, png: bytes) -> None:
    kept = media.keep(hub.settings.media, png)
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
        assert tx.scalar("SELECT path FROM media") == kept.path
    assert (hub.settings.media / kept.path).read_bytes() == kept.data


def test_files_are_private(hub: Hub, png: bytes) -> None:
    kept = media.keep(hub.settings.media, png)
    path = hub.settings.media / kept.path
    modes = [p.stat().st_mode & 0o777 for p in (path, path.parent, hub.settings.media)]
    assert modes == [0o600, 0o700, 0o700]


def test_the_same_picture_twice_is_one(hub: Hub, png: bytes) -> None:
    for _ in range(2):
        kept = media.keep(hub.settings.media, png)
        with hub.db.write() as tx:
            media.record(tx, kept, NOW)
            assert tx.scalar("SELECT count(*) FROM media") == 1
    assert len(files(hub.settings.media)) == 1


def test_a_file_that_was_cut_short_is_written_again(hub: Hub, png: bytes) -> None:
    kept = media.keep(hub.settings.media, png)
    (hub.settings.media / kept.path).write_bytes(b"half")
    media.keep(hub.settings.media, png)
    assert (hub.settings.media / kept.path).read_bytes() == kept.data


def test_a_full_disk_leaves_nothing_behind(
    hub: Hub, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        media.keep(hub.settings.media, png)
    assert files(hub.settings.media) == []


def test_a_stop_before_the_rename_leaves_no_picture(
    hub: Hub, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_self: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        media.keep(hub.settings.media, png)
    assert files(hub.settings.media) == []


def test_pictures_in_html_say_their_size(hub: Hub, png: bytes) -> None:
    kept = media.keep(hub.settings.media, png)
    html = f'<img src="{kept.address}" alt=""> <img src="/media/other.png" alt="">'
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
        sized = media.with_sizes(tx, html)
    assert sized == (
        f'<img src="{kept.address}" width="40" height="30" alt="">'
        ' <img src="/media/other.png" alt="">'
    )


def test_a_size_that_the_author_wrote_stays(hub: Hub, png: bytes) -> None:
    kept = media.keep(hub.settings.media, png)
    html = f'<img src="{kept.address}" alt="" width="20">'
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
        assert media.with_sizes(tx, html) == html
