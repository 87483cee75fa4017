"""What an owner types about a mail server, checked before anybody is called."""

from datetime import timedelta

import pytest

from hub.mail.typed_relay import (
    Typed,
    brought_back,
    carried,
    may_use_kept,
    problems,
    relay,
)
from hub.settings import SmtpRelay
from tests.conftest import NOW

KEY = b"k" * 32
GOOD = {"host": "mail.test", "port": "587", "tls": "required", "username": "me", "password": "x y "}


def typed(**changes: str) -> Typed:
    return Typed(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("host", "smtp://mail.test"),
        ("host", "me@mail.test"),
        ("host", "mail.test:587"),
        ("host", "two words"),
        ("host", "-mail.test"),
        ("host", "169.254.169.254"),
        ("host", "0.0.0.0"),
        ("host", "é" * 80),
        ("port", "0"),
        ("port", "65536"),
        ("port", "smtp"),
        ("tls", "auto"),
        ("username", "a\r\nRSET"),
        ("password", "a\nb"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(field: str, value: str) -> None:
    assert [problem.field for problem in problems(typed(**{field: value}))] == [field]


@pytest.mark.parametrize("host", ["mail.test", "localhost", "10.0.0.3", "[::1]", "exämple.test"])
def test_names_and_addresses_also_private_ones_are_taken(host: str) -> None:
    assert list(problems(typed(host=host))) == []


def test_what_is_left_open_is_as_usual() -> None:
    assert relay(typed(host="[::1]", port="", tls="implicit")).name == "[::1]:465"
    assert relay(typed(host="Exämple.test.", port="")).name == "xn--exmple-cua.test:587"
    assert relay(typed(username="")).password == ""
    assert relay(typed()).password == "x y "


KEPT = SmtpRelay("mail.test", 587, "me", "secret", "required")


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        (SmtpRelay("mail.test", 587, "me", "", "required"), True),
        (SmtpRelay("mail.test", 587, "me", "", "implicit"), True),
        (SmtpRelay("mail.test", 587, "me", "", "no"), False),
        (SmtpRelay("evil.test", 587, "me", "", "required"), False),
        (SmtpRelay("mail.test", 2525, "me", "", "required"), False),
        (SmtpRelay("mail.test", 587, "you", "", "required"), False),
    ],
)
def test_a_password_that_is_kept_goes_nowhere_else(asked: SmtpRelay, may: bool) -> None:
    assert may_use_kept(KEPT, asked) is may


def test_a_typed_password_is_carried_for_its_user_and_not_for_long() -> None:
    sealed = carried(KEY, 1, "pass word", NOW)
    assert brought_back(KEY, 1, sealed, NOW) == "pass word"
    assert brought_back(KEY, 2, sealed, NOW) == ""
    assert brought_back(KEY, 1, sealed, NOW + timedelta(hours=2)) == ""
    assert brought_back(KEY, 1, "nonsénse", NOW) == brought_back(KEY, 1, "AAAA", NOW) == ""
    assert carried(KEY, 1, "", NOW) == ""
