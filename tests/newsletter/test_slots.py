"""Personal mail in bytes: what is filled in, and when no line can begin with a dot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail import dkim, mime
from hub.newsletter.model import Edition
from hub.newsletter.slots import Mould, Personaliser
from hub.tokens import Signer
from tests.conftest import NOW

SIGNER = Signer(b"k" * 32)
EDITION = Edition(7, "weekly", "2026-W48", "sending", "S", "", NOW, None, 0)
HEAD = b"To: \0to\0\r\n\r\n"


def personaliser(body: bytes) -> Personaliser:
    return Personaliser(EDITION, {"en": HEAD + body}, SIGNER)


def test_each_slot_gets_what_is_the_readers() -> None:
    body = b"Hi\0name-text\0: \0unsubscribe\0 \0preferences\0"
    message = personaliser(body).message(5, "a@b.test", "Zoé =", "en")
    unsubscribe = SIGNER.sign("unsubscribe", 5).encode()
    preferences = SIGNER.sign("preferences", 5, "a@b.test").encode()
    assert message == (b"To: a@b.test\r\n\r\nHi Zo=C3=A9 =3D: " + unsubscribe + b" " + preferences)


@pytest.mark.parametrize(
    ("body", "dotless"),
    [
        (b"Hi\0name-text\0.\r\nBye.\r\n", True),
        (b"\0unsubscribe\0.\r\n", True),
        (b"\0name-text\0 Hi\r\n", True),
        (b".Hi\r\n", False),
        (b"Hi\r\n..\r\n", False),
        # Without a name the dot is what the line begins with.
        (b"\0name-text\0.\r\n", False),
        (b"\0name-text\0\0name-html\0.\r\n", False),
    ],
)
def test_whether_a_line_may_begin_with_a_dot(body: bytes, dotless: bool) -> None:
    assert Mould(HEAD + body).dotless is dotless


@given(
    st.lists(
        st.sampled_from([b".", b"\r\n", b"x", b" ", b"\0name-text\0", b"\0unsubscribe\0"]),
        max_size=12,
    ),
    st.text(max_size=5),
)
def test_what_is_called_dotless_is(pieces: list[bytes], name: str) -> None:
    made = personaliser(b"".join(pieces))
    for shown in (name, ""):
        message = made.message(5, "a@b.test", shown, "en")
        assert not (made.dotless and b"\n." in message)


@given(
    st.lists(
        st.sampled_from([b".", b"\r\n", b"x", b" ", b"\t", b"\0name-text\0", b"\0unsubscribe\0"]),
        max_size=12,
    ),
    st.text(max_size=5),
)
def test_what_is_called_canonical_is(pieces: list[bytes], name: str) -> None:
    made = personaliser(b"".join(pieces) + b"x\r\n")
    for shown in (name, ""):
        body = made.message(5, "a@b.test", shown, "en").partition(b"\r\n\r\n")[2]
        assert not made.canonical or dkim.is_canonical(body)


def test_the_mails_of_the_hub_are_canonical() -> None:
    body = mime.alternative("Hi  there\n-- \n\tx \n\n", "<p>  x</p>", boundary="=_b")
    assert personaliser(body.partition(b"\r\n\r\n")[2]).canonical
