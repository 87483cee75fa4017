"""What a refusal is about: the enhanced code first, then the three digits, else soft."""

import pytest

from hub.mail import verdicts
from hub.mail.model import About, Outcome
from hub.mail.verdicts import Verdict

CASES: list[tuple[int, str, Verdict]] = [
    (550, "5.1.1 no such user", "address"),
    (550, "5.1.2 no such domain", "address"),
    (501, "5.1.3 bad syntax", "address"),
    (550, "5.1.6 moved", "address"),
    (556, "5.1.10 null MX", "address"),
    (550, "5.2.1 disabled", "address"),
    (552, "5.2.2 full", "soft"),
    (550, "5.1.0 rejected", "soft"),
    (550, "5.3.0 trouble", "soft"),
    (550, "5.4.4 no route", "soft"),
    (550, "5.9.9 unheard of", "soft"),
    (550, "no such user", "soft"),
    (554, "", "soft"),
    (550, "5.7.1 spam", "sender"),
    (550, "5.7.515 not aligned", "sender"),
    (554, "5.6.0 bad content", "sender"),
    (503, "5.5.1 out of order", "sender"),
    (550, "5.1.8 sender's domain unknown", "sender"),
    (530, "log in first", "sender"),
    (552, "5.3.4 too big", "message"),
    (552, "too big", "message"),
    (550, "5.6.7 ASCII only", "message"),
    (556, "takes no mail", "address"),
    (451, "4.3.0 later", "soft"),
    # Asked to come again, whatever stands behind it.
    (451, "5.7.1 greylisted", "soft"),
    (450, "5.1.1 perhaps", "soft"),
    (550, "4.2.1 not now", "soft"),
]


@pytest.mark.parametrize(("code", "text", "expected"), CASES)
def test_each_refusal_has_its_verdict(code: int, text: str, expected: Verdict) -> None:
    assert verdicts.verdict(code, text) == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (550, "5.1.10 null MX", "5.1.10"),
        (550, "<a@mail.test>: refused (5.1.1).", "5.1.1"),
        (550, "#5.1.1 no", "5.1.1"),
        (550, "blocked by Filter 4.0.1", ""),
        (550, "see v5.1.1", ""),
        (550, "your server 5.1.1.7 is not welcome", ""),
        (550, "your server 15.1.1.7 is not welcome", ""),
        (550, "5.1.1000 is too long", ""),
        (451, "given up after 48 hours: 4.3.0 try again", "4.3.0"),
    ],
)
def test_the_enhanced_code_is_found_and_nothing_else(code: int, text: str, expected: str) -> None:
    assert verdicts.status(code, text) == expected


@pytest.mark.parametrize(
    ("code", "reply", "about", "pauses"),
    [
        (550, "5.1.1 no such user", "reader", False),
        (552, "5.3.4 too big", "reader", False),
        (550, "5.7.1 spam", "reader", True),
        (552, "5.3.4 too big", "message", True),
        (None, "the message has 31 kB, the relay takes 20 kB", "message", True),
        (None, "the reader was erased before it was sent", "reader", False),
    ],
)
def test_only_what_the_others_share_stops_them(
    code: int | None, reply: str, about: About, pauses: bool
) -> None:
    reason = verdicts.reason_to_pause(Outcome("failed", code, reply, about))
    assert bool(reason) is pauses
    assert not pauses or reply in reason


def test_what_is_put_off_stops_nobody() -> None:
    assert verdicts.reason_to_pause(Outcome("deferred", 451, "5.7.1 greylisted")) == ""
