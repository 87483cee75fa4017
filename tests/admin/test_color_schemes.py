"""The question of a mail, light or dark, is answered whatever the screen is."""

import pytest

from hub.admin import color_schemes
from hub.admin.color_schemes import Scheme

MAIL = """<head><meta name="color-scheme" content="light dark">
<style>:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { p { color: red } }
@media screen and (prefers-color-scheme:light) { p { color: blue } }</style></head>
<body><picture><source media="(prefers-color-scheme: dark)" srcset="/night.png"></picture>
<pre>@media (prefers-color-scheme: dark)</pre></body>"""


@pytest.mark.parametrize(
    ("scheme", "dark", "light"), [("dark", "0", "999999"), ("light", "999999", "0")]
)
def test_the_rules_of_one_scheme_are_followed(scheme: Scheme, dark: str, light: str) -> None:
    shown = color_schemes.seen(MAIL, scheme)
    assert f"@media (min-width:{dark}px) {{ p {{ color: red }}" in shown
    assert f"screen and (min-width:{light}px) {{ p {{ color: blue }}" in shown
    assert f'media="(min-width:{dark}px)"' in shown
    assert f'<meta name="color-scheme" content="{scheme}">' in shown
    assert f"color-scheme: {scheme};" in shown


def test_what_an_article_says_stays() -> None:
    assert "<pre>@media (prefers-color-scheme: dark)</pre>" in color_schemes.seen(MAIL, "dark")
