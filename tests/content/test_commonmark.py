"""Markdown as people write it, against what CommonMark makes of it."""

import re

import pytest

from hub.content.conversion import Converter

LABELS = {"table": "Table", "back": "Back", "media": "Open", "picture": "Picture"}


@pytest.fixture(scope="module")
def converter() -> Converter:
    return Converter()


def html(converter: Converter, markdown: str) -> str:
    """Without the white space between tags."""
    return re.sub(r">\s+<", "><", converter.convert(markdown, LABELS).html).strip()


def test_a_list_may_follow_its_paragraph_at_once(converter: Converter) -> None:
    assert html(converter, "Three:\n- a\n- b") == "<p>Three:</p><ul><li>a</li><li>b</li></ul>"


def test_two_spaces_nest_a_list(converter: Converter) -> None:
    assert html(converter, "- a\n  - b\n- c") == (
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
    )


def test_a_number_in_a_sentence_begins_no_list(converter: Converter) -> None:
    assert "<ol" not in html(converter, "It was in\n1986. A good year.")


def test_a_bullet_list_after_a_numbered_one_is_its_own(converter: Converter) -> None:
    assert html(converter, "1. a\n- b") == "<ol><li>a</li></ol><ul><li>b</li></ul>"


def test_a_second_paragraph_of_an_item_and_then_the_next_item(converter: Converter) -> None:
    assert html(converter, "- a\n\n  more\n- b") == (
        "<ul><li><p>a</p><p>more</p></li><li><p>b</p></li></ul>"
    )


def test_a_fence_inside_a_list(converter: Converter) -> None:
    made = html(converter, "1. a\n\n   ```rust,ignore\n   let x = 1;\n   ```\n2. b")
    assert '<div class="codehilite">' in made
    assert "```" not in made
    assert made.count("<li>") == 2


def test_a_fence_keeps_its_indentation(converter: Converter) -> None:
    assert "\n    return" in html(converter, "```\ndef f():\n    return\n```")


def test_a_fence_that_is_never_closed_runs_to_the_end(converter: Converter) -> None:
    assert "*not*" in html(converter, "```\n*not* emphasis")


def test_a_longer_fence_holds_a_shorter_one(converter: Converter) -> None:
    assert "```\ninner\n```" in html(converter, "````\n```\ninner\n```\n````")


def test_html_in_a_fence_is_text(converter: Converter) -> None:
    assert "&lt;b&gt;" in html(converter, "```\n<b>\n```")


def test_details_hold_markdown(converter: Converter) -> None:
    made = html(converter, "<details>\n<summary>More</summary>\n\n- *a*\n\n</details>\n\nend")
    assert made == (
        "<details><summary>More</summary><ul><li><em>a</em></li></ul></details><p>end</p>"
    )


def test_a_list_in_a_quotation(converter: Converter) -> None:
    assert html(converter, "> so:\n> - a") == (
        "<blockquote><p>so:</p><ul><li>a</li></ul></blockquote>"
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("~~gone~~", "<p><del>gone</del></p>"),
        ("a\\\nb", "<p>a<br>\nb</p>"),
        ("Vec\\<T\\>", "<p>Vec&lt;T&gt;</p>"),
        ("---", "<hr>"),
        ("* * *", "<hr>"),
    ],
)
def test_small_things(converter: Converter, markdown: str, expected: str) -> None:
    assert html(converter, markdown) == expected


def test_one_instance_forgets_the_text_before(converter: Converter) -> None:
    html(converter, "[a]: https://example.org\n\nx[^1]\n\n[^1]: note\n\n# Same")
    assert html(converter, "[a]\n\n## Same") == '<p>[a]</p><h2 id="same">Same</h2>'
