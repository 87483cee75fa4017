"""The newsletter as bytes that a real SMTP server received."""

import re
import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from hub.newsletter import planning
from hub.newsletter.composing import LARGEST_HTML
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, parsed, press, publish, relay_at, subscribe, tick

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


class Inbox:
    def __init__(self) -> None:
        self.received: dict[str, bytes] = {}

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.received[envelope.rcpt_tos[0]] = bytes(envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture
def inbox(hub: Hub) -> Inbox:
    """A reader in each language, two posts, one digest sent to them over SMTP."""
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    with hub.db.write() as tx:
        sites.put(tx, "postal_address", "The Quay 1\nHarbour")
        sites.put(tx, "title", "Café & Harbour")
    publish(hub, "Ropes <b>& knots</b>")
    publish(hub, "L’été à la côte", excerpt="x" * 90 + " .\n.dots and = signs")
    subscribe(hub, "ada@mail.test", name="Ada <script>")
    subscribe(hub, "bea@mail.test", name="Bea")
    subscribe(hub, "zoe@société.test", language="fr")
    with hub.db.write() as tx:
        planning.send_now(tx, press(hub), "weekly", NOW)
    controller.start()
    try:
        tick(hub, NOW, relay_at(port))
    finally:
        controller.stop()
    return handler


def header_lines(raw: bytes) -> list[bytes]:
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def link(hub: Hub, purpose: str, subscriber_id: int) -> str:
    holder = (
        ("", "ada@mail.test", "bea@mail.test")[subscriber_id] if purpose == "preferences" else ""
    )
    return f"https://hub.test/{purpose}/{hub.signer.sign(purpose, subscriber_id, holder)}"


def test_each_header_is_there_once(inbox: Inbox) -> None:
    names = [line.partition(b":")[0] for line in header_lines(inbox.received["ada@mail.test"])]
    for name in (
        b"From",
        b"To",
        b"Reply-To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"MIME-Version",
        b"List-Id",
        b"List-Unsubscribe",
        b"List-Unsubscribe-Post",
        b"Feedback-ID",
    ):
        assert names.count(name) == 1, name


def test_one_click_is_one_unfolded_https_address(hub: Hub, inbox: Inbox) -> None:
    lines = header_lines(inbox.received["ada@mail.test"])
    assert f"List-Unsubscribe: <{link(hub, 'unsubscribe', 1)}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_the_addresses_are_right(inbox: Inbox) -> None:
    message = parsed(inbox.received["ada@mail.test"])
    assert message["From"].addresses[0].display_name == "Café & Harbour"
    assert message["From"].addresses[0].addr_spec == "owner@hub.test"
    assert [str(a) for a in message["To"].addresses] == ["ada@mail.test"]
    assert message["Reply-To"] == "owner@hub.test"
    assert len(message["Feedback-ID"].split(":")) == 4
    assert re.fullmatch(r"<[0-9a-f]{32}@hub\.test>", message["Message-ID"])
    assert "Re:" not in message["Subject"]


def test_an_international_domain_goes_out_in_ascii(inbox: Inbox) -> None:
    raw = inbox.received["zoe@xn--socit-esab.test"]
    assert b"To: zoe@xn--socit-esab.test" in header_lines(raw)


def test_text_comes_first_and_all_is_quoted_printable(inbox: Inbox) -> None:
    message = parsed(inbox.received["ada@mail.test"])
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}


def test_the_bytes_are_seven_bit_short_lined_and_canonical(inbox: Inbox) -> None:
    for raw in inbox.received.values():
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        body = raw.partition(b"\r\n\r\n")[2]
        assert not re.search(rb"  |\t|[ \t]\r\n|(?<!\r)\n|\r(?!\n)", body)
        assert body.endswith(b"--\r\n")
        assert not body.endswith(b"\r\n\r\n")
        assert b"\0" not in raw


def test_the_html_is_small_without_script_or_pixel(inbox: Inbox) -> None:
    html = html_of(inbox.received["ada@mail.test"])
    assert len(html.encode()) < LARGEST_HTML
    assert "<script" not in html
    assert "<img" not in html
    assert "prefers-color-scheme: dark" in html
    assert "Ropes &lt;b&gt;&amp; knots&lt;/b&gt;" in html


def test_two_readers_mails_differ_in_their_links_alone(hub: Hub, inbox: Inbox) -> None:
    ada, bea = (html_of(inbox.received[f"{name}@mail.test"]) for name in ("ada", "bea"))
    assert ada != bea
    for purpose in ("unsubscribe", "preferences"):
        assert link(hub, purpose, 1) in ada
        bea = bea.replace(link(hub, purpose, 2), link(hub, purpose, 1))
    assert ada == bea


def test_the_text_is_for_a_person(hub: Hub, inbox: Inbox) -> None:
    text = part_of(inbox.received["ada@mail.test"], "plain")
    assert "Ropes <b>& knots</b>" in text
    assert link(hub, "unsubscribe", 1) in text
    assert link(hub, "preferences", 1) in text
    assert f"https://hub.test/newsletter/{newest(hub).id}" in text
    assert "The Quay 1" in text
    assert "because you subscribed to Café & Harbour at hub.test" in " ".join(text.split())
    assert "&amp;" not in text


def test_the_subject_says_what_is_inside(inbox: Inbox) -> None:
    subject = parsed(inbox.received["ada@mail.test"])["Subject"]
    assert subject == "L’été à la côte, and one more article"


def test_the_language_is_the_readers(inbox: Inbox) -> None:
    assert '<html lang="fr"' in html_of(inbox.received["zoe@xn--socit-esab.test"])
    assert '<html lang="en"' in html_of(inbox.received["ada@mail.test"])


def html_of(raw: bytes) -> str:
    return part_of(raw, "html")


def part_of(raw: bytes, kind: str) -> str:
    part = parsed(raw).get_body((kind,))
    assert part is not None
    return str(part.get_content())
