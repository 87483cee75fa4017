"""A filled hub whose good answers are known, for clients that mean no good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from hub.app import create_app, routes
from hub.audience import invitations
from hub.audience.invitations import Typed
from hub.content import media, pictures
from hub.newsletter import planning
from hub.site import store as sites
from hub.web.page_cache import PageCache
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture
from tests.hostile.doors import AsgiDoor
from tests.hostile.invented import address
from tests.newsletter.cast import newest, press, subscribe, tick
from tests.posts import FIRST, add, redirect

ROUTES = [route for route in routes() if isinstance(route, Route)]


@dataclass(frozen=True, slots=True)
class Town:
    """The hub, a way in, its cache, and values for the slots of its routes that lead somewhere."""

    hub: Hub
    door: AsgiDoor
    cache: PageCache
    values: dict[str, str]

    def good(self, route: Route) -> str:
        """An address of this route that somebody might really ask for."""
        return address(route, self.values_for(route))

    def values_for(self, route: Route) -> dict[str, str]:
        """`token` means something else on every route that has one."""
        purpose = route.path.partition("/{token}")[0].rpartition("/")[2]
        named = {"path": self.values["media"] if "/media/" in route.path else "old/address"}
        if purpose in ("confirm", "unsubscribe", "preferences"):
            named["token"] = self.hub.signer.sign(purpose, 1)
        elif purpose in ("setup", "password"):
            named["token"] = f"open-{purpose}"
        if "/cards/" in route.path:
            named["name"] = "site"
        known = {**self.values, **named}
        return {name: known[name] for name in known if "{" + name in route.path}


def fill(hub: Hub) -> dict[str, str]:
    """Some of everything that has an address; values for the slots of routes."""
    stored = pictures.read(picture("PNG", (1000, 600)))
    media.write(hub.settings.media, stored)
    subscribe(hub, "ada@mail.test", name="Ada")
    with hub.db.write() as tx:
        sites.put(tx, "legal_notice", "Who we *are*.")
        media.record(tx, stored, NOW)
        for number in range(25):
            first = add(
                tx,
                f"tide-{number}",
                topics=("sea",),
                authors=("Ada Lovelace",),
                excerpt="A tide.",
                at=FIRST + timedelta(days=number),
            )
        redirect(tx, "old/address", first)
        add(tx, "about", kind="page")
        add(tx, "gone", status="deleted")
        sites.put(tx, "count_clicks", "on")
        quay = invitations.checked(Typed(code="quay", name="Quay"), timezone="UTC", now=NOW)
        invitations.make(tx, quay, new_code=str, now=NOW)
        tx.execute("UPDATE posts SET newsletter = 'digest' WHERE slug = 'tide-3'")
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    tick(hub)
    return {
        "slug": "tide-3",
        "topic": "sea",
        "author": "ada-lovelace",
        "number": "1",
        "code": "quay",
        "edition": str(newest(hub).id),
        "name": "site.css",
        "script": "editor.js",
        "width": "480",
        "media": stored.address.removeprefix("/media/"),
    }


@pytest.fixture
def town(hub: Hub, tmp_path: Path) -> Iterator[Town]:
    values = fill(hub)
    app = create_app(hub)
    assert isinstance(app, PageCache)
    with TestClient(app, base_url="https://hub.test") as client:
        yield Town(hub, AsgiDoor(app, client), app, values)
