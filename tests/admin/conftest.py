"""The desk's cast: an owner and an editor who are logged in, and an article."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.content import publishing
from hub.content.model import Post
from hub.users import accounts, sessions
from hub.users.model import Role
from hub.web.state import Hub
from tests.conftest import NOW


def logged_in(client: TestClient, hub: Hub, role: Role) -> TestClient:
    with hub.db.write() as tx:
        user = accounts.create(
            tx, email=f"{role}@hub.test", name="Ada", role=role, password_hash=None, now=NOW
        )
        client.cookies.set("__Host-hub", sessions.begin(tx, user, hub.now()))
    return client


@pytest.fixture
def desk(hub: Hub) -> Iterator[TestClient]:
    """A browser in which the owner is logged in."""
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield logged_in(client, hub, "owner")


@pytest.fixture
def article(desk: TestClient, hub: Hub) -> Post:
    """A published article, written at the desk."""
    return write(desk, hub, title="The tide tables", markdown="They are *back*.")


def write(desk: TestClient, hub: Hub, action: str = "publish", **fields: str) -> Post:
    """Write something at the desk; as it is stored."""
    folder = "pages" if fields.get("kind") == "page" else "posts"
    form = {"newsletter": "digest", **fields, "action": action}
    answer = desk.post(f"/admin/{folder}/new", data=form)
    assert answer.status_code == 303, answer.text
    post_id = int(answer.headers["location"].split("?")[0].rpartition("/")[2])
    with hub.db.read() as tx:
        return publishing.find(tx, post_id)
