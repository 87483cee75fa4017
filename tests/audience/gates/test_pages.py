"""The gates behind the page at /subscribe."""

import re
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from hub.app import create_app
from hub.audience.gates import store as gates
from hub.site import store as sites
from hub.web.state import Hub
from tests.audience.conftest import Clock
from tests.conftest import NOW


@pytest.fixture
def client(hub: Hub, clock: Clock) -> TestClient:
    """A proxy, in front of any number of visitors."""
    settings = replace(hub.settings, trusted_proxies=(ip_network("203.0.113.1/32"),))
    app = create_app(replace(hub, settings=settings, now=clock))
    return TestClient(app, base_url="https://hub.test", client=("203.0.113.1", 1))


def _set(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


def _mailed(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return tx.all(str, "SELECT recipient FROM mails ORDER BY id")


def _held(hub: Hub) -> list[str]:
    with hub.db.read() as tx:
        return [one.reasons for one in gates.held(tx, limit=9)]


def test_the_visitor_behind_the_proxy_is_counted(client: TestClient, hub: Hub) -> None:
    _set(hub, sign_ups_per_network="4")
    answers = [
        client.post(
            "/subscribe", data={"email": f"r{n}@d{n}.test"}, headers={"x-forwarded-for": ip}
        ).status_code
        for n, ip in enumerate(["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2"])
    ]
    assert answers == [200, 200, 429, 200]


def test_the_answer_is_the_same_whether_one_passes_waits_or_is_dropped(
    client: TestClient, hub: Hub
) -> None:
    answers = set()
    for email, more in (
        ("pass@reader.test", {}),
        ("wait@reader.test", {"homepage": "x"}),
        ("drop@mailinator.com", {"homepage": "x", "name": "www.x.test"}),
    ):
        answer = client.post("/subscribe", data={"email": email, **more})
        answers.add((answer.status_code, answer.text.replace(email, "X")))
    assert len(answers) == 1
    assert (_mailed(hub), _held(hub)) == (["pass@reader.test"], ["trap"])


def test_a_form_that_comes_back_too_soon(client: TestClient, hub: Hub, clock: Clock) -> None:
    assert 'name="shown"' not in client.get("/subscribe").text
    _set(hub, form_seconds="3", disposable_domains="lent.test")
    shown = re.search(r'name="shown" value="([^"]+)"', client.get("/subscribe").text)
    assert shown is not None
    form = {"email": "ada@lent.test", "shown": shown[1]}
    clock.now = NOW + timedelta(seconds=2)
    client.post("/subscribe", data=form)
    assert (_mailed(hub), _held(hub)) == ([], ["quick disposable"])
    clock.now = NOW + timedelta(seconds=30)
    client.post("/subscribe", data=form)
    assert (_mailed(hub), _held(hub)) == (["ada@lent.test"], [])
