"""What the audit makes of what its tools say; the tools themselves run in `make audit` only."""

from pathlib import Path

import pytest

from audit import browsing, lighthouse, markup
from audit.__main__ import PARTS
from audit.shown import Page
from audit.tools import Missing, debian, npm


def report(points: float, shift: float) -> dict[str, object]:
    """As Lighthouse writes it, with as little as it takes."""
    category = {"score": points, "auditRefs": [{"id": "fast", "weight": 3}]}
    return {
        "categories": dict.fromkeys(lighthouse.CATEGORIES, category),
        "audits": {
            "fast": {"id": "fast", "title": "Is fast", "displayValue": "2.1 s", "score": points},
            "cumulative-layout-shift": {"numericValue": shift},
        },
    }


def test_a_hundred_everywhere_and_no_shift_is_perfect() -> None:
    assert lighthouse.read(report(1, 0)).perfect
    assert not lighthouse.read(report(0.99, 0)).perfect
    assert not lighthouse.read(report(1, 0.01)).perfect


def test_what_cost_points_is_named() -> None:
    assert "performance 91" in str(lighthouse.read(report(0.91, 0)))
    assert "Is fast 2.1 s" in str(lighthouse.read(report(0.91, 0)))


def test_an_error_of_markup_is_grave_and_a_warning_is_not() -> None:
    message = {"type": "error", "message": "Stray tag.", "lastLine": 7, "extract": "a\n  b"}
    found = markup.of_message("GET /", message)
    assert (found.grave, found.what) == (True, "Stray tag. (line 7): a b")
    assert not markup.of_message("GET /", {**message, "type": "info"}).grave


def test_a_violation_says_where() -> None:
    violation = {"id": "list", "help": "Lists", "nodes": [{"target": ["ul", "li"]}]}
    assert browsing.of_violation("GET /", violation).what == "list: Lists (ul li)"


def test_each_part_has_a_name_of_its_own() -> None:
    assert len({name for name, _ in PARTS}) == len(PARTS)


def test_a_page_that_a_form_brings_is_told_apart() -> None:
    assert (Page("/a").name, Page("/a", {}).name) == ("GET /a", "POST /a")


def test_a_tool_that_is_missing_says_how_it_comes() -> None:
    with pytest.raises(Missing, match="apt-get install no-such-package"):
        debian("no-such-program", "no-such-package")


def test_what_was_installed_before_is_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "npm" / "thing-1" / "node_modules" / "thing"
    folder.mkdir(parents=True)
    assert npm(tmp_path, "thing", "1") == folder
