"""The cover of an article: sent with its form, chosen among the pictures, or an address."""

import pytest
from starlette.testclient import TestClient

from hub.content import publishing
from hub.content.model import Post
from hub.web.state import Hub
from tests.admin.conftest import write
from tests.content.conftest import picture

FORM = {"title": "Quay", "markdown": "Words.", "action": "save"}


def stored(desk: TestClient) -> str:
    """The address of a picture that is here."""
    sent = desk.post(
        "/admin/media/upload",
        files={"picture": ("a.png", picture("PNG"))},
        headers={"accept": "application/json"},
    )
    return str(sent.json()["address"])


def cover(hub: Hub, location: str) -> str:
    post_id = int(location.partition("?")[0].rpartition("/")[2])
    with hub.db.read() as tx:
        return publishing.find(tx, post_id).cover


def test_a_picture_comes_with_the_form(desk: TestClient, hub: Hub) -> None:
    files = {"cover_file": ("quay.png", picture("PNG"))}
    answer = desk.post("/admin/posts/new", data=FORM, files=files)
    assert answer.status_code == 303
    address = cover(hub, answer.headers["location"])
    assert address.startswith("/media/")
    assert desk.get(address).headers["content-type"] == "image/png"


def test_one_that_is_here_is_chosen(desk: TestClient, hub: Hub) -> None:
    address = stored(desk)
    page = desk.get("/admin/posts/new", follow_redirects=True).text
    assert f'name="cover_chosen" value="{address}"' in page
    answer = desk.post("/admin/posts/new", data={**FORM, "cover": "", "cover_chosen": address})
    assert cover(hub, answer.headers["location"]) == address


def test_a_picture_is_kept_when_another_field_is_refused(desk: TestClient) -> None:
    files = {"cover_file": ("quay.png", picture("PNG"))}
    answer = desk.post("/admin/posts/new", data={**FORM, "slug": "!!!"}, files=files)
    assert answer.status_code == 400
    assert 'id="cover" name="cover" type="text" value="/media/' in answer.text


@pytest.mark.parametrize(
    ("data", "said"), [(b"no picture", "not a picture"), (b"x" * 20_000_001, "at most 20 MB")]
)
def test_what_is_no_picture_is_said_beside_it_and_the_words_stay(
    desk: TestClient, data: bytes, said: str
) -> None:
    answer = desk.post("/admin/posts/new", data=FORM, files={"cover_file": ("a.png", data)})
    assert answer.status_code == 400
    told = answer.text.partition('id="cover-error">')[2].partition("<")[0]
    assert said in told
    assert "Words." in answer.text


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("/media/ab/gone.png", False),
        ("boat.png", False),
        ("/media/", False),
        ("https://elsewhere.test/boat.png", True),
    ],
)
def test_an_address_without_a_picture_is_refused(
    desk: TestClient, address: str, good: bool
) -> None:
    answer = desk.post("/admin/posts/new", data={**FORM, "cover": address})
    assert (answer.status_code == 303) is good
    assert ("There is no picture at this address" in answer.text) is not good


def test_who_is_logged_out_loses_no_word_to_a_large_picture(desk: TestClient) -> None:
    desk.cookies.clear()
    files = {"cover_file": ("a.png", b"x" * 3_000_000)}
    answer = desk.post("/admin/posts/new", data=FORM, files=files)
    assert answer.status_code == 403
    assert ">\nWords.</textarea>" in answer.text


def test_a_picture_that_was_taken_away_is_told_when_its_article_is_saved(
    desk: TestClient, hub: Hub
) -> None:
    post: Post = write(desk, hub, title="Quay", markdown="x", cover=stored(desk))
    page = desk.get(f"/admin/posts/{post.id}").text
    assert f'class="chosen-picture" src="{post.cover}"' in page
