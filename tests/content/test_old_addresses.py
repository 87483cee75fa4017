"""Addresses that something had before."""

import pytest
from starlette.testclient import TestClient

from hub.web.state import Hub
from tests.posts import add, redirect

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def moved(hub: Hub) -> int:
    with hub.db.write() as tx:
        post_id = add(tx, "rust-1")
        redirect(tx, "2015/05/15/Rust-1.0.html", post_id)
        redirect(tx, "café", post_id)
        redirect(tx, "th%C3%A9", post_id)
        redirect(tx, "posts/older-name", post_id)
    return post_id


@pytest.mark.parametrize(
    "path",
    [
        "/2015/05/15/Rust-1.0.html",
        "/2015/05/15/Rust-1.0.html/",
        "/2015/05/15/Rust-1.0.html?utm_source=mail",
        "/caf%C3%A9",
        "/café/",
        "/th%C3%A9",
        "/posts/older-name",
        "/posts/older-name/",
        "/posts/rust-1/",
    ],
)
def test_an_old_address_leads_on(client: TestClient, moved: int, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 301
    assert answer.headers["location"] == "/posts/rust-1"


def test_case_is_as_it_was_stored(client: TestClient, moved: int) -> None:
    assert client.get("/2015/05/15/rust-1.0.html").status_code == 404


@pytest.mark.parametrize("path", ["/archive/", "/topics/sea/", "/about/"])
def test_a_slash_too_many_is_taken_away(client: TestClient, hub: Hub, path: str) -> None:
    with hub.db.write() as tx:
        add(tx, "a", topics=("sea",))
        add(tx, "about", kind="page")
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (301, path.rstrip("/"))


@pytest.mark.parametrize("path", ["//evil.test/", "/\\evil.test/", "/%5Cevil.test/", "//evil.test"])
def test_nothing_leads_to_another_site(client: TestClient, path: str) -> None:
    answer = client.get(f"https://hub.test{path}")
    assert answer.status_code == 404


def test_what_was_deleted_is_gone(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        post_id = add(tx, "was-here", status="deleted")
        add(tx, "page-was-here", kind="page", status="deleted")
        redirect(tx, "old", post_id)
    for path in ("/posts/was-here", "/old", "/old/", "/page-was-here"):
        assert client.get(path).status_code == 410, path


def test_a_new_post_takes_the_place_of_a_deleted_one(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "again", status="deleted")
        add(tx, "again")
    assert client.get("/posts/again").status_code == 200


def test_an_unpublished_post_is_nowhere(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        redirect(tx, "old", add(tx, "draft", status="draft"))
    assert client.get("/posts/draft").status_code == 404
    assert client.get("/old").status_code == 404


@pytest.mark.parametrize("path", ["/a%00b", "/posts/a%00", "/topics/%00", "/media/%00", "/%ff%fe"])
def test_an_address_that_cannot_be_is_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
