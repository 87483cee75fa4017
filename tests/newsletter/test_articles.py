"""An article's own HTML as mail can show it."""

import pytest

from hub.newsletter import articles

BASE = "https://hub.test/posts/ropes"


def one(html: str) -> str:
    (block,) = articles.blocks(html, BASE)
    return block


def test_addresses_are_absolute() -> None:
    assert one('<p><a href="/posts/a" id="x">a</a> <a href="#b">b</a></p>') == (
        '<p><a href="https://hub.test/posts/a">a</a> <a href="https://hub.test/posts/ropes#b">b</a></p>'
    )


def test_a_picture_of_the_site_fits_the_column() -> None:
    block = one(
        '<p><img src="/media/ab/c.jpg" alt="A quay" width="1000" height="500" loading="lazy"></p>'
    )
    assert 'src="https://hub.test/media/ab/c.jpg"' in block
    assert 'width="528" height="264"' in block
    assert 'alt="A quay"' in block
    assert "loading" not in block


@pytest.mark.parametrize(("name", "width"), [("c.webp", 300), ("c.avif", 300), ("c.jpg", 4000)])
def test_what_not_every_program_shows_has_an_address_for_mail(name: str, width: int) -> None:
    block = one(f'<p><img src="/media/ab/{name}" alt="" width="{width}" height="10"></p>')
    assert f'src="https://hub.test/media/ab/{name}/mail"' in block


def test_a_picture_elsewhere_is_a_link_to_it() -> None:
    block = one('<p><img src="https://spy.test/x.png" alt="A quay" width="1" height="1"></p>')
    assert block == '<p><a href="https://spy.test/x.png">A quay</a></p>'


def test_what_outlook_does_not_know_becomes_what_it_does() -> None:
    html = "<figure><img src='/media/a.png' alt=''><figcaption>Low</figcaption></figure>"
    assert "<figure" not in one(html)
    assert '<p class="caption">Low</p>' in one(html)
    assert one("<details open><summary>More</summary><p>x</p></details>") == (
        "<div><p>More</p><p>x</p></div>"
    )


def test_colours_of_code_and_ways_back_are_left_out() -> None:
    code = '<div class="codehilite"><pre><code><span class="k">if</span> x</code></pre></div>'
    assert one(code) == '<div><pre dir="ltr"><code>if x</code></pre></div>'
    note = '<p>A plant. <a class="footnote-backref" href="#f">↩</a></p>'
    assert "↩" not in one(note)


def test_the_language_of_a_passage_stays() -> None:
    assert one('<p lang="ar" dir="rtl">مرحبا</p>') == '<p lang="ar" dir="rtl">مرحبا</p>'


def test_as_many_as_fit_are_found() -> None:
    pieces = [str(n) for n in range(100)]
    for most in (0, 1, 37, 99, 100):
        assert articles.most_that_fit(pieces, most.__ge__) == most


def test_code_runs_from_the_left_in_every_language() -> None:
    assert one("<pre><code>x = 1</code></pre>").startswith('<pre dir="ltr">')


def test_a_portrait_is_no_taller_than_a_screen() -> None:
    picture = one('<p><img src="/media/a.png" alt="" width="900" height="2000"></p>')
    assert 'height="720"' in picture
