"""The question of a mail, light or dark, is answered whatever the screen is."""

import pytest

from hub.admin import mail_looks
from hub.admin.mail_looks import Look

MAIL = """<head><meta name="color-scheme" content="light dark">
<style>:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { p { color: red } }
@media screen and (prefers-color-scheme:light) { p { color: blue } }</style></head>
<body><picture><source media="(prefers-color-scheme: dark)" srcset="/night.png"></picture>
<pre>@media (prefers-color-scheme: dark)</pre></body>"""


@pytest.mark.parametrize(
    ("look", "dark", "light"), [("dark", "0", "999999"), ("light", "999999", "0")]
)
def test_the_rules_of_one_look_are_followed(look: Look, dark: str, light: str) -> None:
    shown = mail_looks.seen(MAIL, look)
    assert f"@media (min-width:{dark}px) {{ p {{ color: red }}" in shown
    assert f"screen and (min-width:{light}px) {{ p {{ color: blue }}" in shown
    assert f'media="(min-width:{dark}px)"' in shown
    assert f'<meta name="color-scheme" content="{look}">' in shown
    assert f"color-scheme: {look};" in shown


def test_what_an_article_says_stays() -> None:
    assert "<pre>@media (prefers-color-scheme: dark)</pre>" in mail_looks.seen(MAIL, "dark")
