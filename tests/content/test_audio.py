"""Sound: known by its bytes, offered in the article, read in parts."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.content import audio, media
from hub.content.importers import folder
from hub.errors import Refused, TooLarge
from hub.site.model import Site
from hub.web.state import Hub
from tests import audio as sounds
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("data", "content_type", "suffix"),
    [
        (sounds.mp3(), "audio/mpeg", "mp3"),
        (sounds.mp3(1), "audio/mpeg", "mp3"),
        (sounds.tagged_mp3(), "audio/mpeg", "mp3"),
        (sounds.wav(), "audio/wav", "wav"),
        (sounds.m4a(), "audio/mp4", "m4a"),
        (sounds.aac(), "audio/aac", "aac"),
        (sounds.ogg(b"\x01vorbis"), "audio/ogg", "ogg"),
        (sounds.ogg(b"OpusHead"), "audio/ogg", "opus"),
        (b"fLaC" + bytes(40), "audio/flac", "flac"),
    ],
)
def test_a_sound_is_known_by_its_bytes(data: bytes, content_type: str, suffix: str) -> None:
    found = audio.read(data)
    assert (found.content_type, found.suffix, found.size) == (content_type, suffix, len(data))
    assert found.address == f"/media/{found.path}"


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"ID",
            b"<html>",
            b"\xff\xfb",
            b"\xff\xfb\x90\x00" + bytes(500),
            b"\xff\xfb\xf0\x00" * 9,
        ),
        *(sounds.m4a(b"vide"), sounds.ogg(b"\x80theora"), b"RIFF\0\0\0\0WEBP", b"%PDF-1.7"),
    ],
)
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        audio.read(data)


def test_a_sound_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "LARGEST", 100)
    with pytest.raises(TooLarge):
        audio.read(sounds.wav())


@pytest.fixture
def stored(hub: Hub) -> str:
    sound = media.keep_audio(hub.settings.media, sounds.mp3())
    with hub.db.write() as tx:
        media.record(tx, sound, NOW)
    return sound.address


@pytest.mark.parametrize(
    ("asked", "status", "part", "body"),
    [
        ("bytes=0-9", 206, "bytes 0-9/4170", sounds.mp3()[:10]),
        ("bytes=4160-", 206, "bytes 4160-4169/4170", sounds.mp3()[4160:]),
        ("bytes=-5", 206, "bytes 4165-4169/4170", sounds.mp3()[-5:]),
        ("bytes=9000-", 416, "bytes */4170", None),
        ("bytes=0-99999", 206, "bytes 0-4169/4170", sounds.mp3()),
    ],
)
def test_a_player_can_seek(
    client: TestClient, stored: str, asked: str, status: int, part: str, body: bytes | None
) -> None:
    answer = client.get(stored, headers={"range": asked})
    assert answer.status_code == status
    assert answer.headers["content-range"] == part
    if body is not None:
        assert answer.content == body


def test_a_whole_sound_says_that_it_can_be_read_in_parts(client: TestClient, stored: str) -> None:
    answer = client.get(stored)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "audio/mpeg"
    assert "content-disposition" not in answer.headers
    assert answer.content == sounds.mp3()
    other = client.get(stored, headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert other.status_code == 200


def imported(hub: Hub, site: Site, path: Path) -> list[str]:
    report = folder.run(hub.db, path, media_folder=hub.settings.media, site=site, now=NOW)
    return [problem.reason for problem in report.problems]


def test_an_import_takes_the_sound_of_an_article_along(
    hub: Hub, site: Site, client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "tides.md").write_text("---\ntitle: Tides\naudio: sound/tides.mp3\n---\nHear.\n")
    (tmp_path / "sound").mkdir()
    (tmp_path / "sound" / "tides.mp3").write_bytes(sounds.mp3())
    assert imported(hub, site, tmp_path) == []
    address = audio.read(sounds.mp3()).address
    text = client.get("/posts/tides").text
    assert f'<audio controls preload="none" src="{address}"' in text
    assert client.get(address).content == sounds.mp3()


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("audio: https://other.test/a.mp3", "sound on other sites"),
        ("audio: missing.mp3", "is not there"),
        ("audio: ../outside.mp3", "is not there"),
        ("enclosure: {url: broken.mp3}", "not a sound"),
    ],
)
def test_a_sound_that_cannot_be_taken_is_said(
    hub: Hub, site: Site, client: TestClient, tmp_path: Path, written: str, reason: str
) -> None:
    (tmp_path / "outside.mp3").write_bytes(sounds.mp3())
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "broken.mp3").write_bytes(b"no sound")
    (inside / "tides.md").write_text(f"---\ntitle: Tides\n{written}\n---\nHear.\n")
    (problem,) = imported(hub, site, inside)
    assert reason in problem
    assert "<audio" not in client.get("/posts/tides").text


def test_another_sound_of_the_same_name_is_a_change(
    hub: Hub, site: Site, client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "tides.md").write_text("---\ntitle: Tides\naudio: tides.mp3\n---\nHear.\n")
    for frames in (3, 4):
        (tmp_path / "tides.mp3").write_bytes(sounds.mp3(frames))
        imported(hub, site, tmp_path)
    assert audio.read(sounds.mp3(4)).address in client.get("/posts/tides").text
