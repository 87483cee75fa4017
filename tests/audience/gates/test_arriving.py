"""What the form and its headers tell of who sends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.audience.gates import arriving
from hub.audience.gates.model import Visit
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW


def visit(hub: Hub, fields: dict[str, str], mode: str = "") -> Visit:
    headers = {"sec-fetch-mode": mode} if mode else {}
    with hub.db.write() as tx:
        return arriving.visit(
            tx, fields, headers, address="", site=hub.site(), signer=hub.signer, now=NOW
        )


def test_a_plain_form_shows_nothing_odd(hub: Hub) -> None:
    assert replace(visit(hub, {"homepage": ""}, "navigate"), policy=Visit().policy) == Visit()


def test_a_filled_trap_and_a_script_are_seen(hub: Hub) -> None:
    seen = visit(hub, {"homepage": "x"}, "cors")
    assert (seen.trapped, seen.scripted) == (True, True)


@pytest.mark.parametrize(
    ("ago", "seconds"),
    [(timedelta(seconds=2), 2.0), (timedelta(days=2), None), (timedelta(seconds=-5), None)],
)
def test_the_stamp_says_how_long_it_took(hub: Hub, ago: timedelta, seconds: float | None) -> None:
    token = arriving.stamp(hub.signer, NOW - ago)
    assert visit(hub, {"shown": token}).seconds == seconds


def test_a_forged_stamp_says_nothing(hub: Hub) -> None:
    assert visit(hub, {"shown": hub.signer.sign("unsubscribe", 1)}).seconds is None


def test_the_owners_numbers_are_used(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "sign_ups_per_network", "7")
        sites.put(tx, "form_seconds", "3")
        sites.put(tx, "disposable_domains", "b.test\na.test")
    policy = visit(hub, {}).policy
    assert (policy.per_network, policy.least_seconds) == (7, 3)
    assert policy.disposable == {"a.test", "b.test"}
