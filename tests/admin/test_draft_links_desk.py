"""Links to drafts: withdrawn, they show nothing, and a new one does."""

import pytest
from starlette.testclient import TestClient

from hub.content import archive, store
from hub.content.model import Post
from hub.content.rendering import render
from hub.web.state import Hub
from tests.admin.conftest import write
from tests.conftest import NOW


@pytest.fixture
def draft(desk: TestClient, hub: Hub) -> Post:
    return write(desk, hub, "save", title="Not yet", markdown="Soon.")


def link(desk: TestClient, draft: Post) -> str:
    page = desk.get(f"/admin/posts/{draft.id}").text
    return page.partition('id="draft-url" readonly value="')[2].partition('"')[0]


def test_a_withdrawn_link_is_gone_and_the_new_one_works(desk: TestClient, draft: Post) -> None:
    old, url = link(desk, draft), f"/admin/posts/{draft.id}/link"
    assert draft.title in desk.get(url).text
    assert desk.get(old).status_code == 200
    assert desk.post(url).status_code == 303
    new = link(desk, draft)
    assert "Withdrew the link to the draft “Not yet”" in desk.get("/admin/log").text
    desk.post(f"/admin/posts/{draft.id}", data={"title": "Not yet", "markdown": "Soon."})
    desk.cookies.clear()
    assert desk.get(old).status_code == 410
    assert "withdrawn" in desk.get(old).text
    assert "Soon." in desk.get(new).text
    assert desk.get("/admin/preview/" + "_" * 32).status_code == 404
    assert desk.get(new[:-1] + ("A" if new[-1] != "A" else "B")).status_code == 404


def test_withdrawing_asks_who_is_logged_in(desk: TestClient, draft: Post) -> None:
    old = link(desk, draft)
    desk.cookies.clear()
    assert desk.post(f"/admin/posts/{draft.id}/link").status_code == 403
    assert desk.get(old).status_code == 200


def test_it_stays_withdrawn_where_the_article_comes_back(
    desk: TestClient, hub: Hub, draft: Post
) -> None:
    desk.post(f"/admin/posts/{draft.id}/link")
    with hub.db.write() as tx:
        ((_, text),) = list(archive.files(tx))
        tx.execute("DELETE FROM posts")
        rendered = render("Soon.", language="en")
        archive.restore(tx, text, rendered, site=hub.site(), now=NOW)
        back = store.by_uid(tx, draft.uid)
    assert back is not None
    assert back.links_withdrawn == 1
