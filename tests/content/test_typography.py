"""French signs stay with their words."""

import pytest

from hub.content import typography, writing
from hub.content.model import Draft
from hub.content.rendering import render
from hub.web.state import Hub
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("typed", "bound"),
    [
        ("Quelle étrangeté !", "Quelle étrangeté\u202f!"),
        ("« Bonjour ! »", "«\u00a0Bonjour\u202f!\u00a0»"),
        ("Vrai ?! Oui ; non : peut-être", "Vrai\u202f?! Oui\u202f; non\u00a0: peut-être"),
        ("Déjà\u00a0? Oui\u202f!", "Déjà\u202f? Oui\u202f!"),
        ("à 10:30, http://a.test/?b", "à 10:30, http://a.test/?b"),
        ("sans espace!", "sans espace!"),
        (" ? ", " ? "),
    ],
)
def test_a_line(typed: str, bound: str) -> None:
    assert typography.bound(typed) == bound


def test_code_and_tags_stay_as_they_are() -> None:
    html = '<p>Où ? <code>a ? b : c</code> <a title="x ! y" href="#">là !</a></p>'
    bound = '<p>Où\u202f? <code>a ? b : c</code> <a title="x ! y" href="#">là\u202f!</a></p>'
    assert typography.bound_html(html) == bound


@pytest.mark.parametrize(("language", "sign"), [("fr", "\u202f"), ("fr-CA", "\u202f"), ("en", " ")])
def test_an_article_in_its_language(hub: Hub, language: str, sign: str) -> None:
    with hub.db.write() as tx:
        post = writing.create(
            tx,
            Draft("Où aller ?", "Comment dire cela autrement ?", language=language),
            render("Comment dire cela autrement ?", language=language),
            site=hub.site(),
            now=NOW,
            publish=True,
        )
    assert post.title == f"Où aller{sign}?"
    assert post.excerpt == f"Comment dire cela autrement{sign}?"
    assert post.html == f"<p>Comment dire cela autrement{sign}?</p>"
    assert post.slug == "ou-aller"
    assert post.standfirst == ""
