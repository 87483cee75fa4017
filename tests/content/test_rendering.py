"""The rendering process: killed when it must be, never left behind."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from hub.content import rendering
from hub.content.rendering import Renderer
from hub.errors import Refused, TooLarge

# More than `make quick` has time for.
pytestmark = pytest.mark.slow


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    made = Renderer(seconds=20)
    yield made
    made.close()


def children(renderer: Renderer) -> list[int]:
    return [child._process.pid for child, _ in renderer._idle]


def test_markdown_becomes_html(renderer: Renderer) -> None:
    assert renderer.render("*Hi*", language="en").html == "<p><em>Hi</em></p>"


def test_a_child_is_used_again(renderer: Renderer) -> None:
    renderer.render("a", language="en")
    first = children(renderer)
    renderer.render("b", language="en")
    assert children(renderer) == first


def test_what_takes_too_long_is_refused_and_the_child_reaped() -> None:
    hasty = Renderer(seconds=0.3)
    with pytest.raises(Refused, match=r"longer than 0\.3 seconds"):
        hasty.render("[" * 20_000, language="en")
    assert children(hasty) == []
    hasty.close()


@pytest.mark.slow
def test_seconds_of_the_processor_are_counted_where_the_clock_is_patient() -> None:
    patient = Renderer(seconds=0.5, patience=60)
    patient.render("a", language="en")
    with pytest.raises(Refused, match=r"longer than 0\.5 seconds"):
        patient.render("[" * 20_000, language="en")
    assert patient.render("b", language="en").html == "<p>b</p>"
    patient.close()


def test_others_go_on_after_a_kill(renderer: Renderer) -> None:
    renderer.render("a", language="en")
    renderer._idle[0][0]._process.kill()
    assert renderer.render("b", language="en").html == "<p>b</p>"


@pytest.mark.parametrize(
    "hostile", ["".join("  " * n + "- a\n" for n in range(250)), ">" * 5_000 + " a"]
)
def test_what_is_nested_too_deeply_is_refused(renderer: Renderer, hostile: str) -> None:
    with pytest.raises(Refused, match="nested too deeply"):
        renderer.render(hostile, language="en")
    assert renderer.render("ok", language="en").html == "<p>ok</p>"


@pytest.mark.slow
def test_what_takes_too_much_memory_is_refused() -> None:
    small = Renderer(memory=150_000_000, seconds=30)
    with pytest.raises(Refused, match="too much memory"):
        small.render("```rust\n" + "let x = 1;\n" * 30_000 + "```", language="en")
    small.close()


def test_five_megabytes_are_refused_without_a_child() -> None:
    idle = Renderer()
    with pytest.raises(TooLarge, match="5000 kB, at most 1000 kB"):
        idle.render("```\n" + "a\n" * 2_500_000, language="en")
    assert children(idle) == []


def test_half_a_character_is_refused(renderer: Renderer) -> None:
    with pytest.raises(Refused):
        renderer.render("\ud800", language="en")


def test_idle_children_end() -> None:
    now = [100.0]
    quiet = Renderer(idle_seconds=60, clock=lambda: now[0])
    quiet.render("a", language="en")
    process = quiet._idle[0][0]._process
    quiet.end_idle()
    assert process.poll() is None
    now[0] = 161.0
    quiet.end_idle()
    assert process.returncode == 0
    quiet.close()


def test_two_threads_have_two_children(renderer: Renderer) -> None:
    results: list[str] = []
    threads = [
        threading.Thread(
            target=lambda n=n: results.append(renderer.render(f"{n}", language="en").html)
        )
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [f"<p>{n}</p>" for n in range(6)]
    assert 1 <= len(children(renderer)) <= 2


def test_words_of_the_hub_are_in_the_language_of_the_article(renderer: Renderer) -> None:
    made = renderer.render("| a |\n|---|\n| b |", language="en").html
    assert 'aria-label="Table"' in made


def test_the_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch, renderer: Renderer) -> None:
    monkeypatch.setenv("HUB_SECRET_KEY", "a-secret-that-must-stay-here-0123456789")
    renderer.render("a", language="en")
    environment = f"/proc/{children(renderer)[0]}/environ"
    with open(environment, "rb") as file:  # noqa: PTH123  # not a file of ours
        assert b"HUB_SECRET_KEY" not in file.read()


def test_the_child_ends_with_its_input() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "hub.content.render_child", "500000000", "5"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0


def test_the_shared_renderer_renders() -> None:
    assert rendering.render("a", language="fr").html == "<p>a</p>"
