"""The first page of the desk says what is left to do, and what is done."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hub.admin.home import steps
from hub.app import create_app
from hub.content.model import Post
from hub.web.state import Hub
from tests.admin.conftest import logged_in


def done(hub: Hub, **site: str) -> list[bool]:
    changed = replace(hub.site(), **site)  # type: ignore[arg-type]  # text fields only
    return [step.done for step in steps(hub.settings, changed, articles=0, pages=0, readers=0)]


def test_a_new_hub_begins_with_the_first_article(desk: TestClient) -> None:
    assert "Publish your first article" in desk.get("/admin").text


@pytest.mark.parametrize(
    ("address", "open_to_the_world"),
    [
        ("https://example.org", True),
        ("http://example.org", False),
        ("https://127.0.0.1:8000", False),
        ("https://localhost", False),
    ],
)
def test_only_a_public_https_address_is_open_to_the_world(
    hub: Hub, address: str, open_to_the_world: bool
) -> None:
    assert done(hub, base_url=address)[-1] is open_to_the_world


def test_the_home_page_shows_the_article_and_the_next_newsletter(
    desk: TestClient, article: Post
) -> None:
    answer = desk.get("/admin").text
    assert article.title in answer
    assert "/admin/newsletter/next/weekly" in answer


def test_an_editor_has_a_home_too(hub: Hub) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        answer = logged_in(client, hub, "editor").get("/admin")
    assert answer.status_code == 200
    assert "/admin/newsletter" not in answer.text
