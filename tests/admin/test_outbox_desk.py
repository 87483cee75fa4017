"""The outbox: messages as they were written, and nothing else of the disk."""

import pytest
from starlette.testclient import TestClient

from hub.web.state import Hub

MAIL = b"""From: =?utf-8?q?Harbour?= <owner@hub.test>\r
To: eve@hub.test\r
Subject: =?utf-8?q?Bient=C3=B4t?=\r
Date: Sun, 22 Nov 2026 12:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
See https://hub.test/confirm/abc <script>alert(1)</script>\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<html><head><title>x</title></head><body><p>Hello</p><script>alert(1)</script></body></html>\r
--b--\r
"""


@pytest.fixture
def message(hub: Hub) -> str:
    hub.settings.outbox.mkdir(mode=0o700)
    (hub.settings.outbox / "20261122T120000.000Z-1.eml").write_bytes(MAIL)
    (hub.settings.outbox / ".20261122T120001.000Z-2.eml.part").write_bytes(b"half")
    return "/admin/outbox/20261122T120000.000Z-1.eml"


def test_an_empty_outbox_says_what_to_do_first(desk: TestClient) -> None:
    assert "/subscribe" in desk.get("/admin/outbox").text


def test_messages_are_listed_with_subject_and_recipient(desk: TestClient, message: str) -> None:
    answer = desk.get("/admin/outbox").text
    assert "Bientôt" in answer
    assert "eve@hub.test" in answer
    assert "part" not in answer


def test_a_message_is_shown_with_headers_and_links_that_work(
    desk: TestClient, message: str
) -> None:
    answer = desk.get(f"{message}?view=text").text
    assert "multipart/alternative" in answer
    assert '<a href="https://hub.test/confirm/abc"' in answer
    assert "<script>" not in answer


def test_the_html_runs_nothing(desk: TestClient, message: str) -> None:
    answer = desk.get(f"{message}/html")
    assert "<p>Hello</p>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_the_file_is_given_as_it_is(desk: TestClient, message: str) -> None:
    answer = desk.get(f"{message}/raw")
    assert answer.content == MAIL
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["..%2Fsecret.key", "%2e%2e%2fhub.db", "none.eml", "x.eml%00"])
def test_nothing_else_of_the_disk_is_shown(desk: TestClient, message: str, name: str) -> None:
    for part in ("", "/html", "/raw"):
        assert desk.get(f"/admin/outbox/{name}{part}").status_code == 404


def test_a_broken_message_is_shown_all_the_same(desk: TestClient, hub: Hub, message: str) -> None:
    broken = (
        b"Subject: =?utf-8?q?=FF?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe"
    )
    (hub.settings.outbox / "20261122T130000.000Z-1.eml").write_bytes(broken)
    assert desk.get("/admin/outbox/20261122T130000.000Z-1.eml").status_code == 200
    assert desk.get("/admin/outbox").status_code == 200
