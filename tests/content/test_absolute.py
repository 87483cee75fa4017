import pytest

from hub.content.absolute import absolute

BASE = "https://hub.test/posts/here"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('<a href="/x">y</a>', '<a href="https://hub.test/x">y</a>'),
        ('<a href="x">y</a>', '<a href="https://hub.test/posts/x">y</a>'),
        (
            '<a href="https://a.test/?b=1&amp;c=2">y</a>',
            '<a href="https://a.test/?b=1&amp;c=2">y</a>',
        ),
        ('<a href="mailto:a@b.test">y</a>', '<a href="mailto:a@b.test">y</a>'),
        ('<a href="//a.test/b">y</a>', '<a href="https://a.test/b">y</a>'),
        (
            '<img alt="src=&quot;/no" src="/yes">',
            '<img alt="src=&quot;/no" src="https://hub.test/yes">',
        ),
        ('<a href="http://[x">y</a>', '<a href="http://[x">y</a>'),
        (
            '<details open=""><p>href="/no"</p></details>',
            '<details open=""><p>href="/no"</p></details>',
        ),
    ],
)
def test_addresses_are_made_absolute(given: str, expected: str) -> None:
    assert absolute(given, BASE) == expected


def test_what_is_no_tag_stays_as_it_is() -> None:
    hostile = "<a " * 20_000 + '<a href="' * 20_000
    assert absolute(hostile, BASE) == hostile
