"""What a reader types and what an article says meet in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.content import stemming

# What a reader types, the language of an article, and a word of it.
MEETING = [
    ("cafe", "fr", "Café"),
    ("CAFÉ", "fr", "cafe"),
    ("café", "en", "CAFE"),
    ("coeur", "fr", "cœurs"),
    ("cœur", "fr", "Coeur"),
    ("cheval", "fr", "chevaux"),
    ("chevaux", "fr", "cheval"),
    ("securite", "fr", "sécurité"),
    ("SECURITES", "fr", "sécurité"),
    ("sécurité", "fr", "SÉCURITÉ"),
    ("generale", "fr", "général"),
    ("été", "fr", "l’été"),
    ("l'ete", "fr", "été"),
    ("qu'il", "fr", "il"),
    ("readers", "en", "reader"),
    ("running", "en", "run"),
    ("libraries", "en", "library"),
    ("author's", "en", "authors"),
    ("services", "fr", "service"),
    ("strasse", "de", "Straße"),
    ("lodz", "pl", "Łódź"),
    ("2026", "en", "2026"),
    ("utf8", "en", "UTF8"),
    ("e\u0301te\u0301", "fr", "été"),
    ("été", "fr", "e\u0301te\u0301"),
    ("προς", "el", "Πρός"),
    ("हिन्दी", "hi", "हिन्दी"),
    ("文", "ja", "中文"),
]


def meet(typed: str, language: str, text: str) -> bool:
    kept = {form for word in stemming.stemmed(text, language) for form in word.split()}
    return all(kept.intersection(word.forms) for word in stemming.wanted(typed))


@pytest.mark.parametrize(("typed", "language", "text"), MEETING)
def test_they_meet(typed: str, language: str, text: str) -> None:
    assert stemming.wanted(typed)
    assert meet(typed, language, text)


@pytest.mark.parametrize(
    ("typed", "language", "text"),
    [("house", "en", "horse"), ("mer", "fr", "maire"), ("cheval", "de", "chevaux")],
)
def test_they_do_not(typed: str, language: str, text: str) -> None:
    assert not meet(typed, language, text)


def test_an_article_keeps_the_word_and_its_stems_in_order() -> None:
    assert list(stemming.stemmed("L’été, des sécurités: utf_8!", "fr-CA")) == [
        "ete",
        "des de",
        "securites securit secur",
        "utf 8",
    ]


def test_another_language_is_only_folded() -> None:
    assert list(stemming.stemmed("Die Häuser", "de")) == ["die", "hauser"]


def test_only_the_last_word_may_be_a_beginning() -> None:
    first, last = stemming.wanted("harbour li")[0], stemming.wanted("harbour lig")[1]
    assert (first.beginning, last.beginning) == ("", "lig")
    assert stemming.wanted("harbour li")[1].beginning == ""


def test_small_words_do_not_count_beside_others() -> None:
    assert [w.forms[0] for w in stemming.wanted("how to tame the sea")] == ["tame", "sea"]
    assert [w.forms[0] for w in stemming.wanted("to the")] == ["to", "the"]


@pytest.mark.parametrize("typed", ["", " ", '"*-:(', "🙂", "'", "_", "\0"])
def test_nothing_is_asked_for(typed: str) -> None:
    assert stemming.wanted(typed) == ()


def test_a_word_once_and_not_too_many() -> None:
    assert len(stemming.wanted("tide Tide TIDE")) == 1
    assert len(stemming.wanted(" ".join(f"word{n}" for n in range(99)))) == stemming.MOST_WORDS


def test_a_word_without_end_is_cut() -> None:
    assert all(
        len(form) <= stemming.LONGEST_WORD for form in stemming.forms("ﷺ" * 90, "en").split()
    )
    assert meet("x" * 150, "en", "x" * 150)


@given(st.text(max_size=60))
def test_every_text_finds_itself(text: str) -> None:
    assert meet(text, "en", text)
    assert meet(text, "fr", text)


@given(st.text(max_size=60))
def test_what_is_kept_is_letters_and_digits(text: str) -> None:
    for word in stemming.wanted(text):
        assert not set("\"'()*:&|!<> \\\0_-").intersection("".join(word.forms))


@given(st.text(max_size=200))
def test_words_stand_where_they_are_said_to(text: str) -> None:
    assert all(text[start:end] == word for word, start, end in stemming.words(text))
