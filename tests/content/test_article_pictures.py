"""Pictures in an article as its page shows them."""

import pytest

from hub.content import article_pictures, media, picture_sizes
from hub.content.pictures import Picture
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture

LAZY = ' loading="lazy" decoding="async"'
FAR = "<p>" + "Some words. " * 50 + "</p>"


@pytest.fixture
def wide(hub: Hub) -> Picture:
    return keep(hub, (1000, 500))


def keep(hub: Hub, size: tuple[int, int]) -> Picture:
    kept = media.keep(hub.settings.media, picture("PNG", size))
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
    return kept


def shown(hub: Hub, html: str, *, below_cover: bool = True) -> str:
    with hub.db.read() as tx:
        return article_pictures.for_a_page(tx, html, below_cover=below_cover)


def test_a_picture_comes_in_widths(hub: Hub, wide: Picture) -> None:
    html = f'<p>A <img src="{wide.address}" alt="Sea" title="T"{LAZY}> b</p>'
    assert shown(hub, html) == (
        f'<p>A <picture><source type="image/webp" srcset="{wide.address}/480.webp 480w,'
        f' {wide.address}/1000.webp 1000w" sizes="min(100vw, 42.5rem)">'
        f'<img src="{wide.address}" width="1000" height="500" alt="Sea" title="T"{LAZY}>'
        "</picture> b</p>"
    )


def test_avif_comes_before_webp(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_sizes, "AVIF", True)
    photograph = media.keep(hub.settings.media, picture("JPEG", (600, 300)))
    with hub.db.write() as tx:
        media.record(tx, photograph, NOW)
    found = shown(hub, f'<p><img src="{photograph.address}" alt="Sea"{LAZY}></p>')
    assert found.index("600.avif 600w") < found.index("600.webp 600w") < found.index("<img")


def test_a_small_one_says_its_size(hub: Hub) -> None:
    small = keep(hub, (40, 30))
    html = f'<img src="{small.address}" alt=""{LAZY}>'
    assert shown(hub, html) == f'<img src="{small.address}" width="40" height="30" alt=""{LAZY}>'


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ('width="300"', (300, 150)),
        ('height="100"', (200, 100)),
        ('height="10" width="30"', (30, 10)),
        ('width="99999"', (99999, 50000)),
        ("", (1000, 500)),
    ],
)
def test_what_is_missing_of_a_size_is_added(
    hub: Hub, wide: Picture, written: str, size: tuple[int, int]
) -> None:
    page = shown(hub, f'<img src="{wide.address}" alt="" {written}{LAZY}>')
    assert f'width="{size[0]}" height="{size[1]}"' in page
    assert page.count("width=") == page.count("height=") == 1


def test_a_picture_that_is_shown_small_is_fetched_small(hub: Hub, wide: Picture) -> None:
    page = shown(hub, f'<img src="{wide.address}" alt="" width="300"{LAZY}>')
    assert 'sizes="min(100vw, 300px)"' in page


def test_the_first_picture_does_not_wait(hub: Hub, wide: Picture) -> None:
    image = f'<img src="{wide.address}" alt=""{LAZY}>'
    first, second = shown(hub, image + image, below_cover=False).split("</picture>")[:2]
    assert 'fetchpriority="high"' in first
    assert "lazy" not in first
    assert 'loading="lazy"' in second
    far = shown(hub, FAR + image, below_cover=False)
    assert "lazy" not in far
    assert "fetchpriority" not in far


def test_below_a_cover_every_picture_waits(hub: Hub, wide: Picture) -> None:
    assert 'loading="lazy"' in shown(hub, f'<img src="{wide.address}" alt=""{LAZY}>')


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="/media/un/known.png" alt="x"{LAZY}>',
        "<p>No picture.</p>",
        "",
        '<p>&lt;img src="/media/a.png"&gt;</p>',
    ],
)
def test_what_is_not_known_stays_as_it_is(hub: Hub, html: str) -> None:
    assert shown(hub, html) == html


def test_feeds_keep_the_original(hub: Hub, wide: Picture) -> None:
    with hub.db.read() as tx:
        html = media.with_sizes(tx, f'<img src="{wide.address}" alt="">')
    assert "picture" not in html
    assert f'<img src="{wide.address}" width="1000" height="500"' in html
