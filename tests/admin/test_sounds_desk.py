"""Sound at the desk: uploaded, given to an article, carried by the feeds."""

import feedparser
import pytest
from starlette.testclient import TestClient

from hub.content import audio
from hub.web.state import Hub
from tests import audio as sounds
from tests.admin.conftest import write
from tests.admin.test_pictures_desk import files, png, upload


def upload_sound(desk: TestClient, data: bytes) -> int:
    return desk.post("/admin/sounds", files={"audio": ("a.mp3", data, "audio/mpeg")}).status_code


@pytest.fixture
def address(desk: TestClient) -> str:
    assert upload_sound(desk, sounds.mp3()) == 303
    return audio.read(sounds.mp3()).address


def test_a_sound_is_taken_and_shown_among_sounds_alone(desk: TestClient, address: str) -> None:
    assert upload(desk, png()) == 303
    assert f'src="{address}"' in desk.get("/admin/sounds").text
    assert address not in desk.get("/admin/media").text
    assert "<img" in desk.get("/admin/media").text
    assert ".png" not in desk.get("/admin/sounds").text


@pytest.mark.parametrize("data", [b"", b"not a sound", png()])
def test_what_is_no_sound_is_refused(desk: TestClient, hub: Hub, data: bytes) -> None:
    assert upload_sound(desk, data) == 400
    assert files(hub) == []


def test_an_article_plays_its_sound_and_feeds_carry_it(
    desk: TestClient, hub: Hub, address: str
) -> None:
    post = write(desk, hub, title="Tides", markdown="Hear.", audio=address)
    assert f'src="{address}"' in desk.get(post.path).text
    url = f"https://hub.test{address}"
    for name in ("feed.xml", "atom.xml"):
        (enclosure,) = feedparser.parse(desk.get(f"/{name}").content).entries[0].enclosures
        assert (enclosure.href, enclosure.type, enclosure.length) == (url, "audio/mpeg", "4170")
    (attachment,) = desk.get("/feed.json").json()["items"][0]["attachments"]
    assert attachment == {"url": url, "mime_type": "audio/mpeg", "size_in_bytes": 4170}


def test_an_article_without_a_sound_has_no_player(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, title="Tides", markdown="Read.")
    assert "<audio" not in desk.get(post.path).text
    assert "enclosure" not in desk.get("/feed.xml").text


@pytest.mark.parametrize("wrong", ["/media/ab/none.mp3", "https://other.test/a.mp3", "a.mp3"])
def test_a_sound_that_is_not_here_is_refused(desk: TestClient, wrong: str) -> None:
    answer = desk.post(
        "/admin/posts/new",
        data={"title": "Tides", "markdown": "x", "audio": wrong, "action": "publish"},
    )
    assert answer.status_code == 400
    assert 'id="audio-error"' in answer.text


def test_a_picture_is_no_sound(desk: TestClient, hub: Hub) -> None:
    upload(desk, png())
    (path,) = (file.relative_to(hub.settings.media) for file in files(hub))
    form = {"title": "Tides", "markdown": "x", "audio": f"/media/{path}", "action": "save"}
    assert desk.post("/admin/posts/new", data=form).status_code == 400
