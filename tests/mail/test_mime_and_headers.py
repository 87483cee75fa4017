"""Bytes: quoted-printable that cuts no token, headers that let nothing in."""

import quopri
import re
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.mail import headers, mime

TOKEN = "T0ken_-" * 4 + "abcd"
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=400)


@given(texts, texts)
def test_a_token_survives_wherever_it_stands(before: str, after: str) -> None:
    raw = mime.quoted_printable(before + TOKEN + after, (TOKEN,))
    assert TOKEN.encode() in raw


@given(texts)
def test_what_goes_in_comes_out(text: str) -> None:
    raw = mime.quoted_printable(text)
    lines = raw.split(b"\r\n")
    assert raw.isascii()
    assert max(map(len, lines)) <= 76
    assert not any(line.endswith((b" ", b"\t")) for line in lines)
    expected = [line.rstrip(" \t") for line in re.split("\r\n|\r|\n", text.rstrip())]
    assert quopri.decodestring(raw).decode().replace("\r\n", "\n") == "\n".join(expected) + "\n"


@given(st.text("ab. \n", max_size=400))
def test_no_line_begins_with_a_dot(text: str) -> None:
    assert b"\n." not in b"\n" + mime.quoted_printable(text)


def test_a_line_that_begins_with_from_is_not_taken_for_a_mailboxes() -> None:
    assert mime.quoted_printable("From here on") == b"=46rom here on\r\n"


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.test", "a\nb", "a\0b", "a\x1bb"])
@pytest.mark.parametrize("write", [headers.line, headers.text, headers.address])
def test_control_characters_are_refused(write: object, bad: str) -> None:
    assert callable(write)
    with pytest.raises(Refused):
        write("X-Name", bad)
    with pytest.raises(Refused):
        headers.address("From", "a@b.test", bad)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=150))
def test_a_subject_comes_out_as_it_went_in(subject: str) -> None:
    raw = headers.text("Subject", subject)
    assert raw.isascii()
    assert raw.count(b"\r\n") == len(re.findall(rb"\r\n(?=[ \t]|$)", raw))
    parsed = message_from_bytes(raw + b"\r\n", policy=policy.default)
    assert " ".join(parsed["Subject"].split()) == " ".join(subject.split())
    assert list(parsed.keys()) == ["Subject"]


@pytest.mark.parametrize(
    "name", ["Harbour Notes", 'The "Quay", Ltd.', "Café Société", "=?utf-8?q?x"]
)
def test_a_display_name_comes_out_as_it_went_in(name: str) -> None:
    raw = headers.address("From", "owner@société.test", name)
    parsed = message_from_bytes(raw + b"\r\n", policy=policy.default)["From"].addresses
    assert len(parsed) == 1
    assert (parsed[0].display_name, parsed[0].addr_spec) == (name, "owner@xn--socit-esab.test")


def test_a_long_address_stays_in_one_line() -> None:
    url = "<https://hub.test/unsubscribe/" + "a" * 200 + ">"
    assert headers.line("List-Unsubscribe", url).count(b"\r\n") == 1
    with pytest.raises(Refused):
        headers.line("List-Unsubscribe", "a" * 998)


def test_a_site_with_an_international_name_is_written_in_ascii() -> None:
    assert headers.ascii_url("https://société.test:8443") == "https://xn--socit-esab.test:8443"
