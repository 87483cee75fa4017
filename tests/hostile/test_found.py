"""What stumbled once, each by itself."""

import pytest

from hub.audience import store
from tests.hostile.conftest import Town
from tests.hostile.invented import Asked

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

HOST = (b"host", b"hub.test")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
LONG = "9" * 5000


@pytest.mark.parametrize("path", [f"/newsletter/{LONG}", f"/archive/{LONG}/feed.xml", f"/x{LONG}/"])
def test_a_number_longer_than_any_is_no_page(town: Town, path: str) -> None:
    assert town.door.ask(Asked(path, headers=(HOST,))).status == 404


def test_a_number_longer_than_any_at_the_desk_is_no_page(town: Town) -> None:
    assert town.door.ask(Asked(f"/admin/posts/{LONG}", headers=(HOST,))).status == 404


def test_an_origin_that_is_no_address_is_another_site(town: Town) -> None:
    asked = Asked("/subscribe", "POST", (HOST, FORM, (b"origin", b"http://[")), b"email=a@b.test")
    assert town.door.ask(asked).status == 403


@pytest.mark.parametrize("length", [LONG.encode(), "²".encode("latin-1"), b"-1", b"x"])
def test_a_length_that_is_no_number_stops_nobody(town: Town, length: bytes) -> None:
    asked = Asked(
        "/subscribe", "POST", (HOST, FORM, (b"content-length", length)), b"email=a@b.test"
    )
    assert town.door.ask(asked).status == 200


def test_a_referer_that_is_no_address_counts_as_none(town: Town) -> None:
    referer = (b"referer", b"https://hub.test[/")
    asked = Asked("/subscribe", "POST", (HOST, FORM, referer), b"email=eve%40mail.test")
    assert town.door.ask(asked).status == 200
    with town.hub.db.read() as tx:
        someone = store.by_email_key(tx, "eve@mail.test")
        assert someone is not None
        request = store.last_request(tx, someone.id)
    assert request is not None
    assert request.form_url == "https://hub.test/subscribe"


@pytest.mark.parametrize("path", ["/favicon.ico", "/search", "/admin", "/admin/login", "/posts/x"])
def test_a_query_that_is_no_text_breaks_no_page(town: Town, path: str) -> None:
    answer = town.door.ask(Asked(f"{path}?\xff\xfe=\xc3", headers=(HOST,)))
    assert answer.status in (200, 303, 404)


@pytest.mark.parametrize("target", ["*", "/posts/two%0Alines/"])
def test_what_is_no_path_is_not_sent_elsewhere(town: Town, target: str) -> None:
    answer = town.door.ask(Asked(target, headers=((b"host", b"evil.test"),)))
    assert (answer.status, answer.header(b"location")) == (404, b"")
