"""The place in an article where a reader's words stand, with the words marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.content import stemming
from hub.content.stemming import Wanted

LONGEST = 220
# Characters in front of the first marked word.
_BEFORE = 60
# Beyond that, an article is found and its beginning shown.
_LOOKED_THROUGH = 60_000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of plain text; `marked` when it is one of the words."""

    text: str
    marked: bool


class Marker:
    """Knows a reader's words again in texts of one language."""

    def __init__(self, wanted: Sequence[Wanted], language: str) -> None:
        self._wanted = wanted
        self._language = stemming.known(language)
        self._seen: dict[str, int] = {}
        self._candidates = stemming.that_begin_with(
            frozenset(form[0] for word in wanted for form in word.forms)
        )

    def parts(self, text: str) -> tuple[Part, ...]:
        """The whole text, words marked."""
        found: list[Part] = []
        done = 0
        for _, start, end in self._matches(text):
            if start > done:
                found.append(Part(text[done:start], False))
            found.append(Part(text[start:end], True))
            done = end
        if done < len(text):
            found.append(Part(text[done:], False))
        return tuple(found)

    def snippet(self, text: str, otherwise: str = "") -> tuple[Part, ...]:
        """About LONGEST characters around the words; of `otherwise` where the text has none."""
        place = self._best_place(text[:_LOOKED_THROUGH])
        if place is None:
            return self.parts(_cut(otherwise or text, 0))
        return self.parts(_cut(text, max(0, place - _BEFORE)))

    def _best_place(self, text: str) -> int | None:
        """Where the first stretch begins that holds most of the different words."""
        best, most = None, 0
        near: list[tuple[int, int]] = []
        for which, start, _ in self._matches(text):
            near = [n for n in near if start - n[1] < LONGEST - _BEFORE]
            near.append((which, start))
            different = len({which for which, _ in near})
            if different > most:
                best, most = near[0][1], different
            if most == len(self._wanted):
                break
        return best

    def _matches(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Which of the words (their number), and from where to where."""
        for word, start, end in self._words(text):
            which = self._seen.get(word)
            if which is None:
                which = self._seen[word] = self._which(word)
            if which >= 0:
                yield which, start, end

    def _words(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Those that may be meant: a stem begins with the letter that its word begins with."""
        if self._candidates is None:
            return stemming.words(text)
        found = self._candidates.finditer(text)
        return ((match[0], match.start(), match.end()) for match in found)

    def _which(self, word: str) -> int:
        forms = stemming.forms(word, self._language).split()
        for number, wanted in enumerate(self._wanted):
            for form in forms:
                if form in wanted.forms:
                    return number
                if wanted.beginning and form.startswith(wanted.beginning):
                    return number
        return -1


def _cut(text: str, start: int) -> str:
    """LONGEST characters from about `start`, whole words, with … where something is left out."""
    if start:
        # A line of code may have no space for long.
        space = text.find(" ", start, start + _BEFORE)
        start = space + 1 if space >= 0 else start
    piece = " ".join(text[start : start + 4 * LONGEST].split())
    if len(piece) > LONGEST:
        shorter = piece[:LONGEST].rpartition(" ")[0]
        piece = shorter if len(shorter) > LONGEST // 2 else piece[:LONGEST]
        piece = piece.rstrip(",;:—– ") + " …"
    return f"… {piece}" if start else piece
