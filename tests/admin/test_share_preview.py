"""What a shared link looks like, beside the form of the article."""

import re

from starlette.testclient import TestClient

from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import write
from tests.content.conftest import picture


def figures(desk: TestClient, post_id: int) -> str:
    page = desk.get(f"/admin/posts/{post_id}").text
    return page[page.index('id="share"') : page.index("writing-end")]


def test_the_card_of_a_draft_is_drawn_for_who_writes_it(desk: TestClient, hub: Hub) -> None:
    post = write(desk, hub, action="save", title="Ropes & knots", markdown="How to tie one.")
    shown = figures(desk, post.id)
    assert shown.count("Ropes &amp; knots") == 3
    assert shown.count("How to tie one.") == 2
    assert "hub.test" in shown
    drawn = re.search(r'src="(/admin/posts/[^"]+)"', shown)
    assert drawn is not None
    answer = desk.get(drawn[1])
    assert answer.content.startswith(b"\x89PNG")
    desk.cookies.clear()
    assert desk.get(drawn[1]).status_code == 303


def test_the_picture_is_the_cover_else_that_of_the_site(desk: TestClient, hub: Hub) -> None:
    sent = desk.post("/admin/media/upload", files={"picture": ("a.png", picture("PNG"))}).json()
    with hub.db.write() as tx:
        sites.put(tx, "social_image", sent["address"])
    post = write(desk, hub, title="Ropes", markdown="Hemp.")
    assert figures(desk, post.id).count(sent["address"]) == 3
    covered = write(desk, hub, title="Sails", markdown="Cloth.", cover="https://else.example/a.jpg")
    shown = figures(desk, covered.id)
    assert "else.example/a.jpg" not in shown
    assert "<img" not in shown
