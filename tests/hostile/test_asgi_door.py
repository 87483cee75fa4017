"""Nothing that a client invents makes the application stumble, or leaves a wrong page behind.

The routes are those of the app, so a new one is covered by itself. `--hypothesis-profile long`
tries a thousand times as much.
"""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from starlette.routing import Route

from hub.law import views as law_views
from hub.users import accounts, one_time_links, sessions
from hub.users.model import User
from tests.conftest import NOW
from tests.hostile.conftest import ROUTES, Town
from tests.hostile.doors import Answered
from tests.hostile.invented import Asked, headers, requests, targets

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

HOST = ((b"host", b"hub.test"),)
SQUEEZED = (*HOST, (b"accept-encoding", b"gzip"))
PUBLIC = [route for route in ROUTES if not route.path.startswith(("/admin", "/setup"))]
DESK = [route for route in ROUTES if route not in PUBLIC]
READ = [route for route in PUBLIC if "GET" in (route.methods or ())]
FORMS = [route for route in PUBLIC if "POST" in (route.methods or ())]

FINE = {200, 301, 302, 303, 304, 307, 308, 400, 404, 405, 406, 413}
# What the addresses of the hub say beside: a part of a file, or none such; what is not for this
# visitor, or not from that page; what was taken away; too often.
ALSO = {206, 416, 403, 410, 429}


def seen(answer: Answered) -> Answered | int:
    """What of an answer is the same every time: a picture is made smaller beside the requests."""
    return answer.status if answer.header(b"content-type").startswith(b"image/") else answer


def answers(town: Town, route: Route) -> list[object]:
    """What somebody who means well gets at this route's own address, and its gzip.

    Not where one person's choices are shown: those change when they send them.
    """
    if "{token}" in route.path:
        return []
    good = town.good(route)
    return [seen(town.door.ask(Asked(good, headers=given))) for given in (HOST, SQUEEZED)]


def test_every_page_has_an_address_that_answers(town: Town) -> None:
    strangers = {"/confirm/{token}": 410, "/healthz": 200}
    # The language of the site has the short address.
    strangers |= dict.fromkeys((f"{path}/en" for path in law_views.ADDRESSES), 302)
    # Links that are mailed when somebody asks for them.
    strangers |= {f"/preferences/{kind}/{{token}}": 410 for kind in ("address", "data", "erase")}
    # A link of a newsletter leads on; nobody waits behind this token.
    strangers["/newsletter/{edition:int}/go/{number:int}"] = 302
    strangers["/confirm/{token}/answer"] = 303
    # A drawing stays as sharp as it is.
    strangers["/media/{path:path}/{width}.avif"] = 404
    # Few articles need no parts.
    strangers["/sitemap-{number}.xml"] = 404
    # Nobody's browser is asked to work here.
    strangers["/subscribe/challenge"] = 404
    # Figures are for a monitor that has the key.
    strangers["/metrics"] = 404
    for route in READ:
        answer = town.door.ask(Asked(town.good(route), headers=HOST))
        assert answer.status == strangers.get(route.path, answer.status), route.path
        assert answer.status in (200, 301) or route.path in strangers, route.path


@given(data=st.data())
def test_no_invented_request_breaks_a_page_or_poisons_it(town: Town, data: st.DataObject) -> None:
    some = data.draw(st.sampled_from((PUBLIC, PUBLIC, FORMS)))
    route = data.draw(st.sampled_from(some), label="route")
    asked = data.draw(requests(route, town.values_for(route)), label="request")
    town.cache.clear()
    before = answers(town, route)
    town.cache.clear()
    answer = town.door.ask(asked)
    event(f"{asked.method} {answer.status}")
    assert answer.status in FINE | ALSO, answer
    assert answers(town, route) == before


@given(data=st.data())
def test_no_header_changes_what_others_get_at_any_address(town: Town, data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(READ), label="route")
    target = data.draw(targets(route, town.values_for(route)), label="target")
    asked = Asked(target, headers=data.draw(headers, label="headers"))
    clean = Asked(target, headers=HOST)
    town.cache.clear()
    before = seen(town.door.ask(clean))
    town.cache.clear()
    town.door.ask(asked)
    assert seen(town.door.ask(clean)) == before


@pytest.fixture
def owner(town: Town) -> User:
    with town.hub.db.write() as tx:
        return accounts.create(
            tx, email="owner@hub.test", name="", role="owner", password_hash=None, now=NOW
        )


@given(data=st.data())
def test_nothing_breaks_the_desk(town: Town, owner: User, data: st.DataObject) -> None:
    route = data.draw(st.sampled_from(DESK), label="route")
    asked = data.draw(requests(route, town.values_for(route)), label="request")
    if data.draw(st.booleans(), label="logged in"):
        with town.hub.db.write() as tx:
            session = sessions.begin(tx, owner, town.hub.now())
            one_time_links.open_with(tx, "setup", "open-setup", None, town.hub.now())
            one_time_links.open_with(tx, "password", "open-password", owner.id, town.hub.now())
        cookie = f"hub={session}; __Host-hub={session}".encode()
        asked = Asked(asked.target, asked.method, (*asked.headers, (b"cookie", cookie)), asked.body)
    answer = town.door.ask(asked)
    assert answer.status in FINE | ALSO | {409}, answer
