"""ZIP files of others: taken apart inside a folder, or refused whole."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import archives
from hub.errors import Refused


def write(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def test_what_is_inside_is_there_and_then_gone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", ("list/people.csv", b"email\n"), ("__MACOSX/x", b""))
    assert archives.is_archive(path)
    with archives.unpacked(path, beside=tmp_path) as folder:
        assert (folder / "list/people.csv").read_bytes() == b"email\n"
        assert not (folder / "__MACOSX").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("people.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name", ["../people.csv", "/etc/people.csv", "a/../../b", "C:people.csv", "a\\b"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.zip", (zipfile.ZipInfo(name), b"x"))
    with pytest.raises(Refused, match="leads out"), archives.unpacked(path):
        pass


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", (_link(), b"/etc/passwd"))
    with pytest.raises(Refused, match="leads out"), archives.unpacked(path):
        pass


def test_a_bomb_is_refused_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_RATIO_FROM", 100_000)
    path = write(tmp_path / "a.zip", ("people.csv", b"\0" * 1_000_000))
    with (
        pytest.raises(Refused, match="far too large"),
        archives.unpacked(path, beside=tmp_path),
    ):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    path = write(tmp_path / "a.zip", *((f"{n}.csv", b"") for n in range(3)))
    with pytest.raises(Refused, match="more than 2 files"), archives.unpacked(path):
        pass


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = write(tmp_path / "a.zip", ("a.csv", b"1"), ("a.csv", b"2"))
    with pytest.raises(Refused, match="twice"), archives.unpacked(path):
        pass


def _encrypted(data: bytes) -> bytes:
    """The bit of general purpose that says so, in both headers."""
    begin, middle = data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8
    changed = bytearray(data)
    changed[begin] |= 1
    changed[middle] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_encrypted, "encrypted"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data.replace(b"wheat", b"wheal", 1), "damaged"),
        (lambda _: b"no zip at all", "damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("people.csv", b"wheat and barley" * 10)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Refused, match=said), archives.unpacked(path, beside=tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]
