"""Articles to measure with: those of HUB_BENCH_ARTICLES, or 750 made by a fixed seed.

The made ones have the sizes of a real engineering blog: 8 kB in the middle, some of
60 kB, with tables, code and lists.
"""

import os
import random
from pathlib import Path

WORDS = """
harbour tide plank letter reader evening window table paper river market bridge garden
season colour measure signal winter corner island engine silver thread promise shelter
quiet early narrow common honest bright steady simple distant patient open careful
""".split()


def articles(scratch: Path, *, count: int = 750) -> Path:
    """The folder of Markdown articles."""
    if given := os.environ.get("HUB_BENCH_ARTICLES"):
        return Path(given)
    target = scratch / "articles"
    target.mkdir()
    chance = random.Random(7)
    for number in range(count):
        _write(target / f"article-{number}.md", number, chance)
    return target


def paragraphs(chance: random.Random, number: int) -> list[str]:
    """Paragraphs of about 400 characters, to make many articles of at once."""
    return [_paragraph(chance) for _ in range(number)]


def _write(path: Path, number: int, chance: random.Random) -> None:
    day = f"{2014 + number // 72}-{number % 12 + 1:02}-{number % 28 + 1:02}"
    size = min(60_000, int(chance.lognormvariate(8.9, 0.8)))
    parts = [
        f'---\ntitle: "{_sentence(chance)[:60]} {number}"\ndate: {day}\n'
        f"topics: [{chance.choice(WORDS)}]\nauthors: [Writer {number % 9}]\n---\n"
    ]
    while sum(map(len, parts)) < size:
        parts.append(chance.choice(_BLOCKS)(chance))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(6, 18))).capitalize() + "."


def _paragraph(chance: random.Random) -> str:
    text = " ".join(_sentence(chance) for _ in range(chance.randint(3, 7)))
    link = f"[this](https://example.org/{chance.choice(WORDS)})"
    return f"{text} See {link} and *{chance.choice(WORDS)}*."


def _code(chance: random.Random) -> str:
    lines = "\n".join(f"    total += {chance.choice(WORDS)}({n})  # step" for n in range(8))
    return f"## {_sentence(chance)}\n\n```python\ndef measure():\n{lines}\n```"


def _table(chance: random.Random) -> str:
    rows = "\n".join(f"| {chance.choice(WORDS)} | {chance.random():.3f} |" for _ in range(9))
    return f"| what | how much |\n|---|---|\n{rows}"


def _points(chance: random.Random) -> str:
    return "\n".join(f"- {_sentence(chance)}" for _ in range(5))


_BLOCKS = (_paragraph, _paragraph, _paragraph, _code, _table, _points)
