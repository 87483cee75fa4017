"""The text part: wrapped, set off, links below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail import plain_text

BASE = "https://hub.test/posts/ropes"


def text(html: str) -> str:
    return plain_text.from_html(html, BASE)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=600))
def test_no_line_is_longer_than_72_unless_a_word_is(typed: str) -> None:
    for line in plain_text.wrapped(typed).split("\n"):
        assert len(line) <= plain_text.WIDTH or " " not in line.strip(" ")


def test_an_address_is_never_cut() -> None:
    url = "https://hub.test/" + "a-b-" * 40
    assert url in plain_text.wrapped(f"Look at {url} for more").split("\n")


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Ropes", "-----"),
        ("港のノート", "-" * 10),
        ("e\u0301te\u0301", "---"),
        ("x" * 90, "-" * 72),
    ],
)
def test_a_title_is_underlined_as_long_as_it_looks(title: str, line: str) -> None:
    assert plain_text.underlined(title) == f"{title}\n{line}"


def test_links_are_numbered_and_listed() -> None:
    html = (
        '<p>See <a href="/posts/knots">knots</a>, <a href="https://a.test/">sails</a> and'
        ' <a href="/posts/knots">knots</a> again, or https://b.test/.</p>'
        '<p><a href="https://c.test/">https://c.test/</a></p>'
    )
    assert text(html) == (
        "See knots [1], sails [2] and knots [1] again, or https://b.test/.\n\n"
        "https://c.test/\n\n"
        "[1] https://hub.test/posts/knots\n[2] https://a.test/"
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<h2>Ropes</h2><p>Of <em>hemp</em>\n and <b>flax</b>.</p>",
            "Ropes\n-----\n\nOf hemp and flax.",
        ),
        ("<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>", "- one\n\n- two\n\n  - deep"),
        ("<ol start='9'><li>nine</li><li>ten</li></ol>", "9. nine\n10. ten"),
        ("<blockquote><p>He said</p><p>so.</p></blockquote>", "> He said\n>\n> so."),
        ("<pre><code>a  = 1\n  b</code></pre>", "    a  = 1\n      b"),
        ("<p>one<br>two</p><hr><p>three</p>", "one\ntwo\n\n* * *\n\nthree"),
        (
            '<figure><img src="/media/a" alt="A quay"><figcaption>Low water</figcaption></figure>',
            "[A quay]\n\nLow water",
        ),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "a | b\n1 | 2",
        ),
        ("<dl><dt>Hemp</dt><dd>A plant.</dd></dl>", "Hemp\n\n    A plant."),
        ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3"),
        ("  ", ""),
        ("no tags", "no tags"),
    ],
)
def test_each_kind_of_block(html: str, expected: str) -> None:
    assert text(html) == expected


def test_footnotes_are_notes_and_lead_nowhere() -> None:
    html = (
        '<p>Hemp<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup> lasts.</p>'
        '<div class="footnote"><ol><li id="fn:1"><p>A plant.'
        ' <a class="footnote-backref" href="#fnref:1">↩</a></p></li></ol></div>'
    )
    assert text(html) == "Hemp (1) lasts.\n\n1. A plant."


def test_a_name_that_runs_the_other_way_is_kept_apart() -> None:
    assert plain_text.isolated("سارة") == "\u2068سارة\u2069"
    assert plain_text.isolated("Zoé") == "Zoé"
