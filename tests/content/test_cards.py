"""The pictures for shared links: what is on them, that they are drawn once, and for whom."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from hub.content import card_drawing, card_fonts, cards, files, media, publishing, store
from hub.content.cards import Card
from hub.errors import StorageFull
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.content.conftest import picture
from tests.posts import add

# More than `make quick` has time for.
pytestmark = pytest.mark.slow

CARD = Card("What the water says", "Harbour Notes", "hub.test", "", "#0b5f50", "#e6f0ec", False)
TITLES = [
    "Été à l’œuvre : ce que disent les marées — et « pourquoi »",
    "Привет, мир",
    "مرحبا بالعالم: كيف نبني الميناء",
    "שלום עולם",
    "日本語のタイトル",
    "🎉🚀👨‍👩‍👧‍👦 🇫🇷",
    "word " * 60,
    "x" * 300,
    "a\u202eb\u0000c \ud800\uffff\u0301",
    "",
]


@pytest.fixture
def no_typefaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any: Pillow's own is left."""
    monkeypatch.setattr(card_fonts, "_present", tuple)


def drawn(card: Card, media_folder: Path = Path("/nowhere")) -> Image.Image:
    image = Image.open(io.BytesIO(card_drawing.draw(card, media_folder)))
    assert image.format == "PNG"
    assert image.size == (cards.WIDTH, cards.HEIGHT)
    return image.convert("RGB")


def has_ink(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether something dark stands in a part of it."""
    return min(image.crop(box).convert("L").tobytes()) < 80


@pytest.mark.parametrize("right_to_left", [False, True])
@pytest.mark.parametrize("title", TITLES)
def test_every_title_gives_a_card(title: str, right_to_left: bool) -> None:
    drawn(replace(CARD, title=title, name=title, right_to_left=right_to_left))


@pytest.mark.usefixtures("no_typefaces")
@pytest.mark.parametrize("title", TITLES)
def test_every_title_gives_a_card_without_typefaces(title: str) -> None:
    assert has_ink(drawn(replace(CARD, title=title)), (84, 60, 1116, 490))


@pytest.mark.usefixtures("no_typefaces")
def test_what_a_typeface_lacks_loses_its_accents() -> None:
    found = card_fonts.fitting("Été à l’œuvre 🚢 : Łódź…")
    assert found is not None
    assert found.text == "Ete a l’oeuvre : Lodz…"


@pytest.mark.usefixtures("no_typefaces")
def test_what_cannot_be_written_is_not_half_written() -> None:
    assert card_fonts.fitting("Привет, мир") is None
    assert card_fonts.fitting("🎉") is None


def test_a_typeface_that_knows_the_letters_writes_them() -> None:
    if not any("DejaVu" in file for file in card_fonts._present()):
        pytest.skip("no DejaVu here: apt-get install fonts-dejavu-core")
    for title in ("Été — « œuvre »", "Привет, мир", "Ελλάδα"):
        found = card_fonts.fitting(title)
        assert found is not None
        assert found.text == title


def test_nothing_is_written_beyond_the_margins() -> None:
    for title in ("word " * 60, "x" * 300, "WWWWWWWWWWWW " * 25):
        image = drawn(replace(CARD, title=title, name="Name " * 30, host="h" * 200))
        assert not has_ink(image, (1130, 30, 1200, 630))
        assert not has_ink(image, (0, 488, 1200, 500))


def test_what_runs_from_the_right_begins_there() -> None:
    left, right = (84, 60, 300, 490), (900, 60, 1116, 490)
    assert has_ink(drawn(replace(CARD, title="Hi")), left)
    image = drawn(replace(CARD, title="Hi", right_to_left=True))
    assert has_ink(image, right)
    assert not has_ink(image, left)


def test_a_long_title_is_set_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = ImageDraw.ImageDraw.text

    def text(self: ImageDraw.ImageDraw, *given: Any) -> None:
        sizes.append(int(given[3].size))
        real(self, *given)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    card_drawing.draw(CARD, Path("/nowhere"))
    short = max(sizes)
    sizes.clear()
    card_drawing.draw(replace(CARD, title="A very long title " * 12), Path("/nowhere"))
    assert max(sizes) < short


def test_the_logo_stands_for_the_name(tmp_path: Path) -> None:
    Image.new("RGB", (600, 200), "#ff0000").save(tmp_path / "logo.png")
    image = drawn(replace(CARD, logo="logo.png"), tmp_path)
    assert image.getpixel((100, 564)) == (255, 0, 0)
    for name in ("gone.png", "../logo.png"):
        drawn(replace(CARD, logo=name), tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"name": "Other"},
        {"host": "other.test"},
        {"logo": "a.png"},
        {"accent": "#123456"},
        {"right_to_left": True},
    ],
)
def test_whatever_is_seen_changes_the_address(change: dict[str, object]) -> None:
    assert replace(CARD, **change).digest != CARD.digest  # type: ignore[arg-type]  # its own fields
    assert replace(CARD).digest == CARD.digest


def address(client: TestClient, path: str) -> str:
    """The picture that a page names, as a path."""
    page = client.get(path).text
    found = page.partition('property="og:image" content="https://hub.test')[2]
    return found.partition('"')[0]


def test_a_page_names_its_card_and_the_card_is_there(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", topics=("sea",))
        add(tx, "about", kind="page")
    found = {path: address(client, path) for path in ("/posts/tides", "/about", "/", "/topics/sea")}
    assert found["/"] == found["/topics/sea"]
    assert len(set(found.values())) == 3
    for card in found.values():
        answer = client.get(card)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        again = client.get(card, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


def test_pages_say_how_large_it_is(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        add(tx, "tides", title="Fish & chips")
    page = client.get("/posts/tides").text
    for name, value in (("width", "1200"), ("height", "630"), ("alt", "Fish &amp; chips")):
        assert f'<meta property="og:image:{name}" content="{value}">' in page


def test_it_is_drawn_when_it_is_asked_for_first(
    client: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, times = card_drawing.draw, 0

    def draw(card: Card, folder: Path) -> bytes:
        nonlocal times
        times += 1
        return real(card, folder)

    monkeypatch.setattr(card_drawing, "draw", draw)
    with hub.db.write() as tx:
        add(tx, "tides")
    card = address(client, "/posts/tides")
    assert times == 0
    first = client.get(card).content
    assert client.get(card).content == first
    assert times == 1


def test_a_new_title_has_a_new_card_and_the_old_one_goes(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        post_id = add(tx, "tides")
    old = address(client, "/posts/tides")
    before = client.get(old).content
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET title = 'Ebb and flow' WHERE id = :id", id=post_id)
        tx.site_changed()
    new = address(client, "/posts/tides")
    assert new != old
    answer = client.get(new)
    assert answer.content != before
    # Who kept the old address sees what is current, and asks again.
    late = client.get(old)
    assert (late.content, late.headers["cache-control"]) == (answer.content, "no-cache")
    assert len(list((hub.settings.cache / "cards" / str(post_id)).iterdir())) == 1


@pytest.mark.parametrize(
    "name", ["999", "0", "-1", "x", "9" * 5000, "%00", "٣", "site2", "..%2f..%2fhub"]
)
def test_only_what_is_published_has_a_card(client: TestClient, hub: Hub, name: str) -> None:
    assert client.get(f"/assets/0/cards/{name}.png").status_code == 404
    assert not hub.settings.cache.exists()


def test_drafts_and_deleted_posts_have_none(client: TestClient, hub: Hub) -> None:
    with hub.db.write() as tx:
        draft, gone = add(tx, "draft", status="draft"), add(tx, "gone")
        publishing.delete(tx, gone, NOW)
        assert store.by_id(tx, gone) is not None
    for post_id in (draft, gone):
        assert client.get(f"/assets/0/cards/{post_id}.png").status_code == 404


def test_a_full_disk_draws_it_each_time(
    client: TestClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise StorageFull("full")

    monkeypatch.setattr(files, "save", full)
    answer = client.get(address(client, "/"))
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)


def test_a_cover_or_the_owners_picture_comes_before_a_card(client: TestClient, hub: Hub) -> None:
    kept = media.keep(hub.settings.media, picture("PNG", (640, 320)))
    with hub.db.write() as tx:
        media.record(tx, kept, NOW)
        add(tx, "covered", cover=kept.address)
        add(tx, "plain")
    assert address(client, "/posts/covered") == kept.address
    page = client.get("/posts/covered").text
    assert 'og:image:width" content="640"' in page
    with hub.db.write() as tx:
        sites.put(tx, "social_image", kept.address)
    assert address(client, "/posts/plain") == address(client, "/") == kept.address
