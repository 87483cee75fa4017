"""What a message in the mailbox is: reports are read, odd and hostile ones bounded."""

import pytest

from hub.mail import returned
from hub.mail.returned import Unreadable
from tests.mail.reports import arf, dsn, plain

PATH = "bounces+token@hub.test"


def test_a_delivery_status_notification_is_read() -> None:
    found = returned.read(dsn(PATH))
    assert (found.kind, found.code, found.status) == ("bounce", 550, "5.1.1")
    assert found.text == "550 5.1.1 no such user"
    assert PATH in found.paths


@pytest.mark.parametrize(
    ("status", "diagnostic", "code", "expected"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", 550, ""),
        ("5.2.2 (full)", "smtp;552-5.2.2 mailbox full", 552, "5.2.2"),
        ("4.4.1", "X-Postfix; connect to mx.test: timed out", 0, "4.4.1"),
        ("nonsense", "", 0, ""),
    ],
)
def test_codes_are_read_as_they_were_given(
    status: str, diagnostic: str, code: int, expected: str
) -> None:
    found = returned.read(dsn(PATH, status=status, diagnostic=diagnostic))
    assert (found.kind, found.code, found.status) == ("bounce", code, expected)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_has_not_failed_is_no_bounce(action: str) -> None:
    assert returned.read(dsn(PATH, action=action)).kind == "status"


def test_a_report_from_somebody_is_no_bounce() -> None:
    assert returned.read(dsn(PATH, return_path="<eve@evil.test>")).kind != "bounce"
    assert returned.read(dsn(PATH, return_path="<MAILER-DAEMON>")).kind == "bounce"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("abuse", "complaint"), ("Abuse", "complaint"), ("not-spam", "status"), ("fraud", "status")],
)
def test_a_complaint_is_one_about_abuse(kind: str, expected: str) -> None:
    assert returned.read(arf(kind=kind)).kind == expected


def test_a_complaint_names_the_mail_that_it_is_about() -> None:
    link = "A" * 32
    original = (
        f"Return-Path: <{PATH}>\r\nFeedback-ID: 12:weekly:newsletter:x\r\n"
        f"List-Unsubscribe: <https://hub.test/unsubscribe/{link}>\r\n"
    )
    found = returned.read(arf(original=original))
    assert (found.link, found.edition) == (link, 12)
    assert f"<{PATH}>" in found.paths
    assert "x+y@hub.test" in returned.read(arf(mail_from="x+y@hub.test")).paths


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply"],
)
def test_a_robot_on_holiday_is_no_bounce(header: str) -> None:
    assert returned.read(plain(PATH, header, body="550 I am away")).kind == "automatic"


def test_a_person_is_left_alone() -> None:
    assert returned.read(plain(PATH)).kind == "other"
    assert returned.read(plain(PATH, "Auto-Submitted: no")).kind == "other"


def test_an_odd_bounce_is_read_by_its_words() -> None:
    body = (
        "Hi. This is the qmail-send program at mx.test.\r\nI'm afraid I wasn't able to deliver"
        " your message to the following addresses.\r\nThis is a permanent error; I've given up."
        " Sorry it didn't work out.\r\n\r\n<ada@mail.test>:\r\n192.0.2.1 does not like recipient."
        "\r\nRemote host said: 550 5.1.1 no such user\r\n\r\n--- Below this line is a copy\r\n"
    )
    found = returned.read(plain(PATH, "From: MAILER-DAEMON@mx.test", body=body, return_path="<>"))
    assert (found.kind, found.code, found.status) == ("bounce", 550, "5.1.1")
    assert returned.read(plain(PATH, "From: ben@mail.test", body=body)).kind == "other"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (dsn(PATH) + b"\r\n--x\r\n\r\n" * 1_000, "more than 200 parts"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 500, "nested"),
        (b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n)
                  for n in range(180)), "nested"),
    ],
)  # fmt: skip
def test_what_takes_long_to_take_apart_is_not(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        returned.read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe",
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==",
        b"Return-Path: <>\r\nFrom: postmaster\r\nContent-Type: text/plain; charset=x\r\n\r\n\xff",
        dsn(PATH)[:500],
        b"Message-ID: =?utf-8?q?" + b"=" * 5_000 + b"\r\n\r\n",
        b"To: " + b"+" * 100_000,
    ],
)
def test_broken_ones_do_no_harm(content: bytes) -> None:
    assert returned.read(content).kind in ("other", "automatic", "status", "bounce")


def test_a_report_is_read_although_the_mail_in_it_is_huge() -> None:
    content = dsn(PATH, original="Subject: Ropes\r\n\r\n" + "x" * 5_000_000)
    assert returned.read(content).kind == "bounce"


def test_a_text_is_one_short_line() -> None:
    assert returned.shortened(" a\r\n b\x1b[31m\0 ") == "a b [31m"
    assert len(returned.shortened("x" * 10_000)) == 500


def test_the_same_message_has_the_same_identity() -> None:
    one, again = returned.read(dsn(PATH)), returned.read(dsn(PATH))
    assert one.identity == again.identity
    assert one.identity != returned.read(dsn(PATH, identity="<2@mx.test>")).identity
