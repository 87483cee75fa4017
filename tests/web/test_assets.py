"""What pages are dressed with."""

from starlette.testclient import TestClient

from hub.app import create_app
from hub.site import store as sites
from hub.web.state import Hub


def test_the_icon_is_the_first_letter_of_the_site(hub: Hub) -> None:
    with TestClient(create_app(hub)) as visitor:
        answer = visitor.get("/assets/icon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ">H</text>" in answer.text


def test_no_name_breaks_out_of_the_icon(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "title", "<b>")
    with TestClient(create_app(hub)) as visitor:
        assert "&lt;</text>" in visitor.get("/assets/icon.svg").text
