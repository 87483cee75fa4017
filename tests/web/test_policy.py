"""The policy of the desk, over every route that the walked app has."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from hub.admin.policy import DeskRoute, Needs
from hub.app import create_app, routes
from hub.users import accounts, sessions
from hub.users.model import Role
from hub.web.security import EXEMPT_PREFIXES
from hub.web.state import Hub
from tests.conftest import NOW

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

OPEN = {
    "/admin/login",
    "/admin/logout",
    "/admin/password",
    "/admin/password/{token}",
    # A draft, by its signed link.
    "/admin/preview/{token}",
    "/setup/{token}",
    "/setup/{token}/account",
}
ROUTES = [route for route in routes() if isinstance(route, Route)]
DESK = [route for route in ROUTES if route.path.startswith(("/admin", "/setup"))]


def cases(found: list[Route]) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in found
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


# Mail programs press unsubscribe from nowhere (RFC 8058); everything else is held to the rule.
UNSAFE = [
    case
    for case in cases(ROUTES)
    if case[0] not in ("GET", "OPTIONS") and not case[1].startswith(EXEMPT_PREFIXES)
]


def address(path: str) -> str:
    """An address of this route: numbers for numbers, words for words."""
    return re.sub(r"\{\w+(:int)?[^}]*\}", lambda m: "1" if m[1] else "x", path)


def as_role(client: TestClient, hub: Hub, role: Role) -> TestClient:
    with hub.db.write() as tx:
        user = accounts.create(
            tx, email=f"{role}@hub.test", name="", role=role, password_hash=None, now=NOW
        )
        client.cookies.set("__Host-hub", sessions.begin(tx, user, hub.now()))
    return client


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub), base_url="https://hub.test", follow_redirects=False) as client:
        yield client


def test_every_route_is_walked() -> None:
    others: list[BaseRoute] = [route for route in routes() if not isinstance(route, Route)]
    assert others == []
    assert {"/admin", "/admin/login"} <= {route.path for route in DESK}


def test_every_address_of_the_desk_says_what_it_needs() -> None:
    assert [route.path for route in DESK if not isinstance(route, DeskRoute)] == []


def test_only_the_ways_in_are_open() -> None:
    found = {r.path for r in DESK if isinstance(r, DeskRoute) and r.needs is Needs.NOTHING}
    assert found == OPEN


@pytest.mark.parametrize(("method", "path"), [c for c in cases(DESK) if c[1] not in OPEN])
def test_a_visitor_is_kept_out(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, address(path))
    if method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/admin/login")
    else:
        assert answer.status_code == 403
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, route.path)
        for route in DESK
        if isinstance(route, DeskRoute) and route.needs is Needs.OWNER
        for method in ("GET", "POST")
        if method in (route.methods or ())
    ],
)
def test_an_editor_stays_out_of_what_is_the_owners(
    client: TestClient, hub: Hub, method: str, path: str
) -> None:
    assert as_role(client, hub, "editor").request(method, address(path)).status_code == 403


@pytest.mark.parametrize(("method", "path"), [c for c in cases(DESK) if c[0] == "GET"])
def test_what_the_desk_answers_is_never_stored(
    client: TestClient, hub: Hub, method: str, path: str
) -> None:
    answer = as_role(client, hub, "owner").request(method, address(path))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.status_code < 500


@pytest.mark.parametrize("origin", [None, "https://hub.test", "https://evil.test", "null"])
@pytest.mark.parametrize("site", [None, "same-origin", "none", "same-site", "cross-site"])
def test_no_other_site_can_change_anything(
    client: TestClient, site: str | None, origin: str | None
) -> None:
    headers = {"origin": origin, "sec-fetch-site": site}
    given = {name: value for name, value in headers.items() if value is not None}
    ours = site in ("same-origin", "none") if site else origin in (None, "https://hub.test")
    refused = {
        (method, path)
        for method, path in UNSAFE
        if "This request came from another site"
        in client.request(method, address(path), headers=given).text
    }
    assert refused == (set() if ours else set(UNSAFE))


def test_the_desk_is_kept_apart_from_windows_that_opened_it(client: TestClient) -> None:
    assert client.get("/admin/login").headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/admin/login", "/no-such-page", "/subscribe"])
def test_every_page_says_what_it_may_load(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"]
    assert headers["referrer-policy"]
