"""Templates are compiled once, and a changed source is another template."""

from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from hub.web import compiled
from hub.web.compiled import Compiled

Count = Callable[[], int]


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> Count:
    """How many sources were compiled so far."""
    names: list[object] = []
    real = Environment._generate

    def generate(self: Environment, *args: Any, **named: Any) -> str:
        names.append(args)
        return real(self, *args, **named)

    monkeypatch.setattr(Environment, "_generate", generate)
    return lambda: len(names)


def environment(cache: Compiled, source: str = "{{ word }}!") -> Environment:
    return Environment(loader=DictLoader({"a.txt": source}), bytecode_cache=cache)


def said(cache: Compiled, source: str = "{{ word }}!") -> str:
    return environment(cache, source).get_template("a.txt").render(word="Ho")


def test_a_second_environment_compiles_nothing(compilations: Count) -> None:
    cache = Compiled()
    assert [said(cache), said(cache)] == ["Ho!", "Ho!"]
    assert compilations() == 1


def test_a_changed_source_is_compiled_anew(compilations: Count) -> None:
    cache = Compiled()
    assert [said(cache), said(cache, "{{ word }}?"), said(cache)] == ["Ho!", "Ho?", "Ho!"]
    assert compilations() == 2


def test_sources_that_nobody_has_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_MOST", 3)
    cache = Compiled()
    for number in range(10):
        assert said(cache, f"{number}") == f"{number}"
    assert len(cache._codes) <= 3
