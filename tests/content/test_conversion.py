"""What readers get of an article: headings, pictures, tables, excerpt, words."""

import pytest

from hub.content.conversion import Converted, Converter

LABELS = {"table": "Tableau", "back": "Retour", "media": "Ouvrir", "picture": "Image"}


@pytest.fixture(scope="module")
def converter() -> Converter:
    return Converter()


def convert(converter: Converter, markdown: str) -> Converted:
    return converter.convert(markdown, LABELS)


def test_headings_begin_at_h2_when_the_source_uses_h1(converter: Converter) -> None:
    made = convert(converter, "# One\n\n## Two\n\n###### Six").html
    assert '<h2 id="one">' in made
    assert '<h3 id="two">' in made
    assert "<h1" not in made
    assert '<h6 id="six">' in made


def test_headings_stay_when_the_source_begins_at_h2(converter: Converter) -> None:
    assert '<h2 id="two">' in convert(converter, "## Two").html


def test_a_heading_in_another_alphabet_has_an_anchor(converter: Converter) -> None:
    assert '<h2 id="привет">' in convert(converter, "## Привет").html


def test_a_table_scrolls_by_itself(converter: Converter) -> None:
    made = convert(converter, "| a | b |\n|---|--:|\n| 1 | 2 |").html
    assert made.startswith(
        '<div class="table-scroll" role="group" tabindex="0" aria-label="Tableau"><table>'
    )
    assert '<td align="right">2</td>' in made


def test_a_picture_of_the_site_loads_late(converter: Converter) -> None:
    made = convert(converter, "![A tide](/media/ab/c.png)")
    assert made.html == (
        '<p><img src="/media/ab/c.png" alt="A tide" loading="lazy" decoding="async"></p>'
    )
    assert made.images == ["/media/ab/c.png"]


@pytest.mark.parametrize(
    "source",
    ["https://other.test/a.png", "//other.test/a.png", "http://other.test/a.png"],
)
def test_a_picture_elsewhere_becomes_a_link(converter: Converter, source: str) -> None:
    made = convert(converter, f"![A tide]({source})")
    assert made.html == f'<p><a href="{source}" rel="noopener">A tide</a></p>'
    assert made.remote_images == [source]


def test_a_picture_elsewhere_inside_a_link_leaves_the_link(converter: Converter) -> None:
    made = convert(converter, "[![Badge](https://other.test/a.svg)](https://example.org)").html
    assert made == '<p><a href="https://example.org" rel="noopener">Badge</a></p>'


def test_a_picture_that_is_not_there_leaves_its_words(converter: Converter) -> None:
    made = convert(converter, "![A tide](tide.png)")
    assert made.html == '<p><em class="missing-picture">A tide</em></p>'
    assert made.missing_images == ["tide.png"]


def test_an_embedded_page_becomes_a_link(converter: Converter) -> None:
    made = convert(converter, '<iframe src="https://video.test/embed/1">x<b></iframe>').html
    assert made == (
        '<p class="embedded"><a href="https://video.test/embed/1" rel="noopener">'
        "Ouvrir: video.test</a></p>"
    )


def test_a_video_becomes_a_link(converter: Converter) -> None:
    made = convert(converter, '<video><source src="https://video.test/1.mp4"></video>').html
    assert "<video" not in made
    assert 'href="https://video.test/1.mp4"' in made


def test_the_excerpt_is_the_first_paragraph_that_speaks(converter: Converter) -> None:
    made = convert(
        converter,
        "# Title\n\n> A quotation that is not the article.\n\n![x](/media/a.png)\n\n"
        "Hello.\n\nThe *tide* turns at six, & we sail.[^1]\n\n[^1]: Perhaps.",
    )
    assert made.excerpt == "The tide turns at six, & we sail."


def test_an_excerpt_is_cut_after_a_word(converter: Converter) -> None:
    excerpt = convert(converter, "harbour " * 60).excerpt
    assert len(excerpt) <= 200
    assert excerpt.endswith("harbour…")


def test_the_words_without_the_markup(converter: Converter) -> None:
    made = convert(converter, "## A\n\nb *c* &amp; `<d>`\n\n- e\n- f")
    assert made.plain_text == "A\nb c & <d>\ne\nf"


def test_reading_takes_a_minute_at_least(converter: Converter) -> None:
    assert convert(converter, "Hi.").reading_minutes == 1
    assert convert(converter, "word " * 1100).reading_minutes == 5


def test_footnotes_speak_the_language_of_the_article(converter: Converter) -> None:
    made = convert(converter, "a[^1]\n\n[^1]: b").html
    assert 'title="Retour"' in made
    assert '<li id="fn:1">' in made


def test_code_is_coloured_by_classes(converter: Converter) -> None:
    made = convert(converter, "```python\nx = 1\n```").html
    assert '<span class="n">x</span>' in made
    assert "style=" not in made


def test_a_picture_with_a_title_has_a_caption(converter: Converter) -> None:
    made = convert(converter, '![Alt](/media/a.png "The quay, at <half> tide")').html
    assert made == (
        '<figure><img src="/media/a.png" alt="Alt" loading="lazy" decoding="async">'
        "<figcaption>The quay, at &lt;half&gt; tide</figcaption></figure>"
    )


def test_a_picture_in_a_line_keeps_its_title(converter: Converter) -> None:
    made = convert(converter, 'Words ![Alt](/media/a.png "Title") words').html
    assert 'title="Title"' in made
    assert "<figure>" not in made


def test_a_list_of_tasks_has_its_boxes(converter: Converter) -> None:
    made = convert(converter, "- [ ] buy rope\n- [x] paint\n- [link] no box").html
    assert "<li>☐ buy rope</li>" in made
    assert "<li>☑ paint</li>" in made
    assert "<li>[link] no box</li>" in made
