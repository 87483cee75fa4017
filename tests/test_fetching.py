"""Fetching from elsewhere: nothing of this machine's own network, and no more than asked for."""

import socket

import pytest

from hub import fetching
from hub.errors import Unavailable


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://",
        "https://user@example.org/",
        "https://example.org:8443/",
        "file:///etc/passwd",
    ],
)
def test_only_plain_https_is_fetched(url: str) -> None:
    with pytest.raises(Unavailable, match="plain https"):
        fetching.fetch(url)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fd00::1"],
        ["8.8.8.8", "192.168.1.1"],
        [],
    ],
)
def test_no_name_leads_into_the_own_network(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    def connect(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unavailable, match="open Internet"):
        fetching.fetch("https://sns.eu-west-1.amazonaws.com/x.pem")
