"""Words as search compares them: folded, and cut to their stems, the same for every database.

An article keeps up to three forms of a word (`securite securit`: as it stands without accents,
its stem, the stem of what somebody types who leaves the accents out), and a reader's word is
looked for in the forms of both languages of the hub: so `Sécurité`, `SECURITES` and `securité`
meet, whatever language the article is in.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from threading import Lock

from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.french_stemmer import FrenchStemmer

# Grows with every change of what is made of a word: articles are then read anew.
RULES = 1
LONGEST_WORD = 40
# What a reader may type; more words make an answer no better and cost more.
MOST_WORDS = 16
# One letter begins a tenth of all words.
SHORTEST_BEGINNING = 3

# Words whose forms stay in memory: 8 MB at most.
_REMEMBERED = 32_768
# So many of one text, so that another's stay too.
LEARNED = _REMEMBERED // 2

_STEMMERS = {"en": EnglishStemmer(), "fr": FrenchStemmer()}
# A stemmer holds the word it works on.
_ONE_AT_A_TIME = Lock()

# Letters that Unicode does not take apart.
_FOLDED = str.maketrans(dict(zip("œæøđðłþı", "oe ae o d d l th i".split(), strict=True)))
# Accents, and the marks that Hebrew and Arabic texts have and readers do not type.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670]")
# Other alphabets write vowels as marks, which \w leaves out.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"
)
_NOT_KEPT = re.compile(f"[^{_MARKS}\\w]|_")
# Chinese and Japanese put no spaces between words: each of their letters is one.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Taken from a text in one go, and looked at more closely once for each that is different.
_CHUNK = re.compile(f"[{_MARKS}\\w'’]{{1,200}}")
_WORD = re.compile(
    rf"""
      \b(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’](?=[^\W_])  # l'été, qu'il: été, il
    | (?<=\w)['’](?:s|t|d|m|re|ve|ll)\b                         # it's: it
    | (?P<word>[{_ALONE}]|(?:[^\W_{_ALONE}]|[{_MARKS}])+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Beside other words these say nothing of what somebody looks for.
_STOP_WORDS = frozenset(
    "a an the and of to in is it are was be for with this that as by at from how what i you we my"
    " le la les un une des du de et en au aux que qui ce ces cette il elle je nous vous est dans"
    " pour avec sur par se sa ses leur leurs".split()
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word that a reader typed: its forms, of which an article must hold one.

    `beginning`: or a word that begins with this; empty where only whole words count.
    """

    forms: tuple[str, ...]
    beginning: str = ""


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text as they stand there, with where each begins and ends."""
    for chunk in _CHUNK.finditer(text):
        if chunk[0].isascii() and chunk[0].isalnum():
            yield chunk[0], chunk.start(), chunk.end()
            continue
        for match in _WORD.finditer(chunk[0]):
            if word := match["word"]:
                yield word, chunk.start() + match.start(), chunk.start() + match.end()


@lru_cache(maxsize=64)
def that_begin_with(letters: frozenset[str]) -> re.Pattern[str] | None:
    """What finds, quickly, the words of a text whose folded form begins with one of `letters`.

    None where one of them is no Latin letter or digit: then only `words` tells words apart.
    """
    known = _spellings()
    if not letters <= known.keys():
        return None
    first = "".join(known[letter] for letter in sorted(letters))
    return re.compile(rf"(?<![^\W_])[{first}](?:[^\W_]|[{_MARKS}])*")


def stemmed(text: str, language: str) -> Iterator[str]:
    """What search keeps of a text: the forms of its words, in order. `language` like `fr-CA`."""
    spoken = known(language)
    return (kept for chunk in _CHUNK.findall(text) if (kept := forms(chunk, spoken)))


def learn(text: str, language: str) -> None:
    """Make the stems of a text's words, so that `stemmed` finds them ready."""
    spoken = known(language)
    for chunk in islice(dict.fromkeys(_CHUNK.findall(text)), LEARNED):
        forms(chunk, spoken)


@lru_cache(maxsize=_REMEMBERED)
def forms(chunk: str, language: str) -> str:
    """The forms of a word in a text of that language (`en`, `fr`, or empty), between spaces.

    Of more than one word where an apostrophe or nothing at all stands between them.
    """
    found: dict[str, None] = {}
    for word, _, _ in words(chunk):
        # Files from a Mac write é as two characters.
        word = unicodedata.normalize("NFC", word[:LONGEST_WORD])
        plain = fold(word)
        found[plain] = None
        # A number, or a name such as utf8, has no stem.
        if language and word.isalpha():
            found[_stem(plain, language)] = None
            if not word.isascii():
                found[fold(_stem(word.casefold(), language))] = None
    found.pop("", None)
    return " ".join(found)


def known(language: str) -> str:
    """The language whose stems are known: `en`, `fr`, or empty for every other."""
    primary = language.lower().partition("-")[0]
    return primary if primary in _STEMMERS else ""


def wanted(query: str) -> tuple[Wanted, ...]:
    """What a reader's words ask for, in order, each once; the last may be a word's beginning.

    Nothing for a text without a letter or digit.
    """
    typed = list(dict.fromkeys(fold(word) for word, _, _ in words(query)))
    spelled = {fold(word): word for word, _, _ in words(query)}
    telling = [word for word in typed if word not in _STOP_WORDS] or typed
    found = []
    for word in filter(None, telling[:MOST_WORDS]):
        variants = dict.fromkeys((word,))
        for language in _STEMMERS:
            variants |= dict.fromkeys(forms(spelled[word], language).split())
        last = word == typed[-1] and len(word) >= SHORTEST_BEGINNING
        found.append(Wanted(tuple(variants), word if last else ""))
    return tuple(found)


def fold(word: str) -> str:
    """Without case, accents and ligatures: `Œuvré` → `oeuvre`, `Straße` → `strasse`."""
    word = word[:LONGEST_WORD]
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_FOLDED))
    return _NOT_KEPT.sub("", _ACCENTS.sub("", plain).translate(_FOLDED))[:LONGEST_WORD]


def _stem(word: str, language: str) -> str:
    with _ONE_AT_A_TIME:
        return str(_STEMMERS[language].stemWord(word))


@cache
def _spellings() -> dict[str, str]:
    """a to z and the digits, and what is folded to each: À, ç, œ."""
    found: dict[str, str] = {}
    for character in map(chr, (*range(0x30, 0x250), *range(0x1E00, 0x1F00))):
        folded = fold(character) if character.isalnum() else ""
        if folded.isascii() and folded:
            found[folded[0]] = found.get(folded[0], "") + character
    return found
