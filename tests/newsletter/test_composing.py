"""The digest before it is sent: size, subject, slots."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.newsletter import composing, slots
from hub.newsletter.model import DigestPost, Edition
from hub.newsletter.slots import Personaliser
from hub.tokens import Signer
from hub.web.state import Hub
from tests.conftest import NOW
from tests.newsletter.cast import parsed, press

EDITION = Edition(7, "weekly", "2026-W48", "planned", "", "", NOW, None, 0)


def posts(number: int, excerpt: str = "What it is about. " * 15) -> list[DigestPost]:
    return [
        DigestPost(
            n, f"post-{n}", f"Article number {n}", excerpt, NOW - timedelta(days=n), ("Ada",)
        )
        for n in range(number)
    ]


def compose(hub: Hub, some: list[DigestPost], language: str = "en") -> composing.Digest:
    made = press(hub)
    return composing.compose(
        EDITION, some, language=language, site=made.site, signer=made.signer, render=made.render
    )


@pytest.mark.parametrize("number", [1, 12, 150, 800])
def test_the_html_is_never_clipped(hub: Hub, number: int) -> None:
    digest = compose(hub, posts(number))
    assert len(digest.html.encode()) <= composing.LARGEST_HTML
    assert "Article number 0" in digest.html


def test_what_does_not_fit_is_counted(hub: Hub) -> None:
    digest = compose(hub, posts(800))
    shown = digest.html.count('class="item-title"')
    assert f"{800 - shown} more articles in this issue" in digest.html
    assert f"{800 - shown} more articles in this issue" in digest.text


def test_a_digest_of_a_week_shows_title_excerpt_and_link_of_each(hub: Hub) -> None:
    digest = compose(hub, posts(3, excerpt="In short."))
    for n in range(3):
        for part in (digest.html, digest.text):
            assert f"Article number {n}" in part
            assert f"https://hub.test/posts/post-{n}" in part
    assert digest.html.count("In short.") == 3
    assert digest.text.count("In short.") == 3


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["Ropes"], "Ropes"),
        (["Ropes", "Knots"], "Ropes, and one more article"),
        (["Ropes", "Knots", "Sails"], "Ropes, and 2 more articles"),
        (["Two\r\nlines\0"], "Two lines"),
        ([], ""),
    ],
)
def test_the_subject(titles: list[str], subject: str) -> None:
    assert composing.subject_of(titles, "en") == subject


@given(st.lists(st.text(max_size=400), max_size=4))
def test_a_subject_is_one_short_line(titles: list[str]) -> None:
    subject = composing.subject_of(titles, "en")
    assert len(subject) <= 120
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in subject)


def test_a_name_is_made_harmless_in_each_part(hub: Hub) -> None:
    made = press(hub)
    tokens = slots.tokens(hub.signer, EDITION.id)
    digest = composing.Digest(
        "en", "Hi", f"Hello{tokens.name_text}, é", f"<p>Hello{tokens.name_html}, é</p>"
    )
    template = composing.template(EDITION, digest, site=made.site, signer=hub.signer)
    mails = Personaliser(EDITION, {"en": template}, hub.signer)
    message = parsed(mails.message(1, "ada@mail.test", "  <Ada>\r\nBcc:\0 é ", "en"))
    text, html = message.iter_parts()
    assert text.get_content().splitlines() == ["Hello <Ada> Bcc: é, é"]
    assert html.get_content().splitlines() == ["<p>Hello &lt;Ada&gt; Bcc: é, é</p>"]
    assert message["Bcc"] is None
    nameless = parsed(mails.message(1, "ada@mail.test", "", "en"))
    assert next(iter(nameless.iter_parts())).get_content().splitlines() == ["Hello, é"]


def test_the_longest_name_keeps_lines_within_998(hub: Hub) -> None:
    made = press(hub)
    tokens = slots.tokens(hub.signer, EDITION.id)
    digest = composing.Digest("en", "Hi", f"Hello{tokens.name_text},", f"{tokens.name_html},")
    template = composing.template(EDITION, digest, site=made.site, signer=hub.signer)
    raw = Personaliser(EDITION, {"en": template}, hub.signer).message(
        1, "ada@mail.test", "𝔄" * 500, "en"
    )
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_same_reader_gets_the_same_bytes_and_another_another_id(hub: Hub) -> None:
    made = press(hub)
    digest = compose(hub, posts(1))
    template = composing.template(EDITION, digest, site=made.site, signer=hub.signer)

    def message(subscriber_id: int) -> bytes:
        mails = Personaliser(EDITION, {"en": template}, Signer(hub.settings.secret_key))
        return mails.message(subscriber_id, "ada@mail.test", "Ada", "en")

    assert message(1) == message(1)
    assert parsed(message(1))["Message-ID"] != parsed(message(2))["Message-ID"]
