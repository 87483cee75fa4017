"""Articles as text, for programs."""

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.site import store as sites
from hub.web.state import Hub
from tests.posts import FIRST, add


@pytest.fixture
def client(hub: Hub) -> TestClient:
    with hub.db.write() as tx:
        post_id = add(
            tx,
            "tides",
            at=FIRST,
            title="Tides [part 1]",
            excerpt="Why\nthey come.",
            authors=("Ada",),
        )
        tx.execute("UPDATE posts SET markdown = 'Water *rises*.' WHERE id = :id", id=post_id)
        add(tx, "secret", status="draft")
        add(tx, "about", kind="page")
    return TestClient(create_app(hub), follow_redirects=False)


def test_the_list_leads_to_the_text_of_each_article(client: TestClient) -> None:
    answer = client.get("/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("# Harbour Notes\n\n## Articles\n\n- [Tides \\[part 1\\]](")
    assert "(https://hub.test/posts/tides.md): Why they come.\n" in answer.text
    assert "- [About](https://hub.test/about)\n" in answer.text
    assert "secret" not in answer.text.lower()


def test_an_article_comes_as_it_was_written(client: TestClient) -> None:
    answer = client.get("/posts/tides.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["link"] == '<https://hub.test/posts/tides>; rel="canonical"'
    assert answer.text.startswith("# Tides [part 1]\n\nAda · 2026-01-01 · ")
    assert answer.text.endswith("· https://hub.test/posts/tides\n\nWater *rises*.\n")


def test_an_old_address_of_a_text_leads_to_the_new_one(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        tx.execute(
            "INSERT INTO redirects (path, post_id, created_at) SELECT 'posts/ebb', id,"
            " created_at FROM posts WHERE slug = 'tides'"
        )
    answer = client.get("/posts/ebb.md")
    assert (answer.status_code, answer.headers["location"]) == (301, "/posts/tides.md")


@pytest.mark.parametrize("path", ["/posts/secret.md", "/posts/none.md", "/posts/%00.md"])
def test_a_draft_has_no_text(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/llms.txt", "/posts/tides.md"])
def test_the_owner_may_turn_them_off(client: TestClient, hub: Hub, path: str) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "machine_texts", "off")
        tx.site_changed()
    assert client.get(path).status_code == 404
