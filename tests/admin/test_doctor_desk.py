"""The doctor at the desk: what is, what should be, the line to paste; asked only when told to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hub.admin import examining
from hub.app import create_app
from hub.mail import relay_checks
from hub.mail.dns import Dns
from hub.mail.domain_checks import Finding
from hub.mail.model import Secured
from hub.settings import SmtpRelay
from hub.site import store as sites
from hub.web.state import Hub
from tests.admin.conftest import logged_in
from tests.conftest import NOW
from tests.mail.dns_server import Zone, dns_server
from tests.mail.fault_server import FaultServer

ADDRESS = "192.5.6.30"
IN_ORDER: Zone = {
    ("hub.test", "A"): [ADDRESS],
    ("hub.test", "TXT"): ['"v=spf1 mx -all"'],
    ("hub.test", "MX"): ["10 mail.hub.test."],
    ("_dmarc.hub.test", "TXT"): ['"v=DMARC1; p=none"'],
    ("30.6.5.192.in-addr.arpa", "PTR"): ["hub.test."],
}


@contextmanager
def asked(hub: Hub, zone: Zone) -> Iterator[TestClient]:
    """The desk of an owner who has asked the doctor."""
    with dns_server(zone) as port:
        hub = replace(hub, dns=Dns(["127.0.0.1"], port, seconds=2.0))
        with TestClient(create_app(hub), base_url="https://hub.test") as client:
            logged_in(client, hub, "owner")
            assert client.post("/admin/doctor").status_code == 200
            yield client


def test_nothing_is_asked_before_the_button_is_pressed(desk: TestClient) -> None:
    assert "It has not been asked yet." in desk.get("/admin/doctor").text


def test_what_is_missing_comes_with_the_line_to_paste(hub: Hub) -> None:
    # On this machine, and nobody is there.
    smtp = (SmtpRelay("127.0.0.1", 1, tls="no"),)
    with asked(replace(hub, settings=replace(hub.settings, smtp=smtp)), {}) as client:
        page = client.get("/admin/doctor").text
    assert "hub.test has no SPF record" in page
    assert 'value="v=spf1 a:hub.test ~all"' in page
    assert "Not asked: mail leaves from hub.test" in page
    assert 'value="_dmarc.hub.test"' in page
    assert "hub.test leads nowhere" in page


def test_it_speaks_the_owners_language(hub: Hub) -> None:
    with hub.db.write() as tx:
        sites.put(tx, "language", "fr")
    with asked(hub, {}) as client:
        page = client.get("/admin/doctor").text
    assert "hub.test has no SPF record" not in page
    assert "SPF" in page


def test_what_is_kept_comes_back_as_it_was() -> None:
    finding = Finding("SPF", "bad", "%(domain)s", {"domain": "é"}, "a TXT b", ("x",), "y")
    assert examining.from_json(examining.as_json([finding])) == [finding]


def test_the_relay_on_this_machine_is_called_as_the_site_is(hub: Hub) -> None:
    async def look(port: int) -> list[Finding]:
        async with FaultServer().running() as relay:
            smtp = (SmtpRelay("127.0.0.1", relay.port, tls="no"),)
            parts = replace(hub, settings=replace(hub.settings, smtp=smtp))
            return await asyncio.to_thread(examining.examine, parts, Dns(["127.0.0.1"], port))

    with dns_server(IN_ORDER) as port:
        found = asyncio.run(look(port))
    levels = {finding.name: finding.level for finding in found}
    assert {levels[name] for name in ("Relay", "TLS", "PTR", "SPF", "DMARC", "MX", "Name")} == {
        "good"
    }


def test_the_key_of_dkim_is_made_at_the_desk(hub: Hub) -> None:
    with asked(hub, {}) as client:
        assert "/admin/doctor/dkim" in client.get("/admin/doctor").text
        with hub.db.write() as tx:
            sites.put(tx, "dkim", "off")
        # The line comes first: what is signed before it is found counts against the mail.
        page = client.post("/admin/doctor/dkim").text
        assert "first; when it is found there, switch signing on" in page
        assert 'value="v=DKIM1;' in page
        with hub.db.write() as tx:
            sites.put(tx, "dkim", "on")
        page = client.post("/admin/doctor/dkim").text
    assert 'value="hub._domainkey.hub.test"' in page
    assert "/admin/doctor/dkim" not in page


@pytest.mark.parametrize(
    ("secured", "near", "level"),
    [
        (Secured("TLSv1.3", "AES", NOW + timedelta(days=60)), False, "good"),
        (Secured("TLSv1.3", "AES", NOW + timedelta(days=13)), False, "warning"),
        (Secured("TLSv1.3", "AES", None), False, "warning"),
        (Secured("TLSv1.1", "AES", NOW + timedelta(days=60)), False, "bad"),
        (None, False, "bad"),
        (None, True, "good"),
    ],
)
def test_the_way_to_the_relay(secured: Secured | None, near: bool, level: str) -> None:
    assert relay_checks.tls("mail.test:587", secured, near=near, now=NOW).level == level


@pytest.mark.parametrize(
    ("names", "leads_to", "level"),
    [
        (["a.test"], {"a.test": [ADDRESS]}, "good"),
        (["b.test", "a.test"], {"a.test": [ADDRESS]}, "good"),
        (["a.test"], {"a.test": ["192.5.6.31"]}, "bad"),
        ([], {}, "bad"),
    ],
)
def test_the_name_of_an_address(
    names: list[str], leads_to: dict[str, list[str]], level: str
) -> None:
    assert relay_checks.ptr(ADDRESS, names, leads_to).level == level


def test_editors_do_not_ask(hub: Hub) -> None:
    with TestClient(create_app(hub), base_url="https://hub.test") as client:
        logged_in(client, hub, "editor")
        assert client.post("/admin/doctor").status_code == 403
