"""What people typed, as one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail import headers, lines


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Ropes\r\nBcc: all@mail.test", "Ropes Bcc: all@mail.test"),
        (" two  spaces\tand\0a \x7f NUL ", "two spaces and a NUL"),
        ("\u202egnp.exe", "gnp.exe"),
        # A nurse, a flag and Persian are joined by what `isprintable` does not like.
        ("👩\u200d⚕️ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("می\u200cخواهم", None),
        ("l’été\u00a0: «\u202foui\u202f»", None),
    ],
)
def test_one_line(typed: str, line: str | None) -> None:
    assert lines.one_line(typed) == (typed if line is None else line)


@given(st.text())
def test_a_header_takes_every_line(typed: str) -> None:
    raw = headers.text("Subject", lines.one_line(typed))
    assert b"\n" not in raw.replace(b"\r\n ", b"").removesuffix(b"\r\n")


@given(st.text(max_size=300), st.integers(5, 80))
def test_what_is_cut_is_no_longer_than_asked(typed: str, longest: int) -> None:
    found = lines.cut(typed, longest)
    assert len(found) <= longest
    assert (found == lines.one_line(typed)) == (len(lines.one_line(typed)) <= longest)


def test_it_is_cut_at_a_word() -> None:
    assert lines.cut("Ropes, knots and sails", 14) == "Ropes, knots…"


def test_a_word_without_end_is_cut_inside() -> None:
    assert lines.cut("x" * 1000, 120) == "x" * 119 + "…"


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d⚕\ufe0f", "👍🏽"])
@pytest.mark.parametrize("longest", range(20, 26))
def test_no_letter_is_cut_in_two(sign: str, longest: int) -> None:
    kept = lines.cut(sign * 30, longest).removesuffix("…")
    rest = (sign * 30).removeprefix(kept)
    assert unicodedata.category(rest[0]) not in ("Mn", "Sk")
    assert rest[0] != "\u200d"
    assert kept[-1] != "\u200d"
