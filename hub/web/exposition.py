"""Figures as monitors read them: Prometheus' text exposition format, version 0.0.4.

Ours, because a client library brings a registry, threads and files, and thirty lines do it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of samples. `name` ends with its unit, and with `_total` where it only grows."""

    name: str
    meaning: str
    samples: tuple[Sample, ...]
    kind: Literal["gauge", "counter"] = "gauge"


def gauge(name: str, meaning: str, value: float | None) -> Metric:
    """One number; None: it is not known, and only its name is told."""
    return Metric(name, meaning, () if value is None else (Sample(value),))


def gauge_by(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    """A number for each value of a label."""
    samples = (Sample(number, ((label, value),)) for value, number in values.items())
    return Metric(name, meaning, tuple(samples))


def text(metrics: Iterable[Metric]) -> str:
    """The whole answer, with the end of line that the last one must have."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> list[str]:
    return [
        f"# HELP {metric.name} {_escaped(metric.meaning)}",
        f"# TYPE {metric.name} {metric.kind}",
        *(f"{metric.name}{_labels(one)} {_number(one.value)}" for one in metric.samples),
    ]


def _labels(sample: Sample) -> str:
    named = [
        f'{name}="{_escaped(value).replace(chr(34), chr(92) + chr(34))}"'
        for name, value in sample.labels
    ]
    return "{" + ",".join(named) + "}" if named else ""


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    """As Go reads it: whole numbers whole, others with all their digits."""
    return str(int(value)) if value == int(value) else repr(float(value))
