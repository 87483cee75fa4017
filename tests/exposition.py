"""Reads Prometheus' text exposition format 0.0.4 strictly: whatever is not as it says raises."""

import math
import re
from dataclasses import dataclass, field

_HELP = re.compile(r"# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\[\\n])+)")
_TYPE = re.compile(r"# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (gauge|counter)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
_SAMPLE = re.compile(
    rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{{({_LABEL.pattern}(?:,{_LABEL.pattern})*)\}})?"
    r" (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
)
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
Labels = frozenset[tuple[str, str]]


@dataclass
class Family:
    meaning: str
    kind: str = ""
    samples: dict[Labels, float] = field(default_factory=dict)


def read(text: str) -> dict[str, Family]:
    """The families by name. Each has one HELP, then one TYPE, then all of its samples."""
    assert text.endswith("\n"), "the last line has no end"
    found: dict[str, Family] = {}
    last = ""
    for line in text[:-1].split("\n"):
        if match := _HELP.fullmatch(line):
            assert match[1] not in found, f"a second HELP: {line}"
            last = match[1]
            found[last] = Family(_plain(match[2]))
        elif match := _TYPE.fullmatch(line):
            assert match[1] == last, f"out of place: {line}"
            assert not found[last].kind, f"a second TYPE: {line}"
            assert (match[2] == "counter") == last.endswith("_total"), line
            found[last].kind = match[2]
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, f"no line of this format: {line!r}"
            assert match[1] == last, f"out of place: {line}"
            assert found[last].kind, f"before its TYPE: {line}"
            pairs = [(name, _plain(value)) for name, value in _LABEL.findall(match[2] or "")]
            assert len({name for name, _ in pairs}) == len(pairs), f"a label twice: {line}"
            assert frozenset(pairs) not in found[last].samples, f"a sample twice: {line}"
            found[last].samples[frozenset(pairs)] = float(match[match.lastindex or 0])
            assert math.isfinite(float(match[match.lastindex or 0]))
    assert all(family.kind for family in found.values())
    return found


def value(families: dict[str, Family], name: str, **labels: str) -> float:
    """One sample."""
    return families[name].samples[frozenset(labels.items())]


def _plain(text: str) -> str:
    return re.sub(r'\\[\\"n]', lambda match: _ESCAPES[match[0]], text)
