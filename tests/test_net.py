"""The way out: only to public addresses, to the one that was looked at, and never for long."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.errors import Unreachable
from hub.net import Fetcher, body_of, may_be_called, parsed
from tests.certificates import certificate_for

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"

Talk = Callable[[socket.socket], None]


@contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """A server on 127.0.0.1 that talks with each caller; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                try:
                    talk(caller)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def answering(answer: bytes, heard: list[bytes] | None = None) -> Talk:
    def talk(caller: socket.socket) -> None:
        request = caller.recv(65_536)
        if heard is not None:
            heard.append(request)
        caller.sendall(answer)

    return talk


def at(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda _host, _port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1"),
        *("fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "not an address"),
    ],
)
def test_what_is_not_public_is_not_called(address: str) -> None:
    assert not may_be_called(address)
    with pytest.raises(Unreachable, match="not public"):
        Fetcher(resolve=at(address)).get("http://rebound.test/")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_what_is_public_may_be_called(address: str) -> None:
    assert may_be_called(address)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(Unreachable, match="not public"):
        Fetcher(resolve=at("93.184.216.34", "127.0.0.1")).get("http://mixed.test/")


def test_the_owner_can_let_a_network_of_theirs_in() -> None:
    assert may_be_called("127.0.0.9", LOOPBACK)
    assert may_be_called("::ffff:127.0.0.9", LOOPBACK)
    assert not may_be_called("10.0.0.1", LOOPBACK)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.test/", "file:///etc/passwd", "http://", "//a.test", "http://[x", "http://a:b/"),
        *("http://ada:secret@a.test/", "http://a.test/\r\nx: y", "http://a test/", "gopher://a"),
    ],
)
def test_only_plain_web_addresses_are_called(url: str) -> None:
    with pytest.raises(Unreachable):
        parsed(url)


@pytest.mark.parametrize(
    "url", ["http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://127.1"]
)
def test_this_machine_has_many_names(url: str) -> None:
    with pytest.raises(Unreachable):
        Fetcher().get(url)


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    heard: list[bytes] = []
    names: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        names.append(host)
        return ["127.0.0.1"]

    with listening(answering(OK, heard)) as port:
        fetcher = Fetcher(LOOPBACK, resolve=resolve)
        answer = fetcher.post(f"http://hub.test:{port}/a?b=c", b"x=1", {"content-type": "a/b"})
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers["content-type"] == "text/plain"
    assert names == ["hub.test"]
    assert heard[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"Host: hub.test:{port}\r\n".encode() in heard[0]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    with listening(answering(moved)) as port:
        answer = Fetcher(LOOPBACK).get(f"http://127.0.0.1:{port}/")
    assert answer.status == 302


def test_an_answer_without_end_is_cut_off() -> None:
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"

    def pour(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(head)
        while True:
            caller.sendall(b"x" * 65_536)

    with listening(pour) as port, pytest.raises(Unreachable, match="more than 1000 bytes"):
        Fetcher(LOOPBACK, largest=1_000).get(f"http://127.0.0.1:{port}/")


def test_a_server_that_drips_is_left() -> None:
    def drip(caller: socket.socket) -> None:
        caller.recv(65_536)
        for byte in OK * 100:
            caller.sendall(bytes([byte]))
            time.sleep(0.05)

    with listening(drip) as port, pytest.raises(Unreachable, match="no answer within"):
        Fetcher(LOOPBACK, seconds=0.3).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_answer_is_said(answer: bytes) -> None:
    with listening(answering(answer)) as port, pytest.raises(Unreachable, match="failed"):
        Fetcher(LOOPBACK).get(f"http://127.0.0.1:{port}/")


def test_nobody_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable, match="refused"):
        Fetcher(LOOPBACK).get(f"http://127.0.0.1:{port}/")


def secured(certificate: Path) -> Talk:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))

    def talk(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as tls:
            tls.recv(65_536)
            tls.sendall(OK)

    return talk


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    certificate = certificate_for("hub.test", tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    fetcher = Fetcher(LOOPBACK, resolve=at("127.0.0.1"), context=trusting)
    with listening(secured(certificate)) as port:
        assert fetcher.get(f"https://hub.test:{port}/").body == b"ok"
        with pytest.raises(Unreachable, match="certificate is not valid"):
            fetcher.get(f"https://other.test:{port}/")
        with pytest.raises(Unreachable, match="certificate is not valid"):
            Fetcher(LOOPBACK, resolve=at("127.0.0.1")).get(f"https://hub.test:{port}/")


@pytest.mark.parametrize("url", ["http://example.org/", "file:///etc/passwd", "https://"])
def test_a_certificate_comes_over_https_alone(url: str) -> None:
    with pytest.raises(Unreachable, match="https"):
        body_of(url)


def test_of_what_is_too_large_the_beginning_can_be_had() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000
    fetcher = Fetcher(LOOPBACK, largest=1000)
    with listening(answering(answer)) as port:
        assert fetcher.beginning(f"http://127.0.0.1:{port}/", {}).body == b"x" * 1000
        with pytest.raises(Unreachable):
            fetcher.get(f"http://127.0.0.1:{port}/")
