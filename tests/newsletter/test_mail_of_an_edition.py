"""What a reader opens: pictures, whole articles, the owner's look, and whatever people type."""

import re
from dataclasses import replace
from itertools import pairwise

import lxml.html
import pytest
from lxml.html import HtmlElement
from PIL import Image

from hub.newsletter import composing, previewing
from hub.newsletter.model import DigestPost, Edition
from hub.newsletter.slots import Personaliser
from hub.site import colours
from hub.site import store as sites
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import newest, outbox, parsed, press, publish, subscribe, tick

EDITION = Edition(7, "weekly", "2026-W48", "planned", "", "", NOW, None, 0)
EACH = replace(EDITION, stream="each")
POST = DigestPost(1, "ropes", "Ropes", "In short.", NOW, ("Ada",), "en", 4)
COVERED = replace(
    POST, cover="/media/ab/cd.jpg", cover_alt="A quay", cover_size=(1000, 500), reading_minutes=4
)


def compose(hub: Hub, *posts: DigestPost, edition: Edition = EDITION) -> composing.Digest:
    made = press(hub)
    return composing.compose(
        edition, posts, language="en", site=made.site, signer=made.signer, render=made.render
    )


def tree(digest: composing.Digest) -> HtmlElement:
    return lxml.html.document_fromstring(digest.html)


def put(hub: Hub, **values: str) -> None:
    with hub.db.write() as tx:
        for name, value in values.items():
            sites.put(tx, name, value)


# What it is made of.


def test_each_picture_has_its_size_and_says_what_it_shows(hub: Hub) -> None:
    (image,) = tree(compose(hub, COVERED, POST)).iter("img")
    assert (image.get("width"), image.get("height")) == ("528", "264")
    assert image.get("alt") == "A quay"
    assert image.get("src") == "https://hub.test/media/ab/cd.jpg"
    # Fluid where the column is narrower than the picture.
    assert "width: 100%" in image.get("style")
    assert "max-width: 528px" in image.get("style")


def test_a_cover_without_words_has_those_of_its_link(hub: Hub) -> None:
    (image,) = tree(compose(hub, replace(COVERED, cover_alt=""), POST)).iter("img")
    assert image.get("alt") == "Ropes"


def test_a_quote_of_a_language_from_the_right_has_its_bar_there(hub: Hub) -> None:
    html = "<blockquote><p>…</p></blockquote><div>Loose</div>"
    digest = compose(hub, replace(POST, language="ar", html=html), edition=EACH)
    (quote,) = tree(digest).iter("blockquote")
    assert "border-left: 0" in quote.get("style")
    assert "border-right: 3px" in quote.get("style")


@pytest.mark.parametrize("cover", ["https://spy.test/a.jpg", "/media/ab/gone.jpg", ""])
def test_a_cover_that_is_gone_or_elsewhere_is_left_out(hub: Hub, cover: str) -> None:
    digest = compose(hub, replace(COVERED, cover=cover, cover_size=None), POST)
    assert list(tree(digest).iter("img")) == []


def test_layout_tables_say_that_they_are_none(hub: Hub) -> None:
    tables = list(tree(compose(hub, COVERED, POST)).iter("table"))
    assert {table.get("role") for table in tables} == {"presentation"}


@pytest.mark.parametrize("posts", [1, 3])
def test_headings_are_in_order(hub: Hub, posts: int) -> None:
    body = "<h2>One</h2><p>x</p><h3>Two</h3>" if posts == 1 else ""
    digest = compose(hub, *[replace(POST, html=body)] * posts)
    levels = [int(e.tag[1]) for e in tree(digest).iter("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_it_says_its_language_and_that_it_is_one_article(hub: Hub) -> None:
    root = tree(compose(hub, POST))
    (article,) = root.xpath("//*[@role='article']")
    for element in (root, article):
        assert (element.get("lang"), element.get("dir")) == ("en", "ltr")
    assert article.get("aria-label") == "Ropes"


def test_an_article_in_another_language_says_so(hub: Hub) -> None:
    digest = compose(hub, replace(POST, title="حبال", language="ar"), POST)
    (item,) = tree(digest).xpath("//table[@lang='ar']")
    assert item.get("dir") == "rtl"
    # The hub's own words in it stay English.
    assert {e.get("lang") for e in item.iter("p") if e.get("lang")} == {"en"}


def test_styles_are_in_the_tags_and_only_media_queries_stay(hub: Hub) -> None:
    root = tree(compose(hub, COVERED, POST))
    kept = [style.text_content() for style in root.iter("style")]
    assert [sheet.count("@media") for sheet in kept] == [1, 1]
    assert all(p.get("style") for p in root.iter("p"))
    assert list(root.iter("link", "script")) == []


def test_outlook_is_told_the_width(hub: Hub) -> None:
    html = compose(hub, POST).html
    assert re.search(r'<!--\[if mso\]><table role="presentation" width="600"[^>]*>', html)
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3


def test_the_hidden_line_says_what_else_is_inside(hub: Hub) -> None:
    (hidden,) = tree(compose(hub, POST, replace(POST, title="Knots"))).find_class("preheader")
    assert hidden.text_content().strip("\u034f\u00a0") == "Knots"
    (hidden,) = tree(compose(hub, POST)).find_class("preheader")
    assert hidden.text_content().strip("\u034f\u00a0") == "In short."


def test_the_foot_says_why_and_from_where(hub: Hub) -> None:
    put(hub, postal_address="4 quay\nHarbour", newsletter_name="The Tide")
    digest = compose(hub, POST, POST)
    reason = "You get this mail because you subscribed to The Tide at hub.test, once a week."
    assert reason in digest.html
    assert reason in " ".join(digest.text.split())
    assert "4 quay<br>Harbour" in digest.html
    assert "4 quay\nHarbour" in digest.text


def test_the_text_has_addresses_on_lines_of_their_own(hub: Hub) -> None:
    lines = compose(hub, COVERED, POST).text.split("\n")
    assert all(line.startswith("https://") for line in lines if "https://" in line)
    assert all(len(line) <= 72 for line in lines if "https://" not in line)
    assert "Ropes\n-----" in "\n".join(lines)
    assert "4 min read" in "\n".join(lines)
    assert not re.search(r"<|&\w+;|\n{4}", "\n".join(lines))


# The owner's look.


@pytest.mark.parametrize("colour", ["#ffee00", "#101010", "#7a2e4d", "#ffffff"])
def test_the_owners_colour_can_be_read_by_day_and_by_night(hub: Hub, colour: str) -> None:
    put(hub, accent_colour=colour)
    root = tree(compose(hub, replace(POST, html="<p>x</p>" * 2000), edition=EACH))
    (button,) = root.xpath("//a[@class='button']")
    day = colours.by_day(colour)
    assert f"color: {day.on_accent}" in button.get("style")
    assert f"background-color: {day.accent}" in button.getparent().get("style")
    night = colours.by_night(colour)
    dark = root.findall(".//style")[0].text_content()
    assert f"background-color: {night.accent} !important" in dark
    for text, ground in (
        (day.on_accent, day.accent),
        (day.accent, "#fdfcf9"),
        (night.on_accent, night.accent),
        (night.accent, "#22201c"),
    ):
        assert colours.contrast(text, ground) >= colours.LEAST_CONTRAST


def test_every_text_of_the_default_can_be_read(hub: Hub) -> None:
    root = tree(compose(hub, COVERED, replace(POST, html="")))
    for element in root.iter("p", "h1", "h2", "a"):
        colour = re.search(r"(?<!-)color: (#\w{6})", element.get("style") or "")
        if colour and "button" not in (element.get("class") or ""):
            assert colours.contrast(colour[1], "#fdfcf9") >= colours.LEAST_CONTRAST
    dark = root.findall(".//style")[0].text_content()
    for colour in re.findall(r"(?<!-)color: (#\w{6})", dark):
        if colour != "#0b211b":  # on the button
            assert colours.contrast(colour, "#22201c") >= colours.LEAST_CONTRAST


def test_a_logo_stands_for_the_name_and_says_it(hub: Hub) -> None:
    put(hub, logo=_logo(hub))
    (image,) = tree(compose(hub, POST, POST)).iter("img")
    assert (image.get("width"), image.get("height")) == ("128", "64")
    assert image.get("alt") == "Harbour Notes"


def test_a_logo_that_is_gone_leaves_the_name(hub: Hub) -> None:
    address = _logo(hub)
    put(hub, logo=address)
    (hub.settings.media / address.removeprefix("/media/")).unlink()
    root = tree(compose(hub, POST, POST))
    assert list(root.iter("img")) == []
    assert root.find_class("nameplate")[0].text_content().strip() == "Harbour Notes"


def _logo(hub: Hub) -> str:
    folder = hub.settings.media / "ab"
    folder.mkdir(parents=True)
    name = "0" * 32 + ".png"
    Image.new("RGB", (400, 200)).save(folder / name)
    return f"/media/ab/{name}"


def test_what_the_owner_wants_stands_before_each_subject(hub: Hub) -> None:
    put(hub, subject_prefix="[Tide]")
    assert compose(hub, POST).subject == "[Tide] Ropes"


# A single article.


def test_the_mail_of_one_article_carries_it(hub: Hub) -> None:
    body = '<p>Hemp and <a href="/posts/flax">flax</a>.</p><h2>Knots</h2><ul><li>one</li></ul>'
    digest = compose(hub, replace(POST, html=body), edition=EACH)
    (article,) = tree(digest).find_class("article")
    assert article.text_content().split() == ["Hemp", "and", "flax.", "Knots", "one"]
    assert "Hemp and flax [1].\n\nKnots\n-----\n\n- one\n\n[1] https://hub.test/posts/flax" in (
        digest.text
    )
    assert "Read on" not in digest.html
    assert digest.remarks == ()


def test_a_long_article_is_cut_between_paragraphs_with_a_link_to_the_rest(hub: Hub) -> None:
    body = "".join(f"<p>Paragraph {n}, {'word ' * 60}</p>" for n in range(2000))
    digest = compose(hub, replace(POST, html=body), edition=EACH)
    assert 90_000 < digest.size <= composing.LARGEST_HTML
    shown = digest.html.count("Paragraph ")
    (button,) = tree(digest).xpath("//a[@class='button']")
    assert button.get("href") == "https://hub.test/posts/ropes"
    assert digest.text.count("Paragraph ") == shown
    assert [remark.values for remark in digest.remarks] == [{"shown": shown, "all": 2000}]
    assert f"{shown} of its 2000" in digest.remarks[0].said("en")


def test_an_article_that_cannot_be_cut_is_shown_by_its_excerpt(hub: Hub) -> None:
    digest = compose(hub, replace(POST, html=f"<p>{'x' * 200_000}</p>"), edition=EACH)
    assert "In short." in digest.html
    assert "Read the article" in digest.html
    assert len(digest.remarks) == 1


@pytest.mark.parametrize(("choice", "carried"), [("full", True), ("excerpt", False)])
def test_the_owner_chooses_what_the_mail_of_one_article_carries(
    hub: Hub, choice: str, carried: bool
) -> None:
    put(hub, each_content=choice)
    subscribe(hub, "ada@mail.test", cadence="each")
    post = publish(hub, "Ropes", newsletter="digest+each")
    with hub.db.write() as tx:
        tx.execute("UPDATE posts SET html = '<p>Hemp.</p>' WHERE id = :id", id=post)
    with hub.db.read() as tx:
        shown = previewing.preview(tx, press(hub), "each", language="en", now=NOW)
    assert ("Hemp." in shown.html) is carried
    tick(hub)
    (raw,) = outbox(hub)
    for kind in ("plain", "html"):
        part = parsed(raw).get_body((kind,))
        assert part is not None
        assert ("Hemp." in part.get_content()) is carried


def test_what_was_cut_is_said(hub: Hub) -> None:
    many = [replace(COVERED, excerpt="What it is about. " * 15)] * 300
    digest = compose(hub, *many)
    assert digest.size <= composing.LARGEST_HTML
    texts = [remark.said("en") for remark in digest.remarks]
    assert len(texts) == 2
    assert "title alone" in texts[0]
    assert "not listed" in texts[1]


def test_a_theme_that_is_too_large_is_told_of(hub: Hub) -> None:
    folder = hub.settings.themes / "mine" / "mail"
    folder.mkdir(parents=True)
    (folder / "digest.html").write_text("{{ slots.unsubscribe_url }}" + "x" * 110_000)
    put(hub, theme="mine")
    assert "110 kB" in compose(hub, POST).remarks[-1].said("en")


# Whatever people type.

NASTY = [
    "x" * 1000,
    "word " * 200,
    "Ropes\r\nBcc: all@mail.test",
    "\x00\x01\x7f\x85\u2028bell\x07",
    "\u202eesrever",
    "שלום עולם",
    "👩\u200d⚕️👍🏽🏴\u200d☠️",
    "<script>alert(1)</script>",
    "{{ site }} {% raw %} %(title)s %s",
    "=?utf-8?q?x?= =20",
    "",
    " ",
]


@pytest.mark.parametrize("typed", NASTY)
def test_everybody_gets_their_mail_whatever_stands_in_titles_and_names(
    hub: Hub, typed: str
) -> None:
    made = press(hub)
    site = replace(
        made.site,
        title=typed.strip() or "x",
        sender_name=typed.strip(),
        newsletter_name=typed.strip(),
        subject_prefix=typed.strip(),
    )
    post = replace(COVERED, title=typed, excerpt=typed, authors=(typed,), cover_alt=typed)
    for some in ([post], [post, post], [replace(post, html=f"<p>{'y' * 1200}</p>")]):
        digest = composing.compose(
            EDITION, some, language="en", site=site, signer=made.signer, render=made.render
        )
        template = composing.template(EDITION, digest, site=site, signer=made.signer)
        raw = Personaliser(EDITION, {"en": template}, made.signer).message(
            1, "ada@mail.test", typed, "en"
        )
        _is_sound(raw)


def _is_sound(raw: bytes) -> None:
    message = parsed(raw)
    assert message.defects == []
    assert message["Bcc"] is None
    assert message["Subject"]
    names = list(message.keys())
    assert len(names) == len(set(names)) == 12
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert b"\0" not in raw
    (address,) = message["From"].addresses
    assert address.addr_spec == "owner@hub.test"
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert "/unsubscribe/" in part.get_content()
    html = message.get_body(("html",))
    assert html is not None
    assert lxml.html.document_fromstring(html.get_content()).xpath("//script") == []


def test_a_template_that_fails_costs_nobody_their_mail(hub: Hub) -> None:
    folder = hub.settings.themes / "mine" / "mail"
    folder.mkdir(parents=True)
    (folder / "digest.html").write_text("No way out of here")
    (folder / "digest.txt").write_text("{{ 1 / 0 }}")
    put(hub, theme="mine")
    subscribe(hub, "ada@mail.test")
    publish(hub, "Ropes")
    publish(hub, "Knots")
    tick(hub, NOW.replace(day=28, hour=12))
    assert newest(hub).status == "sent"
    _is_sound(outbox(hub)[0])
