"""What the audit of mail makes of what its tools say; the tools themselves run in `make audit`."""

import pytest

from audit import mail
from audit.tools import Missing

SOUND = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=hub.test; s=hub;\r\n h=from:list-unsubscribe:\r\n"
    b" list-unsubscribe-post; bh=x; b=x\r\n"
    b"From: a@hub.test\r\nTo: b@mail.test\r\nSubject: Ropes\r\n"
    b"Date: Sat, 21 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@hub.test>\r\n"
    b"List-Id: <weekly.hub.test>\r\n"
    b"List-Unsubscribe: <https://hub.test/unsubscribe/abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n'
    b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHello.\r\n"
    b"--=_b\r\nContent-Type: text/html; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>Hello.</p>\r\n--=_b--\r\n"
)


def test_a_sound_mail_has_no_fault() -> None:
    assert list(mail.structure(SOUND)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"Subject: Ropes\r\n", b"", "not one Subject"),
        (b"Subject: ", b"Subject: x\r\nSubject: ", "not one Subject"),
        (b"Hello.\r\n--", b"x" * 999 + b"\r\n--", "longer than 998"),
        (b"Hello.\r\n--", b"Hello.\n--", "end with CRLF"),
        (b"text/plain", b"text/enriched", "not text and HTML"),
        (b"quoted-printable", b"8bit", "not quoted-printable"),
        (b"<p>Hello.</p>", b"", "cannot be read"),
        (b"<https:", b"=?utf-8?q?<https:", "one https address"),
        (b"=One-Click", b"=Two-Click", "RFC 8058"),
        (b"list-unsubscribe-post;", b"subject;", "leaves out how to leave"),
        (b"<p>Hello.</p>", (b"<p>" + b"x" * 70 + b"=\r\n") * 1500, "Gmail cuts"),
    ],
)
def test_each_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    assert old in SOUND
    found = list(mail.structure(SOUND.replace(old, new)))
    assert any(fault in one for one in found), found


def test_the_points_of_each_rule_are_read() -> None:
    headers = (
        "X-Spam-Level: \nX-Spam-Scores: HTML_MESSAGE=0.001,NO_RELAYS=-0.001,\n"
        "\tWEIRD_PORT=1.5\nTo: x"
    )
    found = mail.scores(headers)
    assert found == {"HTML_MESSAGE": 0.001, "NO_RELAYS": -0.001, "WEIRD_PORT": 1.5}
    findings = list(mail.of_scores("digest", found))
    assert [(f.what.split()[1], f.grave) for f in findings] == [
        ("WEIRD_PORT", True),
        ("1.5", False),
    ]


def test_a_silent_spamassassin_is_no_praise() -> None:
    with pytest.raises(Missing):
        mail.scores("Subject: nothing\n")


def test_what_has_no_reason_is_grave() -> None:
    found = {"border-radius": {"outlook.windows": "errors"}, "position": {"gmail.ios": "errors"}}
    assert [(f.subject, f.grave) for f in mail.of_features(found)] == [
        ("border-radius", False),
        ("position", True),
    ]
