"""The piece of an article that shows why it was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.content import stemming
from hub.content.snippets import LONGEST, Marker, Part


def marker(typed: str, language: str = "en") -> Marker:
    return Marker(stemming.wanted(typed), language)


def text_of(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def marked(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts if part.marked]


@pytest.mark.parametrize(
    ("typed", "language", "text", "expected"),
    [
        ("cheval", "fr", "Deux chevaux, l’un noir.", ["chevaux"]),
        ("ete", "fr", "L’ÉTÉ dernier", ["ÉTÉ"]),
        ("coeur", "fr", "Un cœur.", ["cœur"]),
        ("run harbo", "en", "Running to the Harbours", ["Running", "Harbours"]),
        ("文", "ja", "中文", ["文"]),
        ("sea", "en", "Nothing", []),
    ],
)
def test_words_are_marked(typed: str, language: str, text: str, expected: list[str]) -> None:
    parts = marker(typed, language).parts(text)
    assert text_of(parts) == text
    assert marked(parts) == expected


def test_it_is_the_place_with_most_of_the_words() -> None:
    text = "A tide. " + "Filler words here. " * 40 + "The tide meets a lantern. " + "More. " * 99
    parts = marker("tide lantern").snippet(text)
    assert marked(parts) == ["tide", "lantern"]
    assert text_of(parts).startswith("… ")
    assert text_of(parts).endswith(" …")
    assert len(text_of(parts)) <= LONGEST + 4


def test_a_short_text_is_shown_whole() -> None:
    assert text_of(marker("tide").snippet("The\n tide\tturns.")) == "The tide turns."


def test_what_is_not_in_the_text_shows_the_excerpt() -> None:
    assert text_of(marker("wood").snippet("Long " * 99, otherwise="In short.")) == "In short."


def test_a_text_without_spaces_is_cut_too() -> None:
    assert len(text_of(marker("a").snippet("a " + "x" * 9_000))) <= LONGEST + 4


@given(st.text(max_size=400), st.text(max_size=30), st.sampled_from(["en", "fr", "de"]))
def test_any_text_is_kept_as_it_was(text: str, typed: str, language: str) -> None:
    if wanted := stemming.wanted(typed):
        found = Marker(wanted, language)
        assert text_of(found.parts(text)) == text
        assert len(text_of(found.snippet(text))) <= LONGEST + 4
