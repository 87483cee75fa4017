"""Who is asking: the client's address, and the network that limits count together."""

import ipaddress
from dataclasses import replace

import pytest
from starlette.requests import Request

from hub.web import client
from hub.web.state import Hub

PROXIES = tuple(map(ipaddress.ip_network, ("127.0.0.1/32", "10.0.0.0/8")))


def asked(hub: Hub, peer: str, forwarded: str = "") -> Request:
    class App:
        class state:  # noqa: N801  # as Starlette names it
            pass

    App.state.hub = replace(hub, settings=replace(hub.settings, trusted_proxies=PROXIES))  # type: ignore[attr-defined]  # Starlette's state takes any name
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "app": App, "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "2001:DB8:0::7", "2001:db8::7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("testclient", "203.0.113.9", "testclient"),
    ],
)
def test_the_address_is_the_last_that_no_proxy_of_ours_has(
    hub: Hub, peer: str, forwarded: str, expected: str
) -> None:
    assert client.address(asked(hub, peer, forwarded)) == expected


def test_what_is_no_address_is_not_known(hub: Hub) -> None:
    assert client.known_address(asked(hub, "testclient")) == ""
    assert client.known_address(asked(hub, "192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("::ffff:c000:24d", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("010.0.0.1", "unknown"),
    ],
)
def test_the_network_of_an_address(ip: str, network: str) -> None:
    assert client.network(ip) == network
