"""A server that goes away: what is cached goes on, the rest says 503, and nothing is restarted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app, create_hub
from hub.settings import from_environment
from hub.site import store as sites
from tests.conftest import NOW, TEMPLATE
from tests.postgres_server import Server


@pytest.fixture
def client(postgres: Server, tmp_path: Path) -> Iterator[TestClient]:
    name = postgres.database(TEMPLATE)
    hub = create_hub(from_environment({"HUB_DATABASE": postgres.url(name)}, data=tmp_path))
    with hub.db.write() as tx:
        sites.put(tx, "title", "Harbour Notes")
        sites.put(tx, "owner_email", "owner@hub.test")
        sites.mark_ready(tx, NOW)
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        yield client
    postgres.drop(name)


def test_pages_while_the_server_is_away(postgres: Server, client: TestClient) -> None:
    before = client.get("/")
    assert before.status_code == 200
    postgres.halt()
    try:
        assert client.get("/").content == before.content
        for answer in (
            client.get("/archive"),
            client.get("/no-such-page"),
            client.post("/subscribe", data={"email": "a@reader.test"}),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert client.get("/healthz").status_code == 503
        figures = client.get("/metrics")
        assert (figures.status_code, figures.text.splitlines()[-1]) == (503, "hub_up 0")
    finally:
        postgres.start()
    assert client.get("/archive").status_code == 200
    assert client.post("/subscribe", data={"email": "a@reader.test"}).status_code == 200
