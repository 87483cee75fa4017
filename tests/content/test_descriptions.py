"""Pictures whose descriptions nobody wrote."""

import pytest

from hub.content import descriptions


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("![what the picture shows](/media/a.png)", "![](/media/a.png)"),
        ("a ![ ce qu’elle montre ](/media/a.png) b", "a ![](/media/a.png) b"),
        ("![what the picture shows: a quay](/media/a.png)", None),
        ("[what the picture shows](/media/a.png)", None),
    ],
)
def test_words_that_only_stood_for_a_description_go(text: str, bare: str | None) -> None:
    assert descriptions.without_stand_ins(text) == (bare or text)


def test_pictures_without_words_are_counted() -> None:
    html = '<p><img src="/media/a.png" alt=""><img src="/media/b.png" alt="A quay"></p>'
    assert descriptions.missing(html + '<code>&lt;img alt=""&gt;</code>') == 1
