"""What a page adds to an article: anchors, contents, code that scrolls."""

from hub.content.outline import Heading, contents, for_a_page

CHAPTERS = "".join(f'<h2 id="c{n}">Chapter <code>{n}</code> &amp; more</h2><p>x</p>' for n in "123")


def test_a_heading_has_a_link_to_itself() -> None:
    page = for_a_page('<h2 id="numbers">Numbers</h2>', code_label="Code")
    assert '<a class="anchor" href="#numbers" aria-hidden="true" tabindex="-1">#</a></h2>' in page


def test_a_heading_without_a_name_stays_as_it_is() -> None:
    assert for_a_page("<h2>Numbers</h2>", code_label="Code") == "<h2>Numbers</h2>"


def test_code_can_be_scrolled_with_the_keyboard() -> None:
    page = for_a_page('<div class="codehilite"><pre>x</pre></div>', code_label='C"ode')
    assert '<div class="codehilite" role="group" tabindex="0" aria-label="C&quot;ode">' in page


def test_a_long_article_lists_its_chapters() -> None:
    assert contents(CHAPTERS, 10)[0] == Heading("#c1", "Chapter 1 & more")
    assert len(contents(CHAPTERS, 10)) == 3


def test_a_short_article_needs_no_list() -> None:
    assert contents(CHAPTERS, 3) == ()
    assert contents('<h2 id="a">One</h2>', 30) == ()


def test_a_table_of_an_older_version_is_no_landmark_any_more() -> None:
    old = '<div class="table-scroll" role="region" tabindex="0"><table></table></div>'
    assert for_a_page(old, code_label="Code") == old.replace("region", "group")
