"""The text exposition format, letter for letter; and what the system says of this process."""

import os
import time
from pathlib import Path

import pytest

from hub.web import process
from hub.web.exposition import Metric, Sample, gauge, gauge_by, text
from tests.exposition import read, value

HOSTILE = 'a "quoted"\\n back\\slash\nand a new line'


def test_a_gauge_is_three_lines() -> None:
    assert text([gauge("hub_up", "It runs.", 1)]) == (
        "# HELP hub_up It runs.\n# TYPE hub_up gauge\nhub_up 1\n"
    )


def test_what_is_not_known_has_a_name_and_no_number() -> None:
    assert text([gauge("hub_up", "It runs.", None)]) == (
        "# HELP hub_up It runs.\n# TYPE hub_up gauge\n"
    )


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (2**53, "9007199254740992"), (0.1, "0.1"), (1763906595.123, "1763906595.123")],
)
def test_numbers_keep_all_their_digits(number: float, written: str) -> None:
    assert text([gauge("x", "X.", number)]).endswith(f"x {written}\n")


def test_what_could_break_a_line_is_escaped() -> None:
    counted = Metric("x_total", HOSTILE, (Sample(1, (("a", HOSTILE), ("b", ""))),), "counter")
    found = read(text([counted, gauge_by("y", "Y.", "of", {"1": 1, "2": 2})]))
    assert found["x_total"].meaning == HOSTILE
    assert value(found, "x_total", a=HOSTILE, b="") == 1
    assert value(found, "y", of="2") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        "hub_up 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1",
        "# HELP a A.\n# TYPE a gauge\na 1\n\n",
        "# HELP a A.\n# TYPE a counter\na 1\n",
        "# HELP a A.\n# TYPE a gauge\nb 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1\na 2\n",
        '# HELP a A.\n# TYPE a gauge\na{b="c"d"} 1\n',
        "# HELP a A.\n# TYPE a gauge\na nan\n",
        "# HELP a A.\na 1\n",
    ],
)
def test_the_reader_of_these_tests_is_strict(wrong: str) -> None:
    with pytest.raises(AssertionError):
        read(wrong)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux has /proc")
def test_the_system_knows_this_process() -> None:
    began, held = process.started_at(), process.resident_bytes()
    assert began is not None
    assert held is not None
    assert time.time() - 86_400 < began <= time.time() + 1
    assert 1_000_000 < held < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_another_system_says_nothing(tmp_path: Path) -> None:
    assert process.started_at(tmp_path) is None
    assert process.resident_bytes(tmp_path) is None


def test_a_program_may_be_called_anything(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    fields = " ".join(["S", *(str(n) for n in range(4, 53))])
    (tmp_path / "self/stat").write_text(f"7 (a) b (c)) {fields}\n")
    (tmp_path / "stat").write_text("cpu 1 2\nbtime 1000\nprocesses 5\n")
    assert process.started_at(tmp_path) == 1000 + 22 / os.sysconf("SC_CLK_TCK")
